using System.Buffers.Binary;
using System.Numerics;
using Sconce.Compiler.Wasm;

namespace Sconce.Cli.Artifacts;

/// <summary>One instruction read from the binary format and written in the text format, by the compiler's own table of instructions.</summary>
internal static class InstructionText
{
    private static readonly Dictionary<(byte Prefix, uint Number), Opcode> Table =
        Opcode.All.ToDictionary(opcode => (opcode.Prefix, opcode.Number));

    public static Opcode ReadOpcode(WasmReader body)
    {
        var first = body.Byte();
        var key = first is Opcode.BulkPrefix or Opcode.SimdPrefix or Opcode.AtomicPrefix
            ? (first, body.U32())
            : ((byte)0, first);
        return Table.TryGetValue(key, out var opcode) ? opcode : throw body.Broken($"an unknown instruction 0x{key.Item1:x2} 0x{key.Item2:x2}");
    }

    /// <summary>The instruction with what follows its code.</summary>
    public static string Of(Opcode opcode, WasmReader body, Func<uint, string> functionName)
    {
        var immediate = opcode.Immediate switch
        {
            ImmediateKind.None => "",
            ImmediateKind.I32 => $"{body.Signed(32)}",
            ImmediateKind.I64 => $"{body.Signed(64)}",
            ImmediateKind.F32 => WatNumbers.Format(BinaryPrimitives.ReadSingleLittleEndian(body.Bytes(4).Span)),
            ImmediateKind.F64 => WatNumbers.Format(BinaryPrimitives.ReadDoubleLittleEndian(body.Bytes(8).Span)),
            ImmediateKind.V128 => $"i32x4 {WatNumbers.FormatLanes(BinaryPrimitives.ReadUInt128LittleEndian(body.Bytes(16).Span))}",
            ImmediateKind.Memory => Memory(opcode, body),
            ImmediateKind.MemoryLane => $"{Memory(opcode, body)} {body.Byte()}",
            ImmediateKind.Lane => $"{body.Byte()}",
            ImmediateKind.Shuffle => string.Join(' ', body.Bytes(16).ToArray()),
            ImmediateKind.Local or ImmediateKind.Global or ImmediateKind.Label => $"{body.U32()}",
            ImmediateKind.Function => functionName(body.U32()),
            ImmediateKind.Type => CallIndirect(body.U32(), body.U32()),
            ImmediateKind.Labels => string.Join(' ', body.List(body.U32).ToArray().Append(body.U32())),
            ImmediateKind.Block => BlockType(body),
            ImmediateKind.MemoryIndex or ImmediateKind.Fence => Skip(body, 1),
            ImmediateKind.TwoMemoryIndices => Skip(body, 2),
            _ => throw new InvalidOperationException($"{opcode}: nothing prints {opcode.Immediate}"),
        };
        return $"{opcode.Name} {immediate.Trim()}".TrimEnd();
    }

    private static string CallIndirect(uint type, uint table) => table == 0 ? $"(type {type})" : $"{table} (type {type})";

    private static string Memory(Opcode opcode, WasmReader body)
    {
        var (exponent, offset) = (body.U32(), body.U32());
        var text = offset == 0 ? "" : $"offset={offset}";
        return exponent == BitOperations.Log2((uint)opcode.Bytes) ? text : $"{text} align={BigInteger.One << (int)Math.Min(exponent, 64)}".Trim();
    }

    private static string BlockType(WasmReader body)
    {
        var type = (WasmType)body.PeekByte();
        if (!Enum.IsDefined(type))
        {
            return $"(type {body.Signed(33)})";
        }

        body.Byte();
        return type == WasmType.None ? "" : $"(result {type.Name()})";
    }

    private static string Skip(WasmReader body, uint count)
    {
        body.Bytes(count);
        return "";
    }
}
