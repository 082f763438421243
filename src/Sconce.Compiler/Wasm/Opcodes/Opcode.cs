using System.Collections.Immutable;

namespace Sconce.Compiler.Wasm;

/// <summary>
/// An instruction. The static members are the table of all: one entry tells the name in the text format, the code in the binary
/// format, the operands, the result, what follows the code and the bytes of memory accessed; encoder, printer and checks read it.
/// </summary>
public sealed partial class Opcode
{
    public const byte BulkPrefix = 0xFC;
    public const byte SimdPrefix = 0xFD;
    public const byte AtomicPrefix = 0xFE;

    // The table's columns of types read as the text format writes them.
    private const WasmType none = WasmType.None;
    private const WasmType i32 = WasmType.I32;
    private const WasmType i64 = WasmType.I64;
    private const WasmType f32 = WasmType.F32;
    private const WasmType f64 = WasmType.F64;
    private const WasmType v128 = WasmType.V128;

    // Without an initialiser: the entries' own initialisers, in several files, fill it in no settled order.
    private static List<Opcode>? entries;

    private Opcode(
        string name,
        byte prefix,
        uint number,
        ReadOnlySpan<WasmType> operands,
        WasmType result,
        ImmediateKind immediate = ImmediateKind.None,
        int bytes = 0,
        int lanes = 0)
    {
        Name = name;
        Prefix = prefix;
        Number = number;
        Operands = [.. operands];
        Result = result;
        Immediate = immediate;
        Bytes = bytes;
        Lanes = lanes;
        (entries ??= []).Add(this);
    }

    /// <summary>Every instruction, by prefix and number.</summary>
    public static ImmutableArray<Opcode> All =>
        field.IsDefault ? field = [.. entries!.OrderBy(o => o.Prefix).ThenBy(o => o.Number)] : field;

    public string Name { get; }

    /// <summary>The byte before the number, or 0.</summary>
    public byte Prefix { get; }

    public uint Number { get; }

    public ImmutableArray<WasmType> Operands { get; }

    public WasmType Result { get; }

    public ImmediateKind Immediate { get; }

    /// <summary>Bytes of memory accessed, which is the natural alignment too; 0 where none is.</summary>
    public int Bytes { get; }

    /// <summary>Lanes to choose from, where one is.</summary>
    public int Lanes { get; }

    /// <summary>Whether operands or result depend on what it is applied to, so that <see cref="Code.Of"/> cannot make it.</summary>
    public bool IsPolymorphic { get; private init; }

    /// <summary>Whether running it does more than give a value, so that it may be neither left out nor repeated.</summary>
    public bool HasEffect { get => field || (Result == none && !IsPolymorphic); private init; }

    public bool IsSimd => Prefix == SimdPrefix;

    public bool IsRelaxed => IsSimd && Number >= 0x100;

    public bool IsAtomic => Prefix == AtomicPrefix;

    public override string ToString() => Name;

    internal void WriteTo(ByteWriter writer)
    {
        if (Prefix == 0)
        {
            writer.WriteByte((byte)Number);
        }
        else
        {
            writer.WriteByte(Prefix);
            writer.WriteUnsigned(Number);
        }
    }

    private static Opcode Constant(string name, uint number, WasmType type, ImmediateKind kind) => new(name, 0, number, [], type, kind);

    private static Opcode Unary(string name, uint number, WasmType type) => new(name, 0, number, [type], type);

    private static Opcode Binary(string name, uint number, WasmType type) => new(name, 0, number, [type, type], type);

    private static Opcode Test(string name, uint number, WasmType type) => new(name, 0, number, [type], i32);

    private static Opcode Compare(string name, uint number, WasmType type) => new(name, 0, number, [type, type], i32);

    private static Opcode Convert(string name, uint number, WasmType from, WasmType to) => new(name, 0, number, [from], to);

    private static Opcode Saturate(string name, uint number, WasmType from, WasmType to) => new(name, BulkPrefix, number, [from], to);

    private static Opcode Load(string name, uint number, WasmType type, int bytes) =>
        new(name, 0, number, [i32], type, ImmediateKind.Memory, bytes);

    private static Opcode Store(string name, uint number, WasmType type, int bytes) =>
        new(name, 0, number, [i32, type], none, ImmediateKind.Memory, bytes);

    private static Opcode LoadVector(string name, uint number, int bytes) =>
        new(name, SimdPrefix, number, [i32], v128, ImmediateKind.Memory, bytes);

    private static Opcode StoreVector(string name, uint number) =>
        new(name, SimdPrefix, number, [i32, v128], none, ImmediateKind.Memory, 16);

    private static Opcode LoadLane(string name, uint number, int bytes) =>
        new(name, SimdPrefix, number, [i32, v128], v128, ImmediateKind.MemoryLane, bytes, 16 / bytes);

    private static Opcode StoreLane(string name, uint number, int bytes) =>
        new(name, SimdPrefix, number, [i32, v128], none, ImmediateKind.MemoryLane, bytes, 16 / bytes);

    private static Opcode VectorUnary(string name, uint number) => new(name, SimdPrefix, number, [v128], v128);

    private static Opcode VectorBinary(string name, uint number) => new(name, SimdPrefix, number, [v128, v128], v128);

    private static Opcode VectorTernary(string name, uint number) => new(name, SimdPrefix, number, [v128, v128, v128], v128);

    private static Opcode VectorTest(string name, uint number) => new(name, SimdPrefix, number, [v128], i32);

    private static Opcode VectorShift(string name, uint number) => new(name, SimdPrefix, number, [v128, i32], v128);

    private static Opcode Splat(string name, uint number, WasmType element) => new(name, SimdPrefix, number, [element], v128);

    private static Opcode ExtractLane(string name, uint number, WasmType element, int lanes) =>
        new(name, SimdPrefix, number, [v128], element, ImmediateKind.Lane, 0, lanes);

    private static Opcode ReplaceLane(string name, uint number, WasmType element, int lanes) =>
        new(name, SimdPrefix, number, [v128, element], v128, ImmediateKind.Lane, 0, lanes);

    private static Opcode AtomicWait(string name, uint number, WasmType expected, int bytes) =>
        new(name, AtomicPrefix, number, [i32, expected, i64], i32, ImmediateKind.Memory, bytes) { HasEffect = true };

    private static Opcode AtomicLoad(string name, uint number, WasmType type, int bytes) =>
        new(name, AtomicPrefix, number, [i32], type, ImmediateKind.Memory, bytes) { HasEffect = true };

    private static Opcode AtomicStore(string name, uint number, WasmType type, int bytes) =>
        new(name, AtomicPrefix, number, [i32, type], none, ImmediateKind.Memory, bytes);

    private static Opcode AtomicUpdate(string name, uint number, WasmType type, int bytes) =>
        new(name, AtomicPrefix, number, [i32, type], type, ImmediateKind.Memory, bytes) { HasEffect = true };

    private static Opcode AtomicCompareExchange(string name, uint number, WasmType type, int bytes) =>
        new(name, AtomicPrefix, number, [i32, type, type], type, ImmediateKind.Memory, bytes) { HasEffect = true };
}
