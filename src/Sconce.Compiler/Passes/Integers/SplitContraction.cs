using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>
/// A product of a few rows of floats with quantised weights, as in each step of a language model, as one of bytes: each float is a whole number of 24 bits of a step of its row, of which
/// three bytes are three rows. So much a float has too, beside the largest of its row. What is infinite or no number makes its row no numbers.
/// </summary>
internal sealed class SplitContraction(ContractionStep product, ProgramUses uses) : IntegerMatch(product, uses)
{
    private const int Parts = 3;

    /// <summary>For more rows the weights as floats pay.</summary>
    private const long MostRows = 4;

    /// <summary>What is made of fewer weights is soon done.</summary>
    private const long FewestWeights = 1 << 18;

    /// <summary>The largest whole number, and what makes numbers from 0 on of them all. Dividing and multiplying may round up, so the largest is not the very last.</summary>
    private const long Largest = Offset - 8, Offset = 1 << 23;

    /// <summary>A row without any number that is larger counts as having one, so that there is something to divide by.</summary>
    private const double Least = 1e-30;

    private ImmutableArray<Axis> Rows => [.. product.Batch, product.M];

    public override IEnumerable<Step>? Rewritten()
    {
        if (product.Left.Type != DType.Float32 || Dim.Product(Rows.Select(axis => axis.Extent)) is not { IsConstant: true, Value: <= MostRows } count
            || product.N.Extent * product.K.Extent is not { IsConstant: true, Value: >= FewestWeights } || !IsShort([product.K]) || product.Batch.Any(product.Right.DependsOn)
            || QuantisedOperand.Of(Whole(product.Right)) is not { } weight || !IntegerPanels.MultipliesBytes(weight, product.N.Extent, [product.K]))
        {
            return null;
        }

        var (name, inGroups) = (product.Target.Buffer.Name, weight.IsScaledAlong(product.K));
        var weights = inGroups ? weight.Steps.As(DType.Float32) * weight.Scale! : weight.Steps.As(DType.Int32);
        var most = new TensorBuffer($"{name}.most", DType.Float32, [.. Rows.Select(axis => axis.Extent)]);
        Before.Add(new ReduceStep(
            [Target.Whole(most, Rows)], Rows, [product.K], [new Reducer(Combiner.Max, product.Left.Apply(UnaryOp.Abs))],
            [new AccumulatorExpr(0, DType.Float32).Apply(BinaryOp.Max, Expr.Const(DType.Float32, Least))]));
        var (most1, row) = (new LoadExpr(most, [.. Rows.Select(axis => Dim.Of(axis))]), Rows.Aggregate(Dim.Zero, (index, axis) => (index * axis.Extent) + Dim.Of(axis)));
        var bytes = new TensorBuffer($"{name}.bytes", DType.UInt8, [count * Parts, product.K.Extent]);
        var whole = (product.Left * (Expr.Const(DType.Float32, Largest) / most1)).Apply(UnaryOp.Round).As(DType.Int32) + Expr.Const(DType.Int32, Offset);
        for (var part = 0; part < Parts; part++)
        {
            var shifted = part == 0 ? whole : whole.Apply(BinaryOp.Shr, Expr.Const(DType.Int32, 8L * part));
            Before.Add(new MapStep(
                new Target(bytes, [(count * part) + row, product.K]), [.. Rows, product.K], (part == Parts - 1 ? shifted : shifted & Expr.Const(DType.Int32, 255L)).As(DType.UInt8)));
        }

        var split = new Axis(count * Parts, "part");
        var sums = new TensorBuffer($"{name}.sums", weights.Type, [count * Parts, product.N.Extent]);
        var parts = new ContractionStep(
            new Target(sums, [split, product.N]), [], split, product.N, product.K, new LoadExpr(bytes, [split, product.K]).As(weights.Type), weights, new AccumulatorExpr(0, weights.Type));
        Expr Sum(int part) => new LoadExpr(sums, [(count * part) + row, product.N]);
        var highest = Centred(weights, Expr.Const(DType.Int32, Offset >> (8 * (Parts - 1))), [product.N], [product.N], [product.K], Sum(Parts - 1)).As(DType.Float32);
        var sum = Enumerable.Range(1, Parts - 1).Aggregate(highest, (above, part) => (above * Expr.Const(DType.Float32, 256.0)) + Sum(Parts - 1 - part).As(DType.Float32));
        var scale = most1 * Expr.Const(DType.Float32, 1.0 / Largest);
        sum *= inGroups || weight.Scale is null ? scale : scale * weight.Scale;
        return [.. Before, parts, new MapStep(product.Target, product.Axes, Finish(product.Epilogue, sum))];
    }
}
