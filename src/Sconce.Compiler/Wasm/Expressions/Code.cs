using System.Numerics;

namespace Sconce.Compiler.Wasm;

/// <summary>
/// An immutable tree of instructions. What it gives is told by <see cref="Type"/> and by its class (<see cref="I32"/> …; a
/// <see cref="Statement"/> gives nothing). A tree is emitted wherever it stands, as often as it stands there: to compute once and use
/// twice, set a local.
/// </summary>
public abstract class Code
{
    private readonly Code[] operands;
    private readonly Immediate immediate;

    private protected Code(Opcode opcode, in Immediate immediate, WasmType type, Code[] operands)
    {
        Opcode = opcode;
        Type = type;
        this.immediate = immediate;
        this.operands = operands;
    }

    public Opcode Opcode { get; }

    public WasmType Type { get; }

    public ReadOnlySpan<Code> Operands => operands;

    internal ref readonly Immediate Immediate => ref immediate;

    /// <summary>The value of an integer constant, or null.</summary>
    public long? ConstantInteger => Opcode == Opcode.I32Const || Opcode == Opcode.I64Const ? (long)(ulong)immediate.Bits : null;

    /// <summary>Whether computing it does nothing but give its value.</summary>
    public bool IsPure
    {
        get
        {
            if (Opcode.HasEffect)
            {
                return false;
            }

            foreach (Code operand in operands)
            {
                if (!operand.IsPure)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public static implicit operator Code(int value) => Constant(value);

    public static implicit operator Code(long value) => Constant(value);

    public static implicit operator Code(float value) => Constant(value);

    public static implicit operator Code(double value) => Constant(value);

    /// <summary>Any instruction of the table that needs nothing but operands, checked against the table and simplified.</summary>
    /// <exception cref="ArgumentException">The operands are not what the table says.</exception>
    public static Code Of(Opcode opcode, params ReadOnlySpan<Code> operands)
    {
        bool plain = opcode.Immediate is ImmediateKind.None or ImmediateKind.MemoryIndex or ImmediateKind.TwoMemoryIndices or ImmediateKind.Fence;
        if (opcode.IsPolymorphic || !plain)
        {
            throw new ArgumentException($"{opcode} needs more than operands; it has a method of its own", nameof(opcode));
        }

        CheckOperands(opcode, operands);
        return Fold.Try(opcode, operands) ?? Create(opcode, default, opcode.Result, operands.ToArray());
    }

    /// <summary>A load chosen by the caller.</summary>
    public static Code Load(Opcode opcode, I32 address, uint offset = 0, int align = 0) => Access(opcode, offset, align, 0, address);

    /// <summary>Loads one lane of a vector and keeps the others.</summary>
    public static V128 LoadLane(Opcode opcode, I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Access(opcode, offset, align, lane, address, vector).AsV128();

    /// <summary>extract_lane or replace_lane, chosen by the caller.</summary>
    public static Code Lane(Opcode opcode, int lane, params ReadOnlySpan<Code> operands)
    {
        if (opcode.Immediate != ImmediateKind.Lane)
        {
            throw new ArgumentException($"{opcode} has no lane", nameof(opcode));
        }

        CheckOperands(opcode, operands);
        return Create(opcode, new Immediate { Lane = CheckLane(opcode, lane) }, opcode.Result, operands.ToArray());
    }

    /// <summary>The first where the condition is not zero, else the second; both are computed.</summary>
    public static Code Select(Code then, Code otherwise, I32 condition)
    {
        if (then.Type != otherwise.Type || then.Type == WasmType.None)
        {
            throw new ArgumentException($"select between {then.Type.Name()} and {otherwise.Type.Name()}", nameof(otherwise));
        }

        if (condition.ConstantInteger is { } known && then.IsPure && otherwise.IsPure)
        {
            return known != 0 ? then : otherwise;
        }

        return Create(Opcode.Select, default, then.Type, [then, otherwise, condition]);
    }

    public I32 AsI32() => As<I32>(WasmType.I32);

    public I64 AsI64() => As<I64>(WasmType.I64);

    public F32 AsF32() => As<F32>(WasmType.F32);

    public F64 AsF64() => As<F64>(WasmType.F64);

    public V128 AsV128() => As<V128>(WasmType.V128);

    public override string ToString() => CodePrinter.Print(this);

    internal static I32 Constant(int value) => new(Opcode.I32Const, new Immediate { Bits = (UInt128)(Int128)value }, []);

    internal static I64 Constant(long value) => new(Opcode.I64Const, new Immediate { Bits = (UInt128)(Int128)value }, []);

    internal static F32 Constant(float value) => new(Opcode.F32Const, new Immediate { Bits = BitConverter.SingleToUInt32Bits(value) }, []);

    internal static F64 Constant(double value) => new(Opcode.F64Const, new Immediate { Bits = BitConverter.DoubleToUInt64Bits(value) }, []);

    internal static V128 Shuffle(V128 first, V128 second, ReadOnlySpan<byte> lanes)
    {
        if (lanes.Length != 16 || lanes.ContainsAnyExceptInRange((byte)0, (byte)31))
        {
            throw new ArgumentException($"a shuffle has 16 lanes of 0 to 31, not [{string.Join(", ", lanes.ToArray())}]", nameof(lanes));
        }

        UInt128 bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(lanes);
        return new V128(Opcode.I8x16Shuffle, new Immediate { Bits = bits }, [first, second]);
    }

    /// <summary>An access to memory; an <paramref name="align"/> of 0 is the usual alignment.</summary>
    public static Code Access(Opcode opcode, uint offset, int align, int lane, params ReadOnlySpan<Code> operands)
    {
        if (opcode.Immediate is not (ImmediateKind.Memory or ImmediateKind.MemoryLane))
        {
            throw new ArgumentException($"{opcode} does not access memory", nameof(opcode));
        }

        CheckOperands(opcode, operands);

        // A vector in a tensor is aligned as its elements are, seldom as itself; an atomic access must be aligned.
        int alignment = align != 0 ? align : opcode.IsAtomic ? opcode.Bytes : Math.Min(opcode.Bytes, opcode.IsSimd ? 4 : 8);
        if (!BitOperations.IsPow2(alignment) || alignment > opcode.Bytes || (opcode.IsAtomic && alignment != opcode.Bytes))
        {
            throw new ArgumentException($"{opcode} cannot be aligned to {alignment} bytes", nameof(align));
        }

        var immediate = new Immediate
        {
            Offset = offset,
            AlignmentExponent = (byte)BitOperations.Log2((uint)alignment),
            Lane = opcode.Immediate == ImmediateKind.MemoryLane ? CheckLane(opcode, lane) : (byte)0,
        };
        return Create(opcode, immediate, opcode.Result, operands.ToArray());
    }

    internal static Code Create(Opcode opcode, in Immediate immediate, WasmType type, Code[] operands) => type switch
    {
        WasmType.None => new Statement(opcode, immediate, operands),
        WasmType.I32 => new I32(opcode, immediate, operands),
        WasmType.I64 => new I64(opcode, immediate, operands),
        WasmType.F32 => new F32(opcode, immediate, operands),
        WasmType.F64 => new F64(opcode, immediate, operands),
        WasmType.V128 => new V128(opcode, immediate, operands),
        _ => throw new ArgumentException($"an expression cannot give {type.Name()}", nameof(type)),
    };

    private static void CheckOperands(Opcode opcode, ReadOnlySpan<Code> operands)
    {
        bool fits = operands.Length == opcode.Operands.Length;
        for (int i = 0; fits && i < operands.Length; i++)
        {
            fits = operands[i].Type == opcode.Operands[i];
        }

        if (!fits)
        {
            string came = string.Join(", ", operands.ToArray().Select(o => o.Type.Name()));
            string wanted = string.Join(", ", opcode.Operands.Select(o => o.Name()));
            throw new ArgumentException($"{opcode} takes ({wanted}), not ({came})", nameof(operands));
        }
    }

    private static byte CheckLane(Opcode opcode, int lane) =>
        lane >= 0 && lane < opcode.Lanes
            ? (byte)lane
            : throw new ArgumentOutOfRangeException(nameof(lane), lane, $"{opcode} has lanes 0 to {opcode.Lanes - 1}");

    private T As<T>(WasmType type)
        where T : Code =>
        this as T ?? throw new ArgumentException($"{Opcode} gives {Type.Name()}, not {type.Name()}");
}
