using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>A reduction along an axis that the values lie along: several vectors of partial results, which are joined at the end.</summary>
internal sealed class RowReduction
{
    private readonly Expr[] values;
    private readonly int copies;
    private readonly VectorAccumulator[][] vectors;
    private readonly ScalarAccumulator[] singles;

    public RowReduction(FunctionBuilder f, ImmutableArray<Reducer> reducers, int copies)
    {
        this.copies = Math.Max(1, copies / reducers.Length);
        values = [.. reducers.Select(reducer => reducer.Value)];
        vectors = [.. Enumerable.Range(0, this.copies).Select(_ => reducers.Select(reducer => new VectorAccumulator(f, reducer)).ToArray())];
        singles = [.. reducers.Select(reducer => new ScalarAccumulator(f, reducer))];
        foreach (var accumulator in vectors.SelectMany(each => each))
        {
            accumulator.Reset();
        }

        Array.ForEach(singles, accumulator => accumulator.Reset());
    }

    /// <summary>Takes the values at the axis's points in a range.</summary>
    public void Take(ExprEmitter outside, Axis along, I32 from, I32 to) =>
        VectorLoop.Emit(outside, along, from, to, copies, vectorised: true, (at, shifts, asVector) =>
        {
            Expr[][] shifted = [.. shifts.Select(shift => values.Select(value => value.Shift(along, shift)).ToArray())];
            at.Expect(shifted.SelectMany(each => each));
            if (asVector)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    ExprEmitter.Together([.. shifted.Select(each => (at, each[i]))]);
                }
            }

            for (var copy = 0; copy < shifts.Count; copy++)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    if (asVector)
                    {
                        vectors[copy][i].Take(at, shifted[copy][i], Dim.Zero);
                    }
                    else
                    {
                        singles[i].Take(at, shifted[copy][i], Dim.Zero);
                    }
                }
            }
        });

    /// <summary>Joins all partial results and binds them as accumulators.</summary>
    public void Bind(ExprEmitter join)
    {
        for (var i = 0; i < singles.Length; i++)
        {
            for (var stride = copies / 2; stride >= 1; stride /= 2)
            {
                for (var copy = 0; copy < stride; copy++)
                {
                    vectors[copy][i].Join(join, vectors[copy + stride][i]);
                }
            }

            vectors[0][i].JoinInto(join, singles[i]);
            join.BindAccumulator(i, singles[i].Result);
        }
    }
}
