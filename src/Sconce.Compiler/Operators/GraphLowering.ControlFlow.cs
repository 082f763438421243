using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>Nodes with blocks.</summary>
public sealed partial class GraphLowering
{
    /// <summary>True for the constructs that are lowered here and not by the table.</summary>
    internal static bool IsControlFlow(Node node) => node.Operator == "higher_order::cond" && node.Blocks.Length == 2;

    /// <summary>
    /// <c>torch.cond(predicate, yes, no, operands)</c>. Where the predicate is known, only the branch that is taken; else both, which compute nothing but
    /// values, and of each result the elements of the one that is taken.
    /// </summary>
    private void Conditional(Node node)
    {
        var predicate = LowerArgument(node.Arguments[0].Argument) switch
        {
            Lowered.Bool flag => flag.Value,
            Lowered.Tensor { Buffer: var buffer } => buffer.At([.. buffer.Dims.Select(_ => Dim.Zero)]).As(DType.Bool),
            var other => throw SconceException.Internal($"the predicate is {other.Kind}", PlaceOf(node)),
        };
        var operands = LowerArgument(node.Arguments[^1].Argument) is Lowered.List list ? list.Items : [];
        var results = IndexConditions.Decide(predicate) switch
        {
            true => Branch(node.Blocks[0], operands),
            false => Branch(node.Blocks[1], operands),
            null => [.. Branch(node.Blocks[0], operands, predicate).Zip(Branch(node.Blocks[1], operands, !predicate), (yes, no) => Choose(node, predicate, yes, no))],
        };
        foreach (var (output, result) in node.Outputs.Zip(results))
        {
            Define(node, output, result);
        }
    }

    private ImmutableArray<Lowered> Branch(Block block, ImmutableArray<Lowered> operands, Expr? taken = null)
    {
        var outer = context.Taken;
        context.Taken = taken is null ? outer : outer is null ? taken : outer & taken;
        foreach (var (parameter, operand) in block.Parameters.Zip(operands))
        {
            values[parameter] = operand;
        }

        Nodes(block);
        context.Taken = outer;
        return [.. block.Results.Select(LowerArgument)];
    }

    private Lowered Choose(Node node, Expr predicate, Lowered yes, Lowered no) => (yes, no) switch
    {
        (Lowered.Tensor { Buffer: var a }, Lowered.Tensor { Buffer: var b }) when a.Type == b.Type && a.Rank == b.Rank =>
            context.Map(a.Type, [.. a.Dims.Zip(b.Dims, (x, y) => context.Same(x, y, "both branches give tensors of the same sizes"))], i => Expr.Select(predicate, a.At(i), b.At(i))),
        (Lowered.Int a, Lowered.Int b) when a == b => a,
        (Lowered.None, Lowered.None) => yes,
        _ => throw SconceException.Internal($"one branch gives {yes.Kind}, the other {no.Kind}", PlaceOf(node)),
    };
}
