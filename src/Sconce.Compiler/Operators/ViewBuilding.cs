using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>Views: the same elements under another shape. Each is a map that only loads, which later passes draw into its consumers.</summary>
public static class ViewBuilding
{
    /// <summary>A size of -1 is whatever is left.</summary>
    private static bool IsInferred(Dim size) => size.IsConstant && size.Value == -1;

    extension(LoweringContext context)
    {
        public TensorBuffer Reshape(TensorBuffer source, Dims dims)
        {
            dims = context.Facts.Simplify(dims);
            if (dims.Any(IsInferred))
            {
                context.Require(SizeCheck.NotEqual(
                    Dim.Product(dims.Where(dim => !IsInferred(dim))), 0, "the size that a -1 stands for can be anything in a tensor without elements"));
            }

            dims = Reshaping.Resolve(context, source.Dims, dims);
            if (source.Dims.AsSpan().SequenceEqual(dims.AsSpan()))
            {
                return source;
            }

            return dims.Any(dim => dim.Equals(Dim.Zero))
                ? context.Fill(source.Type, dims, Expr.Const(source.Type, 0L))
                : context.View(source, dims, index => Reshaping.MapIndex(context.Facts, source.Dims, dims, index));
        }

        /// <summary>Dim i of the result is dim order[i] of the source.</summary>
        public TensorBuffer Permute(TensorBuffer source, ImmutableArray<int> order)
        {
            var place = new Dim[source.Rank];
            return context.View(source, [.. order.Select(axis => source.Dims[axis])], index =>
            {
                for (var i = 0; i < order.Length; i++)
                {
                    place[order[i]] = index[i];
                }

                return [.. place];
            });
        }

        public TensorBuffer Transpose(TensorBuffer source, int a, int b)
        {
            var order = Enumerable.Range(0, source.Rank).ToArray();
            (order[a], order[b]) = (b, a);
            return context.Permute(source, [.. order]);
        }

        /// <summary>Exchanges the last two dims.</summary>
        public TensorBuffer MatrixTranspose(TensorBuffer source) => context.Transpose(source, source.Rank - 2, source.Rank - 1);

        /// <summary>Repeats dims of size 1 to reach a shape, with new dims in front.</summary>
        public TensorBuffer Expand(TensorBuffer source, Dims dims)
        {
            context.Fits(source.Dims, dims);
            return source.Dims.AsSpan().SequenceEqual(dims.AsSpan())
                ? source
                : context.View(source, dims, index => Broadcasting.IndexInto(source.Dims, index));
        }

        public TensorBuffer Unsqueeze(TensorBuffer source, int axis) => context.View(source, source.Dims.Insert(axis, 1), index => index.RemoveAt(axis));

        /// <summary>Leaves out dims; they have size 1.</summary>
        public TensorBuffer Squeeze(TensorBuffer source, Func<int, bool> leaveOut)
        {
            ImmutableArray<int> kept = [.. Enumerable.Range(0, source.Rank).Where(axis => !leaveOut(axis))];
            return kept.Length == source.Rank ? source : context.View(source, [.. kept.Select(axis => source.Dims[axis])], index =>
                [.. Enumerable.Range(0, source.Rank).Select(axis => kept.IndexOf(axis) is >= 0 and var place ? index[place] : Dim.Zero)]);
        }

        /// <summary>Elements start, start + step, … of a dim.</summary>
        public TensorBuffer Slice(TensorBuffer source, int axis, Dim start, Dim length, Dim? step = null)
        {
            step ??= Dim.One;
            return start.Equals(Dim.Zero) && step.Equals(Dim.One) && length.Equals(source.Dims[axis])
                ? source
                : context.View(source, source.Dims.SetItem(axis, length), index => index.SetItem(axis, start + (index[axis] * step)));
        }

        /// <summary>One element of a dim, which vanishes.</summary>
        public TensorBuffer Select(TensorBuffer source, int axis, Dim place) =>
            context.View(source, source.Dims.RemoveAt(axis), index => index.Insert(axis, place));

        /// <summary>Tensors one after the other along a dim.</summary>
        public TensorBuffer Concatenate(DType type, ReadOnlySpan<TensorBuffer> parts, int axis)
        {
            var total = Dim.Zero;
            foreach (var part in parts)
            {
                total = context.SumOfFound(total + part.Dims[axis]);
                for (var i = 0; i < part.Rank; i++)
                {
                    if (i != axis)
                    {
                        context.Same(parts[0].Dims[i], part.Dims[i], "tensors that are put one after the other have the same sizes in all other dims");
                    }
                }
            }

            var result = context.Temporary(type, parts[0].Dims.SetItem(axis, total));
            var start = Dim.Zero;
            foreach (var part in parts)
            {
                var offset = start;
                context.MapInto(result, part.Dims, index => index.SetItem(axis, index[axis] + offset), part.At);
                start = context.SumOfFound(start + part.Dims[axis]);
            }

            return result;
        }
    }

    /// <summary>Where a Python slice starts and how many elements it has, for a step above 0.</summary>
    public static (Dim Start, Dim Length) SliceBounds(LoweringContext context, Dim size, Dim? start, Dim? end, Dim step)
    {
        var from = start is null ? Dim.Zero : Within(context, size, start);
        var to = end is null ? size : Within(context, size, end);
        return (from, context.Facts.Simplify(Dim.Max((to - from).CeilDiv(step), 0)));
    }

    /// <summary>An index that may be negative, and then counts from the end.</summary>
    internal static Dim FromStart(LoweringContext context, Dim index, Dim size)
    {
        index = context.Facts.Simplify(index);
        return context.Facts.Less(index, 0) switch
        {
            false => index,
            true => index + size,

            // Once the size where it is negative, else not at all.
            null => index + (size * Dim.Min(Dim.Max(-index, 0), 1)),
        };
    }

    /// <summary>An index as <see cref="FromStart"/>, moved into 0 … size.</summary>
    private static Dim Within(LoweringContext context, Dim size, Dim index)
    {
        const long beyond = 1L << 40;
        if (index.IsConstant && Math.Abs(index.Value) >= beyond)
        {
            return index.Value < 0 ? Dim.Zero : size;
        }

        return context.Facts.Simplify(Dim.Max(Dim.Min(FromStart(context, index, size), size), 0));
    }
}
