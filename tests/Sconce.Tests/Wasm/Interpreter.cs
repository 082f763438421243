using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

/// <summary>What the instructions of <see cref="Tree"/>s compute, written a second time, in C#, on plain bits.</summary>
public sealed class Interpreter(UInt128[] parameters)
{
    private static readonly Dictionary<Opcode, Func<UInt128[], int, UInt128>> Meanings = new()
    {
        [Opcode.I32Add] = I((x, y) => x + y),
        [Opcode.I32Sub] = I((x, y) => x - y),
        [Opcode.I32Mul] = I((x, y) => x * y),
        [Opcode.I32And] = I((x, y) => x & y),
        [Opcode.I32Or] = I((x, y) => x | y),
        [Opcode.I32Xor] = I((x, y) => x ^ y),
        [Opcode.I32Shl] = I((x, y) => x << y),
        [Opcode.I32ShrS] = I((x, y) => x >> y),
        [Opcode.I32ShrU] = I((x, y) => x >>> y),
        [Opcode.I32Rotl] = I((x, y) => (int)BitOperations.RotateLeft((uint)x, y)),
        [Opcode.I32Eq] = I((x, y) => x == y ? 1 : 0),
        [Opcode.I32LtS] = I((x, y) => x < y ? 1 : 0),
        [Opcode.I32LtU] = I((x, y) => (uint)x < (uint)y ? 1 : 0),
        [Opcode.I32GeS] = I((x, y) => x >= y ? 1 : 0),
        [Opcode.I32GtU] = I((x, y) => (uint)x > (uint)y ? 1 : 0),
        [Opcode.I32DivU] = I((x, y) => (int)((uint)x / (uint)y)),
        [Opcode.I32RemU] = I((x, y) => (int)((uint)x % (uint)y)),
        [Opcode.I32Eqz] = (a, _) => (uint)a[0] == 0 ? 1u : 0u,
        [Opcode.I32Clz] = (a, _) => (uint)BitOperations.LeadingZeroCount((uint)a[0]),
        [Opcode.I32Popcnt] = (a, _) => (uint)BitOperations.PopCount((uint)a[0]),
        [Opcode.I32Extend8S] = (a, _) => (uint)(sbyte)(uint)a[0],
        [Opcode.I32WrapI64] = (a, _) => (uint)a[0],
        [Opcode.I64Add] = L((x, y) => x + y),
        [Opcode.I64Sub] = L((x, y) => x - y),
        [Opcode.I64Mul] = L((x, y) => x * y),
        [Opcode.I64And] = L((x, y) => x & y),
        [Opcode.I64Or] = L((x, y) => x | y),
        [Opcode.I64Xor] = L((x, y) => x ^ y),
        [Opcode.I64Shl] = L((x, y) => x << (int)y),
        [Opcode.I64ShrS] = L((x, y) => x >> (int)y),
        [Opcode.I64ShrU] = L((x, y) => x >>> (int)y),
        [Opcode.I64DivU] = L((x, y) => (long)((ulong)x / (ulong)y)),
        [Opcode.I64RemU] = L((x, y) => (long)((ulong)x % (ulong)y)),
        [Opcode.I64LtS] = (a, _) => (long)(ulong)a[0] < (long)(ulong)a[1] ? 1u : 0u,
        [Opcode.I64Eqz] = (a, _) => a[0] == 0 ? 1u : 0u,
        [Opcode.I64ExtendI32S] = (a, _) => (ulong)(int)(uint)a[0],
        [Opcode.I64ExtendI32U] = (a, _) => (uint)a[0],
        [Opcode.I32TruncSatF32S] = (a, _) => (uint)Saturate(Float(a[0])),
        [Opcode.F32ConvertI32S] = (a, _) => Bits((int)(uint)a[0]),
        [Opcode.F32ConvertI32U] = (a, _) => Bits((uint)a[0]),
        [Opcode.F32Add] = F((x, y) => x + y),
        [Opcode.F32Sub] = F((x, y) => x - y),
        [Opcode.F32Mul] = F((x, y) => x * y),
        [Opcode.F32Div] = F((x, y) => x / y),
        [Opcode.F32Min] = F(MathF.Min),
        [Opcode.F32Max] = F(MathF.Max),
        [Opcode.F32Copysign] = F(MathF.CopySign),
        [Opcode.F32Abs] = (a, _) => Bits(MathF.Abs(Float(a[0]))),
        [Opcode.F32Neg] = (a, _) => Bits(-Float(a[0])),
        [Opcode.F32Sqrt] = (a, _) => Bits(MathF.Sqrt(Float(a[0]))),
        [Opcode.F32Floor] = (a, _) => Bits(MathF.Floor(Float(a[0]))),
        [Opcode.F32Nearest] = (a, _) => Bits(MathF.Round(Float(a[0]), MidpointRounding.ToEven)),
        [Opcode.F32Lt] = (a, _) => Float(a[0]) < Float(a[1]) ? 1u : 0u,
        [Opcode.F32Ge] = (a, _) => Float(a[0]) >= Float(a[1]) ? 1u : 0u,
        [Opcode.Select] = (a, _) => (uint)a[2] != 0 ? a[0] : a[1],
        [Opcode.I32x4Splat] = (a, _) => Map<uint>(0, _ => (uint)a[0]),
        [Opcode.F32x4Splat] = (a, _) => Map<uint>(0, _ => (uint)a[0]),
        [Opcode.I8x16Splat] = (a, _) => Map<byte>(0, _ => (byte)a[0]),
        [Opcode.I32x4ExtractLane] = (a, lane) => (uint)(a[0] >> (32 * lane)),
        [Opcode.F32x4ExtractLane] = (a, lane) => (uint)(a[0] >> (32 * lane)),
        [Opcode.I16x8ExtractLaneS] = (a, lane) => (uint)(short)(ushort)(a[0] >> (16 * lane)),
        [Opcode.F32x4ReplaceLane] = (a, lane) => Replace<uint>(a[0], lane, (uint)a[1]),
        [Opcode.I16x8ReplaceLane] = (a, lane) => Replace<ushort>(a[0], lane, (ushort)(uint)a[1]),
        [Opcode.I32x4Add] = V<uint>((x, y) => x + y),
        [Opcode.I32x4Mul] = V<uint>((x, y) => x * y),
        [Opcode.I32x4MaxS] = V<int>(Math.Max),
        [Opcode.I32x4GtS] = V<int>((x, y) => x > y ? -1 : 0),
        [Opcode.I32x4Shl] = (a, _) => Map<uint>(a[0], x => x << (int)(uint)a[1]),
        [Opcode.I16x8Sub] = V<ushort>((x, y) => (ushort)(x - y)),
        [Opcode.I8x16AddSatU] = V<byte>((x, y) => (byte)Math.Min(x + y, 255)),
        [Opcode.F32x4Add] = V<float>((x, y) => x + y),
        [Opcode.F32x4Mul] = V<float>((x, y) => x * y),
        [Opcode.F32x4Sub] = V<float>((x, y) => x - y),
        [Opcode.F32x4Min] = V<float>(MathF.Min),
        [Opcode.F32x4Pmax] = V<float>((x, y) => x < y ? y : x),
        [Opcode.F32x4Abs] = (a, _) => Map<float>(a[0], MathF.Abs),
        [Opcode.F32x4ConvertI32x4S] = (a, _) => Map<uint>(a[0], x => BitConverter.SingleToUInt32Bits((int)x)),
        [Opcode.V128And] = (a, _) => a[0] & a[1],
        [Opcode.V128Xor] = (a, _) => a[0] ^ a[1],
        [Opcode.V128Andnot] = (a, _) => a[0] & ~a[1],
        [Opcode.V128Not] = (a, _) => ~a[0],
        [Opcode.V128Bitselect] = (a, _) => (a[0] & a[2]) | (a[1] & ~a[2]),
        [Opcode.V128AnyTrue] = (a, _) => a[0] != 0 ? 1u : 0u,
    };

    /// <summary>The instructions that trees are made of, beside constants and shuffles.</summary>
    public static IEnumerable<Opcode> Known => Meanings.Keys;

    /// <summary>Whether a NaN came up: its bits are the engine's own affair.</summary>
    public bool SawNaN { get; private set; }

    public UInt128 Evaluate(Tree tree)
    {
        if (tree.Parameter >= 0)
        {
            return parameters[tree.Parameter];
        }

        if (tree.Operands.Length == 0)
        {
            return tree.Bits;
        }

        UInt128[] operands = [.. tree.Operands.Select(Evaluate)];
        UInt128 value = tree.Opcode == Opcode.I8x16Shuffle ? Shuffle(operands, tree.Bits) : Meanings[tree.Opcode](operands, tree.Lane);
        if (tree.Opcode.Name.StartsWith("f32", StringComparison.Ordinal) && tree.Type != WasmType.I32)
        {
            SawNaN |= Lanes<float>(value).ToArray().Any(float.IsNaN);
        }

        return value;
    }

    private static UInt128 Shuffle(UInt128[] operands, UInt128 lanes)
    {
        Span<byte> picked = Lanes<byte>(lanes);
        foreach (ref byte lane in picked)
        {
            lane = (byte)(operands[lane / 16] >> (8 * (lane % 16)));
        }

        return MemoryMarshal.Read<UInt128>(picked);
    }

    private static int Saturate(float value) =>
        float.IsNaN(value) ? 0 : value <= int.MinValue ? int.MinValue : value >= 2147483648f ? int.MaxValue : (int)value;

    private static float Float(UInt128 bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static UInt128 Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static Func<UInt128[], int, UInt128> I(Func<int, int, int> apply) => (a, _) => (uint)apply((int)(uint)a[0], (int)(uint)a[1]);

    private static Func<UInt128[], int, UInt128> L(Func<long, long, long> apply) =>
        (a, _) => (ulong)apply((long)(ulong)a[0], (long)(ulong)a[1]);

    private static Func<UInt128[], int, UInt128> F(Func<float, float, float> apply) => (a, _) => Bits(apply(Float(a[0]), Float(a[1])));

    private static Func<UInt128[], int, UInt128> V<T>(Func<T, T, T> apply)
        where T : unmanaged => (a, _) =>
    {
        Span<T> left = Lanes<T>(a[0]), right = Lanes<T>(a[1]);
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = apply(left[i], right[i]);
        }

        return MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes(left));
    };

    private static UInt128 Map<T>(UInt128 vector, Func<T, T> apply)
        where T : unmanaged => V<T>((x, _) => apply(x))([vector, vector], 0);

    private static UInt128 Replace<T>(UInt128 vector, int lane, T value)
        where T : unmanaged
    {
        Span<T> lanes = Lanes<T>(vector);
        lanes[lane] = value;
        return MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes(lanes));
    }

    private static Span<T> Lanes<T>(UInt128 vector)
        where T : unmanaged
    {
        var lanes = new T[16 / Unsafe.SizeOf<T>()];
        MemoryMarshal.Write(MemoryMarshal.AsBytes(lanes.AsSpan()), vector);
        return lanes;
    }
}
