using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>A result of a reduction, or four times as many as there are vectors, that lie side by side: all points of the reduced axes are combined, and stored.</summary>
/// <param name="f">The kernel.</param>
/// <param name="step">Whose results they are.</param>
/// <param name="values">What is combined.</param>
/// <param name="reduced">The axes that are gone through.</param>
/// <param name="place">What a found index counts along.</param>
/// <param name="window">The number of points, where they are written out; else 0.</param>
/// <param name="inParts">Whether sums are made of partial sums.</param>
internal sealed class ReducedPoints(
    FunctionBuilder f, ReduceStep step, ImmutableArray<Expr> values, ImmutableArray<Axis> reduced, Dim place, int window, bool inParts)
{
    /// <summary>Long sums of floats are made of partial sums of so many values: each addition rounds in proportion to what has been summed.</summary>
    public const int PartialSum = 256;

    /// <summary>The result that lies so many places after where the axis stands; without an axis, the only one.</summary>
    public void Single(ExprEmitter at, Axis? axis, int shift)
    {
        var accumulators = Scalars();
        Array.ForEach(accumulators, accumulator => accumulator.Reset());
        var taking = inParts ? Scalars() : accumulators;
        var parts = new Parts(() => Array.ForEach(taking, part => part.Reset()), Gather);
        Over(at, reduced, [.. values.Select(Shifted)], place, parts, (inside, exprs, where) =>
        {
            inside.Expect(exprs);
            for (var i = 0; i < exprs.Count; i++)
            {
                taking[i].Take(inside, exprs[i], where);
            }
        });
        Store(at, axis, shift, accumulators);

        Expr Shifted(Expr expr) => axis is null ? expr : expr.Shift(axis, shift);

        void Gather()
        {
            for (var i = 0; i < taking.Length; i++)
            {
                accumulators[i].Take(at, taking[i].Result, () => 0);
            }
        }
    }

    /// <summary>The vectors of results from so many places on after where the axis stands.</summary>
    public void Vectors(ExprEmitter at, Axis axis, IReadOnlyList<int> shifts)
    {
        var accumulators = VectorsFor(shifts);
        Array.ForEach(accumulators, accumulator => accumulator.Reset());
        var taking = inParts ? VectorsFor(shifts) : accumulators;
        Expr[] shifted = [.. shifts.SelectMany(shift => values.Select(value => value.Shift(axis, shift)))];
        Over(at, reduced, shifted, place, new Parts(() => Array.ForEach(taking, part => part.Reset()), Gather), (inside, exprs, where) =>
        {
            inside.Expect(exprs);
            for (var i = 0; i < exprs.Count; i++)
            {
                taking[i].Take(inside, exprs[i], where);
            }
        });
        for (var copy = 0; copy < shifts.Count; copy++)
        {
            StoreVector(at, axis, shifts[copy], accumulators.AsSpan(copy * values.Length, values.Length));
        }

        void Gather()
        {
            for (var i = 0; i < taking.Length; i++)
            {
                accumulators[i].Join(at, taking[i]);
            }
        }
    }

    private ScalarAccumulator[] Scalars() => [.. step.Reducers.Select(reducer => new ScalarAccumulator(f, reducer))];

    private VectorAccumulator[] VectorsFor(IReadOnlyList<int> shifts) => [.. shifts.SelectMany(_ => step.Reducers.Select(reducer => new VectorAccumulator(f, reducer)))];

    private void Store(ExprEmitter at, Axis? axis, int shift, ReadOnlySpan<ScalarAccumulator> accumulators)
    {
        var results = at.Nested();
        for (var i = 0; i < accumulators.Length; i++)
        {
            results.BindAccumulator(i, accumulators[i].Result);
        }

        for (var i = 0; i < step.Targets.Length; i++)
        {
            var (target, result) = (step.Targets[i], step.Results[i]);
            results.Store(axis is null ? target : target.Shift(axis, shift), axis is null ? result : result.Shift(axis, shift));
        }
    }

    private void StoreVector(ExprEmitter at, Axis axis, int shift, ReadOnlySpan<VectorAccumulator> accumulators)
    {
        var results = at.Nested();
        for (var i = 0; i < accumulators.Length; i++)
        {
            results.BindAccumulator(i, accumulators[i].Result(results));
        }

        for (var i = 0; i < step.Targets.Length; i++)
        {
            results.StoreVector(step.Targets[i].Shift(axis, shift), step.Results[i].Shift(axis, shift));
        }
    }

    /// <summary>Goes through all points of the axes; along the last, in parts where that is wanted.</summary>
    private void Over(
        ExprEmitter emitter, ImmutableArray<Axis> axes, IReadOnlyList<Expr> exprs, Dim where, Parts parts, Action<ExprEmitter, IReadOnlyList<Expr>, Dim> body)
    {
        if (axes.IsEmpty)
        {
            body(emitter, exprs, where);
            return;
        }

        var axis = axes[0];
        if (window > 0)
        {
            for (var i = 0L; i < axis.Extent.Value; i++)
            {
                Dim? At(Atom atom) => ReferenceEquals(atom, axis) ? i : null;
                var rewriter = new ExprRewriter(dims: dim => dim.Substitute(At));
                Over(emitter, axes[1..], [.. exprs.Select(rewriter.Rewrite)], where.Substitute(At), parts, body);
            }

            return;
        }

        emitter.Hoist(exprs);
        var counter = f.I32(axis.Name);
        var extent = emitter.Index(axis.Extent);
        if (inParts && axes.Length == 1)
        {
            var (start, end) = (f.I32("part"), f.Let(extent));
            f.For(start, 0, end, PartialSum, () =>
            {
                parts.Begin();
                var next = f.Let(start + PartialSum);
                Points(start, f.Let(next.LtS(end).Select(next, end)));
                parts.End();
            });
            return;
        }

        Points(0, extent);

        void Points(I32 from, I32 to) => f.For(counter, from, to, 1, () =>
        {
            var inside = emitter.Nested();
            inside.Bind(axis, counter);
            Over(inside, axes[1..], exprs, where, parts, body);
        });
    }

    /// <summary>What is done before and after each part of a long sum.</summary>
    private sealed record Parts(Action Begin, Action End);
}
