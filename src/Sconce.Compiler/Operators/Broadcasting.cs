using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>How tensors of different shapes go together: dims are aligned at the end, a dim of 1 repeats.</summary>
public static class Broadcasting
{
    public static ImmutableArray<Dim> Shape(params ReadOnlySpan<ImmutableArray<Dim>> shapes)
    {
        var rank = 0;
        foreach (var shape in shapes)
        {
            rank = Math.Max(rank, shape.Length);
        }

        var result = new Dim[rank];
        Array.Fill(result, Dim.One);
        foreach (var shape in shapes)
        {
            for (var i = 0; i < shape.Length; i++)
            {
                ref var dim = ref result[rank - shape.Length + i];
                dim = Join(dim, shape[i]);
            }
        }

        return [.. result];
    }

    /// <summary>Where an index into the joined shape falls in one of the shapes.</summary>
    public static ImmutableArray<Dim> IndexInto(ImmutableArray<Dim> shape, ImmutableArray<Dim> index)
    {
        var skip = index.Length - shape.Length;
        var result = ImmutableArray.CreateBuilder<Dim>(shape.Length);
        for (var i = 0; i < shape.Length; i++)
        {
            result.Add(shape[i].IsOne ? Dim.Zero : index[skip + i]);
        }

        return result.MoveToImmutable();
    }

    /// <summary>Sizes that may differ only in form (two symbols that a guard has made equal) go together; the first is kept.</summary>
    private static Dim Join(Dim a, Dim b)
    {
        if (a.IsOne || b.IsOne)
        {
            return a.IsOne ? b : a;
        }

        if (a.IsConstant && b.IsConstant && !a.Equals(b))
        {
            throw SconceException.Expected("tensors whose sizes are the same or 1, dim by dim", $"sizes {a} and {b}");
        }

        return a.IsConstant ? a : b.IsConstant ? b : a;
    }

    extension(Dim dim)
    {
        /// <summary>The size that broadcasts.</summary>
        internal bool IsOne => dim.IsConstant && dim.Value == 1;
    }
}
