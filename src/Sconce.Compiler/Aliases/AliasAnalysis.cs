using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Aliases;

/// <summary>How an operator's result relates to its input in PyTorch's memory.</summary>
internal enum Aliasing
{
    /// <summary>Results in memory of their own.</summary>
    Own,

    /// <summary>The input itself.</summary>
    Same,

    /// <summary>The input's elements in memory of their own.</summary>
    Copy,

    /// <summary>The input itself or a copy: what the file records does not tell.</summary>
    SameOrCopy,

    View,

    /// <summary>A view or a new tensor: what the file records does not tell.</summary>
    ViewOrOwn,
}

/// <summary>Tells views from copies as PyTorch does: by the strides where an operator gives whichever is possible.</summary>
internal static class AliasAnalysis
{
    public static Aliasing Of(Node node) => node.Operator switch
    {
        "aten::alias" or "aten::detach" or "aten::detach_" or "aten::requires_grad_" or "aten::lift_fresh" or "aten::positive"
            or "aten::resolve_conj" or "aten::resolve_neg" => Aliasing.Same,
        "aten::dropout" or "aten::feature_dropout" or "aten::alpha_dropout" or "aten::feature_alpha_dropout"
            or "aten::dropout_" or "aten::feature_dropout_" or "aten::alpha_dropout_" or "aten::feature_alpha_dropout_"
            when node.Find("train", 2) is Argument.Bool { Value: false } => Aliasing.Same,
        "aten::real" when node.Self()?.ElementType() is { } type && !type.IsComplex() => Aliasing.Same,
        "aten::clone" or "aten::lift_fresh_copy" or "aten::alias_copy" or "aten::detach_copy" => Aliasing.Copy,
        "aten::_to_copy" => IsSameType(node) == true ? Aliasing.Copy : Aliasing.Own,
        "aten::to" or "aten::type_as" => IsSameType(node) switch
        {
            true => node.IsTrue("copy", 3) ? Aliasing.Copy : ByStrides(node, orElse: Aliasing.Same),
            false => Aliasing.Own,
            null => Aliasing.ViewOrOwn,
        },
        "aten::contiguous" => ByStrides(node, orElse: Aliasing.SameOrCopy),
        "aten::reshape" or "aten::reshape_as" or "aten::flatten" or "aten::ravel" => CanView(node) switch
        {
            true => Aliasing.View,
            false => Aliasing.Own,
            null => Aliasing.ViewOrOwn,
        },
        "aten::broadcast_tensors" or "aten::meshgrid" => Aliasing.ViewOrOwn,
        "aten::atleast_1d" or "aten::atleast_2d" or "aten::atleast_3d" when node.Self() is null => Aliasing.ViewOrOwn,
        _ => ViewOperators.Of(node) is null ? Aliasing.Own : Aliasing.View,
    };

    private static bool? IsSameType(Node node) =>
        node.Self()?.ElementType() is { } from && node.Outputs[0].ElementType() is { } to ? from == to : null;

    private static Aliasing ByStrides(Node node, Aliasing orElse) =>
        Strides(node.Self()) is { } before && Strides(node.Outputs[0]) is { } after
            ? (before.SequenceEqual(after) ? Aliasing.Same : Aliasing.Copy)
            : orElse;

    private static ImmutableArray<Dim>? Strides(Value? value) => (value?.Type as GraphType.Tensor)?.Strides;

    private static bool? CanView(Node node) =>
        node.Self()?.Shape() is { } from && Strides(node.Self()) is { } strides && node.Outputs[0].Shape() is { } to ? Viewed(from, strides, to).IsPossible : null;

    /// <summary>
    /// PyTorch's rule for reshape (computeStride): runs of dims that lie densely may be cut and joined, others not. Null where sizes cannot be compared.
    /// </summary>
    public static (bool? IsPossible, ImmutableArray<Dim>? Strides) Viewed(ImmutableArray<Dim> from, ImmutableArray<Dim> strides, ImmutableArray<Dim> to)
    {
        if (from.SequenceEqual(to))
        {
            return (true, strides);
        }

        if (from.IsEmpty || from.Any(size => size.Equals(0)))
        {
            return (true, MemoryOrder.Dense(to));
        }

        var made = new Dim[to.Length];

        var left = to.Length - 1;
        var (run, unit) = (Dim.One, strides[^1]);
        for (var dim = from.Length - 1; dim >= 0; dim--)
        {
            run *= from[dim];
            if (dim > 0 && (from[dim - 1].Equals(Dim.One) || strides[dim - 1].Equals(run * unit)))
            {
                continue;
            }

            var covered = Dim.One;
            while (left >= 0 && (to[left].Equals(Dim.One) || !covered.Equals(run)))
            {
                if (!to[left].Equals(Dim.One) && covered.IsLess(run) is not true)
                {
                    return (covered.IsLess(run) is null ? null : false, null);
                }

                made[left] = covered * unit;
                covered *= to[left--];
            }

            if (!covered.Equals(run))
            {
                return (covered.IsConstant && run.IsConstant ? false : null, null);
            }

            if (dim > 0)
            {
                (run, unit) = (Dim.One, strides[dim - 1]);
            }
        }

        return left < 0 ? (true, [.. made]) : (false, null);
    }
}
