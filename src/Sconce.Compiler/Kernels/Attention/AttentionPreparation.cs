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
        var (packKeys, keyPanels, key) = Pack($"{name}.keys", operands.Key, batch, keys, depth);
        var (packValues, valuePanels, value) = Pack($"{name}.values", operands.Value, batch, columns, keys);
        var rows = AttentionBlock.RowsFor(step);
        var kernel = new KernelChoice.Attention(
            rows, keyPanels.Elements, keyPanels.Width, valuePanels.Elements, valuePanels.Width, DType.Float32, AttentionBlock.StripRowsFor(rows, Math.Min(keyPanels.Width, valuePanels.Width)))
        {
            ThreadScratch = new TensorBuffer($"{name}.block", DType.Float32, [AttentionBlock.Of(step, rows).Size]),
        };
        return [packKeys, packValues, step with { Operands = operands with { Key = key, Value = value }, Kernel = kernel }];
    }

    private static (MapStep Packing, Panels Panels, Expr Packed) Pack(string name, Expr operand, ImmutableArray<Axis> batch, Axis columns, Axis inner)
    {
        ImmutableArray<Axis> outer = [.. batch.Where(axis => operand.DependsOn(axis))];
        var (packing, panels) = Panels.Pack(name, outer, columns, [inner], column =>
            operand.Substitute(new Dictionary<Atom, Dim> { [columns] = column }));
        return (packing, panels, panels.Load([.. outer.Select(axis => Dim.Of(axis))], columns, [inner]));
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
