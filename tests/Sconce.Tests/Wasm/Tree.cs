using System.Runtime.InteropServices;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

/// <summary>
/// An expression as it was written, before the builder simplifies anything: a leaf is a constant or a parameter, the rest is an
/// instruction with operands. It can be built, and computed by itself.
/// </summary>
public sealed record Tree(Opcode Opcode, Tree[] Operands, UInt128 Bits = default, int Parameter = -1, int Lane = 0)
{
    public WasmType Type => Parameter >= 0 ? ParameterTypes[Parameter] : Opcode == Opcode.Select ? Operands[0].Type : Opcode.Result;

    public static WasmType[] ParameterTypes { get; } = [WasmType.I32, WasmType.I32, WasmType.F32, WasmType.F32];

    public static Tree Constant(int value) => new(Opcode.I32Const, [], (uint)value);

    public static Tree Constant(long value) => new(Opcode.I64Const, [], (ulong)value);

    public static Tree Constant(float value) => new(Opcode.F32Const, [], BitConverter.SingleToUInt32Bits(value));

    public Code Build(IReadOnlyList<Local> parameters)
    {
        if (Parameter >= 0)
        {
            return parameters[Parameter].Get;
        }

        Code[] operands = [.. Operands.Select(o => o.Build(parameters))];
        return Opcode.Immediate switch
        {
            ImmediateKind.I32 => I32.Const((int)(uint)Bits),
            ImmediateKind.I64 => I64.Const((long)(ulong)Bits),
            ImmediateKind.F32 => F32.Const(BitConverter.UInt32BitsToSingle((uint)Bits)),
            ImmediateKind.V128 => V128.Const((ulong)Bits, (ulong)(Bits >> 64)),
            ImmediateKind.Lane => Code.Lane(Opcode, Lane, operands),
            ImmediateKind.Shuffle => I8x16.Shuffle(operands[0].AsV128(), operands[1].AsV128(), MemoryMarshal.AsBytes<UInt128>([Bits])),
            _ => Opcode == Opcode.Select ? Code.Select(operands[0], operands[1], operands[2].AsI32()) : Code.Of(Opcode, operands),
        };
    }

    public override string ToString() =>
        Parameter >= 0 ? $"p{Parameter}" : Operands.Length == 0 ? $"0x{Bits:x}" : $"({Opcode} {string.Join(' ', Operands.Select(o => o.ToString()))})";
}
