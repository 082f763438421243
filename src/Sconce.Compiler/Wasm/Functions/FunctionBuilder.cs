using System.Runtime.CompilerServices;

namespace Sconce.Compiler.Wasm;

/// <summary>
/// A function: its type, known from the start so that others can call it, and a body of statements, appended in order. A function
/// belongs to no module until one adds or shares it.
/// </summary>
public sealed partial class FunctionBuilder : INamed
{
    private readonly List<Local> locals = [];
    private readonly List<Local> free = [];
    private readonly List<Statement> body = [];
    private List<Statement> current;

    /// <summary>The function, and what is open in it from the outside in: branches and rounds of loops, and scopes.</summary>
    private readonly List<object> places = [new()];
    private List<Local>? scope;

    public FunctionBuilder(string name, FunctionType type)
    {
        Name = name;
        Type = type;
        current = body;
        Parameters = [.. type.Parameters.Select((t, i) => new Local(this, t, null, i))];
    }

    public FunctionBuilder(string name, ReadOnlySpan<WasmType> parameters, WasmType result = WasmType.None)
        : this(name, new FunctionType([.. parameters], result))
    {
    }

    public string Name { get; }

    public FunctionType Type { get; }

    public IReadOnlyList<Local> Parameters { get; }

    /// <summary>The statements so far.</summary>
    public IReadOnlyList<Statement> Body => body;

    /// <summary>Variables other than parameters.</summary>
    public IReadOnlyList<Local> Locals => locals;

    /// <summary>Its number in the module that has it, or -1.</summary>
    public int Index { get; internal set; } = -1;

    /// <summary>A parameter by position, named for the reader of the text.</summary>
    public Local Parameter(int index, string name)
    {
        Local parameter = Parameters[index];
        parameter.Name = name;
        return parameter;
    }

    /// <summary>A new variable. In a <see cref="Scope"/> it may be one that an earlier scope gave back, with its last value.</summary>
    public Local NewLocal(WasmType type, string? name = null)
    {
        int reusable = free.FindLastIndex(l => l.Type == type);
        Local local;
        if (reusable >= 0)
        {
            local = free[reusable];
            free.RemoveAt(reusable);
        }
        else
        {
            local = new Local(this, type, name);
            locals.Add(local);
            Change();
        }

        scope?.Add(local);
        return local;
    }

    public LocalI32 I32(string? name = null) => NewLocal(WasmType.I32, name).AsI32();

    public LocalI64 I64(string? name = null) => NewLocal(WasmType.I64, name).AsI64();

    public LocalF32 F32(string? name = null) => NewLocal(WasmType.F32, name).AsF32();

    public LocalF64 F64(string? name = null) => NewLocal(WasmType.F64, name).AsF64();

    public LocalV128 V128(string? name = null) => NewLocal(WasmType.V128, name).AsV128();

    /// <summary>A new variable set to a value: for what is computed once and used twice. A plain 0 is an i32, 0f an f32.</summary>
    [OverloadResolutionPriority(4)]
    public LocalI32 Let(I32 value, string? name = null) => Let((Code)value, name).AsI32();

    [OverloadResolutionPriority(3)]
    public LocalI64 Let(I64 value, string? name = null) => Let((Code)value, name).AsI64();

    [OverloadResolutionPriority(2)]
    public LocalF32 Let(F32 value, string? name = null) => Let((Code)value, name).AsF32();

    [OverloadResolutionPriority(1)]
    public LocalF64 Let(F64 value, string? name = null) => Let((Code)value, name).AsF64();

    public LocalV128 Let(V128 value, string? name = null) => Let((Code)value, name).AsV128();

    public Local Let(Code value, string? name = null)
    {
        Local local = NewLocal(value.Type, name);
        Set(local, value);
        return local;
    }

    /// <summary>The innermost branch, loop or scope that is being written.</summary>
    internal object Here => places[^1];

    /// <summary>Whether a place is still open. What was computed in one that is not may not have been, or may have been overwritten since.</summary>
    internal bool IsOpen(object place) => places.Exists(around => ReferenceEquals(around, place));

    /// <summary>Variables made until the scope is disposed are then free for others of their type.</summary>
    public LocalScope Scope() => new(this);

    public void Set(LocalI32 local, I32 value) => Set(local.Local, value);

    public void Set(LocalI64 local, I64 value) => Set(local.Local, value);

    public void Set(LocalF32 local, F32 value) => Set(local.Local, value);

    public void Set(LocalF64 local, F64 value) => Set(local.Local, value);

    public void Set(LocalV128 local, V128 value) => Set(local.Local, value);

    public void Set(Local local, Code value)
    {
        CheckType(value, local.Type, $"local {local}");
        if (!(value.Opcode == Opcode.LocalGet && value.Immediate.Target == local))
        {
            Do(new Statement(Opcode.LocalSet, new Immediate { Target = local }, [value]));
        }
    }

    /// <summary>Sets a variable and gives its value, within an expression.</summary>
    public Code Tee(Local local, Code value)
    {
        CheckType(value, local.Type, $"local {local}");
        return Code.Create(Opcode.LocalTee, new Immediate { Target = local }, local.Type, [value]);
    }

    public void Set(Global global, Code value)
    {
        CheckType(value, global.Type, $"global {global.Name}");
        Do(new Statement(Opcode.GlobalSet, new Immediate { Target = global }, [value]));
    }

    /// <summary>Appends a statement.</summary>
    public void Do(Code statement)
    {
        current.Add(statement as Statement
            ?? throw new ArgumentException($"in {this}: {statement.Opcode} gives {statement.Type.Name()}; drop it or use it", nameof(statement)));
        Change();
    }

    /// <summary>Computes a value for what that does, not for what it gives.</summary>
    public void Drop(Code value) => Do(new Statement(Opcode.Drop, default, [value]));

    public override string ToString() => $"{Name}{Type}";

    private void CheckType(Code value, WasmType wanted, string what)
    {
        if (value.Type != wanted)
        {
            throw new ArgumentException($"in {this}: {what} takes {wanted.Name()}, not {value.Type.Name()}");
        }
    }

    /// <summary>The life of the variables made in it.</summary>
    public readonly struct LocalScope : IDisposable
    {
        private readonly FunctionBuilder function;
        private readonly List<Local>? outer;
        private readonly List<Local> own;

        internal LocalScope(FunctionBuilder function)
        {
            this.function = function;
            outer = function.scope;
            own = function.scope = [];
            function.places.Add(own);
        }

        public void Dispose()
        {
            function.free.AddRange(own);
            function.scope = outer;
            function.places.Remove(own);
        }
    }
}
