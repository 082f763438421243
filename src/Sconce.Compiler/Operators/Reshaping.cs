using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Index maps between shapes of one element count. Dims are matched in groups of equal size, so that splitting the last dim of
/// [B, T, H·D] leaves B and T alone, and only within a group that must be re-divided does an index need division.
/// </summary>
public static class Reshaping
{
    /// <summary>Puts the size in for a -1, and demands that the element counts are the same.</summary>
    public static ImmutableArray<Dim> Resolve(LoweringContext context, ImmutableArray<Dim> from, ImmutableArray<Dim> to)
    {
        var unknown = -1;
        var known = Dim.One;
        for (var i = 0; i < to.Length; i++)
        {
            if (to[i].IsConstant && to[i].Value == -1)
            {
                unknown = i;
            }
            else
            {
                known *= to[i];
            }
        }

        var count = Dim.Product(from);
        if (unknown >= 0)
        {
            if (known.IsConstant && known.Value < 1)
            {
                throw SconceException.Expected("a shape whose -1 can be told from its other sizes", $"[{string.Join(", ", to)}]");
            }

            to = to.SetItem(unknown, context.Facts.Simplify(count.FloorDiv(known)));
        }

        var total = Dim.Product(to);
        if (count.IsConstant && total.IsConstant && !count.Equals(total))
        {
            throw SconceException.Expected($"a shape with {count} elements", $"[{string.Join(", ", to)}]");
        }

        context.Same(count, total, $"a tensor of [{string.Join(", ", from)}] becomes one of [{string.Join(", ", to)}]");
        return to;
    }

    /// <summary>The index into the old shape of what lies at an index into the new one.</summary>
    public static ImmutableArray<Dim> MapIndex(SizeFacts facts, ImmutableArray<Dim> from, ImmutableArray<Dim> to, ImmutableArray<Dim> index)
    {
        var result = new Dim[from.Length];
        Array.Fill(result, Dim.Zero);
        var (oldStart, newStart) = (0, 0);
        foreach (var (oldEnd, newEnd) in Cuts(facts, from, to))
        {
            MapGroup(from, to, index, result, oldStart..oldEnd, newStart..newEnd);
            (oldStart, newStart) = (oldEnd, newEnd);
        }

        return [.. result];
    }

    /// <summary>The element's number in row-major order.</summary>
    public static Dim Flatten(ReadOnlySpan<Dim> shape, ReadOnlySpan<Dim> index)
    {
        var flat = Dim.Zero;
        for (var i = 0; i < shape.Length; i++)
        {
            flat = shape[i].IsOne ? flat : (flat * shape[i]) + index[i];
        }

        return flat;
    }

    /// <summary>The index of the element with a number in row-major order.</summary>
    public static ImmutableArray<Dim> Unflatten(ReadOnlySpan<Dim> shape, Dim flat)
    {
        var result = new Dim[shape.Length];
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            var outermost = !shape[..i].HasDims();
            result[i] = shape[i].IsOne ? Dim.Zero : outermost ? flat : flat.Mod(shape[i]);
            flat = outermost || shape[i].IsOne ? flat : flat.FloorDiv(shape[i]);
        }

        return [.. result];
    }

    /// <summary>Ends of groups: where the products of the dims so far are the same on both sides.</summary>
    private static IEnumerable<(int Old, int New)> Cuts(SizeFacts facts, ImmutableArray<Dim> from, ImmutableArray<Dim> to)
    {
        var oldProducts = Products(from);
        var newProducts = Products(to);
        var next = 0;
        for (var i = 0; i < from.Length; i++)
        {
            for (var j = next; j < to.Length; j++)
            {
                if (facts.Equal(oldProducts[i], newProducts[j]) == true)
                {
                    yield return (i + 1, j + 1);
                    next = j + 1;
                    break;
                }
            }
        }

        yield return (from.Length, to.Length);
    }

    private static ImmutableArray<Dim> Products(ImmutableArray<Dim> shape)
    {
        var product = Dim.One;
        return [.. shape.Select(dim => product *= dim)];
    }

    private static void MapGroup(
        ImmutableArray<Dim> from, ImmutableArray<Dim> to, ImmutableArray<Dim> index, Span<Dim> result, Range old, Range @new)
    {
        var flat = Flatten(to.AsSpan()[@new], index.AsSpan()[@new]);
        Unflatten(from.AsSpan()[old], flat).CopyTo(result[old]);
    }

    /// <summary>True where some dim is not 1, so that there is something left to divide out.</summary>
    private static bool HasDims(this ReadOnlySpan<Dim> shape)
    {
        foreach (var dim in shape)
        {
            if (!dim.IsOne)
            {
                return true;
            }
        }

        return false;
    }
}
