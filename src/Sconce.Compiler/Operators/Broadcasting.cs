using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>How tensors of different shapes go together: dims are aligned at the end, a dim of 1 repeats.</summary>
public static class Broadcasting
{
    extension(LoweringContext context)
    {
        /// <summary>The shape that holds all of several shapes. Sizes that are not known to be the same, nor 1, must be the same in every run.</summary>
        public ImmutableArray<Dim> Broadcast(params ReadOnlySpan<ImmutableArray<Dim>> shapes)
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
                    dim = context.Join(dim, context.Facts.Simplify(shape[i]));
                }
            }

            return [.. result];
        }

        /// <summary>Demands that a shape broadcasts to another one.</summary>
        public void Fits(ImmutableArray<Dim> shape, ImmutableArray<Dim> into)
        {
            if (shape.Length > into.Length)
            {
                throw SconceException.Expected($"a tensor that broadcasts to [{string.Join(", ", into)}]", $"[{string.Join(", ", shape)}]");
            }

            for (var i = 1; i <= shape.Length; i++)
            {
                if (!shape[^i].IsOne)
                {
                    context.Same(shape[^i], into[^i], "a size that is not 1 does not repeat");
                }
            }
        }

        /// <summary>Whether a size is 1; where that is not known it must not be in any run, since what is made of it then has another shape.</summary>
        public bool IsOne(Dim size, string otherwise)
        {
            // Of a size that only the data tell PyTorch takes it, when it traces, that it is none.
            var one = context.Facts.Equal(size, 1);
            if (one is null && !size.Any(leaf => leaf is FoundSymbol))
            {
                context.Require(SizeCheck.NotEqual(size, 1, otherwise));
            }

            return one == true;
        }

        private Dim Join(Dim a, Dim b)
        {
            if (a.IsOne || b.IsOne)
            {
                return a.IsOne ? b : a;
            }

            return a.IsConstant && b.IsConstant && !a.Equals(b)
                ? throw SconceException.Expected("tensors whose sizes are the same or 1, dim by dim", $"sizes {a} and {b}")
                : context.Same(a, b, "tensors that go together element by element have the same sizes");
        }
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

    extension(Dim dim)
    {
        /// <summary>The size that broadcasts.</summary>
        internal bool IsOne => dim.IsConstant && dim.Value == 1;
    }
}
