using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>A complex number in each lane.</summary>
internal readonly record struct ComplexVector(Vector Real, Vector Imaginary);

/// <summary>
/// What transforms do with vectors of four float32 or float64. An element in scratch memory is one unit of a float32's, the real parts of all lanes before the
/// imaginary ones, or two of a float64's, of two lanes each.
/// </summary>
internal sealed class FourierArithmetic(FunctionBuilder f, KernelModule module, DType type)
{
    public const int UnitBytes = 32;

    /// <summary>Bytes from a real part to the imaginary one.</summary>
    public const int ImaginaryPart = UnitBytes / 2;

    private readonly bool fused = module.Options.FusedMultiplyAdd;

    public bool IsWide { get; } = Vector.IsWide(type);

    public int Units => IsWide ? 2 : 1;

    public int ElementBytes => Units * UnitBytes;

    public int NumberBytes => type.Size();

    public V128 Add(V128 a, V128 b) => IsWide ? F64x2.Add(a, b) : F32x4.Add(a, b);

    public V128 Sub(V128 a, V128 b) => IsWide ? F64x2.Sub(a, b) : F32x4.Sub(a, b);

    public V128 Mul(V128 a, V128 b) => IsWide ? F64x2.Mul(a, b) : F32x4.Mul(a, b);

    /// <summary>a * b + c.</summary>
    public V128 Madd(V128 a, V128 b, V128 c) => !fused ? Add(Mul(a, b), c) : IsWide ? F64x2.RelaxedMadd(a, b, c) : F32x4.RelaxedMadd(a, b, c);

    /// <summary>c - a * b.</summary>
    public V128 Nmadd(V128 a, V128 b, V128 c) => !fused ? Sub(c, Mul(a, b)) : IsWide ? F64x2.RelaxedNmadd(a, b, c) : F32x4.RelaxedNmadd(a, b, c);

    public V128 Neg(V128 a) => IsWide ? F64x2.Neg(a) : F32x4.Neg(a);

    public V128 Splat(double value) => IsWide ? module.Numbers.Splat(value) : module.Numbers.Splat(BitConverter.SingleToInt32Bits((float)value));

    /// <summary>A number from memory, in all lanes.</summary>
    public V128 LoadSplat(I32 address, uint offset) => IsWide ? Memory.Load64Splat(address, offset) : Memory.Load32Splat(address, offset);

    public Vector Add(Vector a, Vector b) => Let(a.Zip(b, Add));

    public Vector Sub(Vector a, Vector b) => Let(a.Zip(b, Sub));

    public Vector Mul(Vector a, Vector b) => Let(a.Zip(b, Mul));

    public Vector Neg(Vector a) => Let(a.Map(Neg));

    public Vector Let(Vector a) => new(f.Let(a.Low), a.High is null ? null : f.Let(a.High));

    public Vector SplatVector(double value) => IsWide ? Let(new(Splat(value), Splat(value))) : new(Splat(value));

    public ComplexVector Add(ComplexVector a, ComplexVector b) => new(Add(a.Real, b.Real), Add(a.Imaginary, b.Imaginary));

    public ComplexVector Sub(ComplexVector a, ComplexVector b) => new(Sub(a.Real, b.Real), Sub(a.Imaginary, b.Imaginary));

    public ComplexVector Mul(ComplexVector a, ComplexVector b) => new(
        Let(Zip(a.Imaginary, b.Imaginary, a.Real.Zip(b.Real, Mul), Nmadd)), Let(Zip(a.Imaginary, b.Real, a.Real.Zip(b.Imaginary, Mul), Madd)));

    /// <summary>A plain vector of numbers side by side.</summary>
    public Vector Load(I32 address, I32 offset)
    {
        var (at, known) = Settled(address, offset);
        return Let(new(Memory.LoadV128(at, known), IsWide ? Memory.LoadV128(at, known + 16) : null));
    }

    public void Store(I32 address, I32 offset, Vector value)
    {
        var (at, known) = Settled(address, offset);
        f.StoreV128(at, value.Low, known);
        if (value.High is { } high)
        {
            f.StoreV128(at, high, known + 16);
        }
    }

    /// <summary>The same two numbers in all lanes.</summary>
    public ComplexVector LoadSplats(I32 address, I32 imaginary)
    {
        var (at, known) = Settled(address, imaginary);
        var (x, y) = (f.Let(LoadSplat(address, 0)), f.Let(LoadSplat(at, known)));
        return new(new(x, IsWide ? x : null), new(y, IsWide ? y : null));
    }

    /// <summary>An element from scratch memory.</summary>
    public ComplexVector LoadElement(I32 address, int offset = 0) => new(
        Let(new(Memory.LoadV128(address, (uint)offset), IsWide ? Memory.LoadV128(address, (uint)(offset + UnitBytes)) : null)),
        Let(new(Memory.LoadV128(address, (uint)(offset + ImaginaryPart)), IsWide ? Memory.LoadV128(address, (uint)(offset + UnitBytes + ImaginaryPart)) : null)));

    public void StoreElement(I32 address, ComplexVector value)
    {
        f.StoreV128(address, value.Real.Low);
        f.StoreV128(address, value.Imaginary.Low, ImaginaryPart);
        if (value.Real.High is { } real)
        {
            f.StoreV128(address, real, UnitBytes);
            f.StoreV128(address, value.Imaginary.Upper, UnitBytes + ImaginaryPart);
        }
    }

    /// <summary>The first lane's number, as expressions have it.</summary>
    public Code First(Vector a) => IsWide ? F64x2.ExtractLane(a.Low, 0) : F32x4.ExtractLane(a.Low, 0);

    /// <summary>A single number, as expressions have it.</summary>
    public Code LoadNumber(I32 address) => IsWide ? Memory.LoadF64(address) : Memory.LoadF32(address);

    public void StoreNumber(I32 address, Code value, int offset = 0)
    {
        if (IsWide)
        {
            f.StoreF64(address, value.AsF64(), (uint)offset);
        }
        else
        {
            f.StoreF32(address, value.AsF32(), (uint)offset);
        }
    }

    /// <summary>The address of a number's real part where four numbers in a row are an element.</summary>
    public I32 InElements(I32 start, I32 number) => IsWide
        ? start + ((number >>> 1) * UnitBytes) + ((number & 1) * NumberBytes)
        : start + ((number >>> 2) * UnitBytes) + ((number & 3) * NumberBytes);

    /// <summary>The lanes backwards.</summary>
    public Vector Reversed(Vector a) => Let(IsWide
        ? new(I8x16.Shuffle(a.Upper, a.Upper, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7), I8x16.Shuffle(a.Low, a.Low, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
        : new(I8x16.Shuffle(a.Low, a.Low, 12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3)));

    public ComplexVector Reversed(ComplexVector a) => new(Reversed(a.Real), Reversed(a.Imaginary));

    /// <summary>Of eight numbers in a row those with even and those with odd places.</summary>
    public ComplexVector Apart(Vector a, Vector b) => IsWide
        ? new(Let(new(Lanes.LowHalves(a.Low, a.Upper), Lanes.LowHalves(b.Low, b.Upper))), Let(new(Lanes.HighHalves(a.Low, a.Upper), Lanes.HighHalves(b.Low, b.Upper))))
        : new(
            Let(new(I8x16.Shuffle(a.Low, b.Low, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27))),
            Let(new(I8x16.Shuffle(a.Low, b.Low, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))));

    /// <summary>Eight numbers in a row, in turn from the one and the other.</summary>
    public (Vector First, Vector Second) Joined(Vector even, Vector odd) => IsWide
        ? (Let(new(Lanes.LowHalves(even.Low, odd.Low), Lanes.HighHalves(even.Low, odd.Low))), Let(new(Lanes.LowHalves(even.Upper, odd.Upper), Lanes.HighHalves(even.Upper, odd.Upper))))
        : (Let(new(Lanes.LowPairs(even.Low, odd.Low))), Let(new(Lanes.HighPairs(even.Low, odd.Low))));

    /// <summary>Lane j of row i becomes lane i of row j.</summary>
    public Vector[] Transposed(Vector[] rows)
    {
        if (IsWide)
        {
            return [Pick(false, row => row.Low), Pick(true, row => row.Low), Pick(false, row => row.Upper), Pick(true, row => row.Upper)];

            Vector Pick(bool second, Func<Vector, V128> half) => Let(second
                ? new(Lanes.HighHalves(half(rows[0]), half(rows[1])), Lanes.HighHalves(half(rows[2]), half(rows[3])))
                : new(Lanes.LowHalves(half(rows[0]), half(rows[1])), Lanes.LowHalves(half(rows[2]), half(rows[3]))));
        }

        return [.. Lanes.Transposed(f, rows[0].Low, rows[1].Low, rows[2].Low, rows[3].Low).Select(row => new Vector(row))];
    }

    /// <summary>An offset that is known stands in the access.</summary>
    private (I32 Address, uint Offset) Settled(I32 address, I32 offset) =>
        offset.ConstantInteger is { } known ? (address, (uint)known) : (IsWide ? f.Let(address + offset) : address + offset, 0);

    private static Vector Zip(Vector a, Vector b, Vector c, Func<V128, V128, V128, V128> function) =>
        new(function(a.Low, b.Low, c.Low), a.High is null ? null : function(a.High, b.Upper, c.Upper));
}
