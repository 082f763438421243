using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>An image that is read where it lies: channels-last, and zero outside of a range along each side, which need not be in memory.</summary>
/// <param name="Pixels">The place of a pixel's channels, within the ranges.</param>
/// <param name="Ranges">By spatial axis.</param>
internal sealed record PaddedInput(Access Pixels, ImmutableArray<(long From, long To)> Ranges)
{
    public static PaddedInput? Of(ConvolutionStep step)
    {
        var input = step.Input;
        var spatial = step.InputAxes[2..];
        if (!spatial.All(axis => axis.Extent.IsConstant))
        {
            return null;
        }

        (long From, long To)[] ranges = [.. spatial.Select(axis => (0L, axis.Extent.Value))];
        while (input is GuardExpr { Outside: ConstExpr { Value: 0 } } guard)
        {
            if (!Narrow(guard.Condition, spatial, ranges))
            {
                return null;
            }

            input = guard.Inside;
        }

        return Access.Of(input) is { Buffer.Type: DType.Float32 } pixels && pixels.HasUnitStride(step.InputAxes[1])
            && spatial.All(axis => pixels.StrideOf(axis) is { IsConstant: true })
            ? new PaddedInput(pixels, [.. ranges])
            : null;
    }

    /// <summary>False where the condition is not one of each side by itself, or holds for more than one range of it.</summary>
    private static bool Narrow(Expr condition, ImmutableArray<Axis> spatial, (long From, long To)[] ranges)
    {
        if (condition is BinaryExpr { Op: BinaryOp.And } and)
        {
            return Narrow(and.Left, spatial, ranges) && Narrow(and.Right, spatial, ranges);
        }

        if (IndexConditions.Decide(condition) is { } known)
        {
            return known;
        }

        for (var side = 0; side < spatial.Length; side++)
        {
            var (from, to) = ranges[side];
            var holds = new bool?[to - from];
            for (var i = from; i < to; i++)
            {
                holds[i - from] = IndexConditions.Decide(condition.Substitute(new Dictionary<Atom, Dim> { [spatial[side]] = i }));
            }

            if (!holds.Contains(null) && holds.Contains(true))
            {
                var (first, last) = (Array.IndexOf(holds, true), Array.LastIndexOf(holds, true));
                ranges[side] = (from + first, from + last + 1);
                return !holds.AsSpan(first..last).Contains(false);
            }
        }

        return false;
    }
}
