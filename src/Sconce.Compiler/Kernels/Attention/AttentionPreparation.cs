using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>Brings attention's operands into the form its kernel reads: keys and values in panels. The query may be any expression: the kernel copies it block by block.</summary>
public static class AttentionPreparation
{
    public static ImmutableArray<Step> Prepare(AttentionStep step)
    {
        step = ScaledQuery(GroupedHeads(step));
        var ((batch, _, keys, depth, columns), operands, name) = (step.Space, step.Operands, step.Target.Buffer.Name);
        var rows = AttentionBlock.RowsFor(step);
        var keyOperand = KeysInPlace(step, rows) ?? Pack($"{name}.keys", operands.Key, batch, keys, depth);
        var valueOperand = ValuesInPlace(step, rows) ?? Pack($"{name}.values", operands.Value, batch, columns, keys);
        var kernel = new KernelChoice.Attention(
            rows, keyOperand.Elements, keyOperand.Width, valueOperand.Elements, valueOperand.Width, DType.Float32,
            AttentionBlock.StripRowsFor(rows, Math.Min(keyOperand.Width, valueOperand.Width)))
        {
            ThreadScratch = new TensorBuffer($"{name}.block", DType.Float32, [AttentionBlock.Of(step, rows).Size]),
            KeyStep = keyOperand.Step,
            ValueStep = valueOperand.Step,
        };
        ImmutableArray<MapStep> packing = [.. new[] { keyOperand.Packing, valueOperand.Packing }.OfType<MapStep>()];
        return [.. packing, step with { Operands = operands with { Key = keyOperand.Read, Value = valueOperand.Read }, Kernel = kernel }];
    }

    /// <summary>Keys or values as the kernel reads them.</summary>
    /// <param name="Packing">What puts them into panels; null where they are read in their place.</param>
    /// <param name="Elements">What they are stored as.</param>
    /// <param name="Width">Columns of a panel, or that are taken at once.</param>
    /// <param name="Step">Elements from one to the next where they are read in their place.</param>
    /// <param name="Read">The operand.</param>
    private sealed record Prepared(MapStep? Packing, Storage Elements, int Width, int? Step, Expr Read);

    /// <summary>Keys that few rows read where they lie; null where they do not lie so, or would be packed when the model is compiled.</summary>
    private static Prepared? KeysInPlace(AttentionStep step, int rows) =>
        StepInPlace(step, rows, step.Operands.Key, step.Space.Depth) is { } apart
            ? new(null, Storage.Plain.Float32, Attention.KeysInPlace.KeysAtOnce(rows), apart, step.Operands.Key)
            : null;

    private static Prepared? ValuesInPlace(AttentionStep step, int rows) =>
        StepInPlace(step, rows, step.Operands.Value, step.Space.Columns) is { } apart
            ? new(null, Storage.Plain.Float32, ColumnsAtOnce(rows, step.Space.Columns.Extent.Value), apart, step.Operands.Value)
            : null;

    private static int ColumnsAtOnce(int rows, long columns) =>
        rows <= 2 && columns % (2 * TileSizes.Strip.WidePanel) == 0 ? 2 * TileSizes.Strip.WidePanel
        : columns % TileSizes.Strip.WidePanel == 0 ? TileSizes.Strip.WidePanel
        : TileSizes.Strip.NarrowPanel;

    /// <summary>Elements from one key to the next, where few rows can read them as they lie: with features side by side that are whole vectors.</summary>
    private static int? StepInPlace(AttentionStep step, int rows, Expr operand, Axis features) =>
        rows <= TileSizes.Attention.FewRows && features.Extent is { IsConstant: true, Value: > 0 and var count } && count % Expressions.Vector.Lanes == 0
        && operand.Type == DType.Float32 && !OperandExpr.IsConstant(operand) && Access.Of(operand) is { } access && access.HasUnitStride(features)
        && access.StrideOf(step.Space.Keys) is { IsConstant: true, Value: > 0 and <= TileSizes.Attention.FarthestInPlace and var apart }
            ? (int)apart
            : null;

    private static Prepared Pack(string name, Expr operand, ImmutableArray<Axis> batch, Axis columns, Axis inner)
    {
        ImmutableArray<Axis> outer = [.. batch.Where(axis => operand.DependsOn(axis))];
        var (packing, panels) = Panels.Pack(name, outer, columns, [inner], column =>
            operand.Substitute(new Dictionary<Atom, Dim> { [columns] = column }));
        return new(packing, panels.Elements, panels.Width, null, panels.Load([.. outer.Select(axis => Dim.Of(axis))], columns, [inner]));
    }

    /// <summary>A constant factor of the products is one of the query, which has fewer elements.</summary>
    private static AttentionStep ScaledQuery(AttentionStep step) => Unscaled(step.Operands.Score) is var (score, scale)
        ? step with { Operands = step.Operands with { Query = step.Operands.Query * scale, Score = score } }
        : step;

    private static (Expr Score, ConstExpr Scale)? Unscaled(Expr score) => score switch
    {
        BinaryExpr { Op: BinaryOp.Mul, Left: AccumulatorExpr sum, Right: ConstExpr scale } => (sum, scale),
        BinaryExpr { Op: BinaryOp.Add } add when !HasSum(add.Right) && Unscaled(add.Left) is var (inner, scale) => (inner + add.Right, scale),
        SelectExpr select when !HasSum(select.Condition) && !HasSum(select.No) && Unscaled(select.Yes) is var (inner, scale) =>
            (Expr.Select(select.Condition, inner, select.No), scale),
        _ => null,
    };

    private static bool HasSum(Expr expr) => expr.OwnNodes().Any(node => node is AccumulatorExpr);

    /// <summary>
    /// Where several heads of the query share one of keys and values, an axis of the batch becomes two: that of the groups, which keys and values know, and
    /// that within a group.
    /// </summary>
    private static AttentionStep GroupedHeads(AttentionStep step)
    {
        foreach (var heads in step.Space.Batch)
        {
            if (GroupSize(step.Operands.Key, heads) is not { } size || !heads.Extent.IsConstant || heads.Extent.Value % size != 0)
            {
                continue;
            }

            var (group, head) = (new Axis(heads.Extent.Value / size, "group"), new Axis(size, heads.Name));
            var map = new Dictionary<Atom, Dim> { [heads] = (Dim.Of(group) * size) + Dim.Of(head) };
            Expr Split(Expr expr) => expr.Substitute(map);
            var operands = step.Operands.Map(Split);
            if (!operands.Key.DependsOn(head) && !operands.Value.DependsOn(head))
            {
                var space = step.Space with { Batch = [.. step.Space.Batch.SelectMany(axis => axis == heads ? [group, head] : (Axis[])[axis])] };
                return step with { Target = step.Target.Substitute(map), Space = space, Operands = operands, Epilogue = Split(step.Epilogue) };
            }
        }

        return step;
    }

    /// <summary>The number by which the axis is divided in some index of the expression.</summary>
    private static long? GroupSize(Expr expr, Axis axis)
    {
        long? size = null;
        new ExprRewriter(
            dims: dim =>
            {
                foreach (var atom in dim.Terms.SelectMany(term => term.Factors))
                {
                    size = atom is BinaryAtom { Operator: DimOperator.FloorDivide, Right: { IsConstant: true, Value: > 1 } by } division
                        && ReferenceEquals(division.Left.AsAtom, axis)
                        ? by.Value
                        : size;
                }

                return dim;
            },
            loads: _ => null).Rewrite(expr);
        return size;
    }
}
