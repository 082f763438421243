using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// How a transform of a size is done: Stockham's passes of small factors over vectors of four lanes, and what stands before and after them.
/// Of an even number of real elements, neighbours are the parts of half as many complex ones.
/// </summary>
public sealed class FourierPlan
{
    /// <summary>The largest factor that a pass can have. (Its own transform takes the square of it; a transform of another size made of several takes some seven times its own time.)</summary>
    public const int LargestFactor = 13;

    /// <summary>The factors that passes have, in the order in which they are tried.</summary>
    public static ImmutableArray<int> PassFactors { get; } = [4, 2, 3, 5, 7, 11, LargestFactor];

    /// <summary>Of the vectors.</summary>
    public const int Lanes = 4;

    /// <summary>From here on one transform has enough elements for all lanes.</summary>
    public const int ShortestSplit = 16;

    public FourierPlan(FourierForm form, int size)
    {
        (Form, Size, Length) = (form, size, form == FourierForm.Complex ? size : size / 2);
        if (size < 1 || (form != FourierForm.Complex && size % 2 != 0))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "Real transforms have an even number of elements.");
        }

        IsSplit = Length % Lanes == 0 && Length >= ShortestSplit;
        Points = IsSplit ? Length / Lanes : Length;
        Factors = FactorsOf(Points) ?? throw new ArgumentOutOfRangeException(nameof(size), size, $"A prime factor is larger than {LargestFactor}.");
        CombiningStart = Factors.Aggregate((Left: Points, Count: 0), (at, factor) => (at.Left / factor, at.Count + (at.Left / factor * (factor - 1) * 2))).Count;
        RealStart = CombiningStart + (IsSplit ? (Lanes - 1) * 2 * Points : 0);
        Count = RealStart + (2 * RealCount);
    }

    public FourierForm Form { get; }

    public int Size { get; }

    /// <summary>Of the complex transform.</summary>
    public int Length { get; }

    /// <summary>
    /// Whether the lanes hold a quarter of one transform each: elements 0, 4, 8 … in the first. A last pass joins them. Where not, each lane has a transform of its own.
    /// </summary>
    public bool IsSplit { get; }

    /// <summary>Elements of four lanes that the passes go through.</summary>
    public int Points { get; }

    /// <summary>Of the passes, in order.</summary>
    public ImmutableArray<int> Factors { get; }

    /// <summary>Where in the table the factors of the pass that joins the lanes begin: real parts of the second lane's, imaginary parts, and so on.</summary>
    public int CombiningStart { get; }

    /// <summary>Where those begin that make a real transform of the complex one: real parts, then imaginary ones.</summary>
    public int RealStart { get; }

    /// <summary>How many of the last there are.</summary>
    public int RealCount => Form switch
    {
        FourierForm.Complex => 0,
        FourierForm.RealToComplex => (Length / 2) + Lanes,
        _ => Length,
    };

    /// <summary>Numbers in the table.</summary>
    public int Count { get; }

    /// <summary>Whether a plan can be made.</summary>
    public static bool Suits(int size) => FactorsOf(size) is not null;

    /// <summary>The table of the roots of unity that are needed.</summary>
    public TensorData Table(DType type)
    {
        var numbers = new double[Math.Max(Count, 1)];
        var (rest, at) = (Points, 0);
        foreach (var factor in Factors)
        {
            var (size, count) = (rest, rest / factor);
            for (var p = 0; p < count; p++)
            {
                for (var j = 1; j < factor; j++)
                {
                    (numbers[at], numbers[at + 1]) = Root((long)p * j, size);
                    at += 2;
                }
            }

            rest = count;
        }

        for (var lane = 1; IsSplit && lane < Lanes; lane++)
        {
            for (var k = 0; k < Points; k++)
            {
                (numbers[at + k], numbers[at + Points + k]) = Root((long)lane * k, Length);
            }

            at += 2 * Points;
        }

        for (var k = 0; k < RealCount; k++)
        {
            var (cosine, sine) = Root(k, Size);
            (numbers[at + k], numbers[at + RealCount + k]) = Form == FourierForm.RealToComplex ? (sine / 2, -cosine / 2) : (sine, cosine);
        }

        return TensorData.Dense(type, [numbers.Length], type == DType.Float64
            ? MemoryMarshal.AsBytes<double>(numbers).ToArray()
            : MemoryMarshal.AsBytes<float>(Array.ConvertAll(numbers, number => (float)number)).ToArray());
    }

    /// <summary>e^(-2πi · part / size).</summary>
    private static (double Cosine, double Sine) Root(long part, int size)
    {
        // Within an eighth of a circle both functions are at their best.
        var eighths = part % size * 8;
        var (eighth, rest) = (eighths / size, eighths % size);
        var odd = eighth % 2 == 1;
        var (sine, cosine) = Math.SinCos(Math.PI / 4 * (odd ? size - rest : rest) / size);
        var (x, y) = odd ? (sine, cosine) : (cosine, sine);
        return (eighth / 2) switch
        {
            0 => (x, -y),
            1 => (-y, -x),
            2 => (-x, y),
            _ => (y, x),
        };
    }

    private static ImmutableArray<int>? FactorsOf(int size)
    {
        var factors = ImmutableArray.CreateBuilder<int>();
        foreach (var factor in PassFactors)
        {
            for (; size % factor == 0; size /= factor)
            {
                factors.Add(factor);
            }
        }

        return size == 1 ? factors.ToImmutable() : null;
    }
}
