using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Where a step writes: at each point of its index space, this element of this buffer.</summary>
public sealed record Target(TensorBuffer Buffer, ImmutableArray<Dim> Index)
{
    /// <summary>The whole buffer, its dims being the axes in order.</summary>
    public static Target Whole(TensorBuffer buffer, ImmutableArray<Axis> axes) => new(buffer, [.. axes.Select(axis => Dim.Of(axis))]);

    /// <summary>True where the index is exactly these axes in order.</summary>
    public bool IsWhole(ImmutableArray<Axis> axes) =>
        Index.Length == axes.Length && Index.Zip(axes).All(pair => ReferenceEquals(pair.First.AsAtom, pair.Second));

    /// <summary>The same place with other values for atoms.</summary>
    public Target Substitute(Func<Atom, Dim?> map) => this with { Index = [.. Index.Select(index => index.Substitute(map))] };

    /// <inheritdoc cref="Substitute(Func{Atom, Dim})"/>
    public Target Substitute(IReadOnlyDictionary<Atom, Dim> map) => Substitute(map.GetValueOrDefault);

    /// <summary>The same place in a program whose expressions are rewritten: a scatter's index holds loads.</summary>
    public Target Rewrite(Func<Expr, Expr> expr)
    {
        if (!Index.Any(dim => dim.HasLoads()))
        {
            return this;
        }

        var rewriter = new ExprRewriter(loads: load => expr(load) is var to && ReferenceEquals(to, load) ? null : to);
        return this with { Index = [.. Index.Select(rewriter.Rewrite)] };
    }

    public override string ToString() => $"{Buffer}[{string.Join(", ", Index)}]";
}
