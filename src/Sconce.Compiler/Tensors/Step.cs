using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>The operator and the line of Python that a step was lowered from: shown by the profiler, by verify and in errors.</summary>
public sealed record Origin(string Operator, string? Source);

/// <summary>
/// One computation that writes to memory, over an index space. Steps run in order. A step is data: what it computes, where and over which axes is
/// listed in <see cref="Computations"/>, and passes read that list, so that none of them has to know a kind of step.
/// </summary>
public abstract record Step
{
    public Origin? Origin { get; init; }

    /// <summary>What computes it: null until the pass prepare-kernels has chosen.</summary>
    public KernelChoice? Kernel { get; init; }

    /// <summary>The chosen kernel's own memory.</summary>
    public ImmutableArray<TensorBuffer> Scratch => Kernel?.Scratch ?? [];

    /// <summary>The chosen kernel's memory for each thread.</summary>
    public TensorBuffer? ThreadScratch => Kernel?.ThreadScratch;

    /// <summary>The places that the step writes.</summary>
    public abstract ImmutableArray<Target> Targets { get; }

    /// <summary>Every expression of the step.</summary>
    public abstract ImmutableArray<Computation> Computations { get; }

    /// <summary>The points that the step's own work goes through.</summary>
    public virtual ImmutableArray<Axis> Points => Union(Computations);

    /// <summary>Every axis that its expressions and its targets may use.</summary>
    public virtual ImmutableArray<Axis> AllAxes => Union(Computations);

    /// <summary>Whether a step that only adds to its target reads it as well.</summary>
    public virtual bool ReadsTarget => false;

    /// <summary>Whether its kernel may join axes, and count all their points in one number.</summary>
    public virtual bool JoinsAxes => true;

    /// <summary>Multiply-adds of the step's own work, beside its expressions.</summary>
    public virtual Dim MultiplyAdds => Dim.Zero;

    /// <summary>Other floating-point operations of the step's own work.</summary>
    public virtual Dim OwnFlops => Dim.Zero;

    /// <summary>The values of <see cref="Computations"/>.</summary>
    public ImmutableArray<Expr> Expressions => [.. Computations.Select(computation => computation.Value)];

    /// <summary>Those of the expressions that its kernel may want as they lie in memory. For the others any expression will do.</summary>
    public virtual ImmutableArray<Expr> ReadInPlace => Expressions;

    /// <summary>Every distinct load, those of computed indices included, also of the targets'.</summary>
    public IReadOnlySet<LoadExpr> Loads => Nodes.OfType<LoadExpr>().ToHashSet();

    /// <summary>The buffers it reads, each once, those of sizes that steps have found included.</summary>
    public IReadOnlySet<TensorBuffer> BuffersRead
    {
        get
        {
            var found = new HashSet<TensorBuffer>(ReferenceEqualityComparer.Instance);
            var nodes = Nodes;
            found.UnionWith(nodes.OfType<LoadExpr>().Select(load => load.Buffer));
            found.UnionWith(ReadsTarget ? Targets.Select(target => target.Buffer) : []);
            foreach (var size in nodes.SelectMany(node => node is LoadExpr load ? load.Index.Concat(load.Buffer.Dims) : node.Indices())
                .Concat(Places.SelectMany(target => target.Index.Concat(target.Buffer.Dims))).Concat(Extents))
            {
                size.VisitLeaves(leaf => found.UnionWith(leaf is FoundSymbol symbol ? [symbol.Place] : []));
            }

            return found;
        }
    }

    /// <summary>How far it counts.</summary>
    private protected virtual IEnumerable<Dim> Extents => AllAxes.Select(axis => axis.Extent);

    /// <summary>The places that it writes itself, not by steps in it.</summary>
    private protected virtual ImmutableArray<Target> Places => Targets;

    private IReadOnlyCollection<Expr> Nodes => Expressions.Concat(Places.SelectMany(target => target.Index).SelectMany(dim => dim.LoadedNumbers())).Nodes();

    /// <summary>The one computation that a following map may join; null where there is none, or several.</summary>
    public Computation? Finish => Targets.Length == 1 && Computations.Where(computation => computation.Role == Role.Epilogue).ToList() is [var only] ? only : null;

    /// <summary>A copy whose expressions, also those in the targets' indices, have been mapped.</summary>
    public Step Rewrite(Func<Expr, Expr> expr) => With([.. Expressions.Select(expr)], [.. Targets.Select(target => target.Rewrite(expr))]);

    /// <summary>A copy with other values for atoms.</summary>
    public Step Substitute(Func<Atom, Dim?> map)
    {
        var rewriter = new ExprRewriter(dims: dim => dim.Substitute(map));
        return With([.. Expressions.Select(rewriter.Rewrite)], [.. Targets.Select(target => target.Substitute(map))]);
    }

    /// <summary>A copy whose <see cref="Finish"/> is another one, written elsewhere.</summary>
    public Step WithFinish(Target target, Expr value) =>
        With([.. Computations.Select(computation => computation.Role == Role.Epilogue ? value : computation.Value)], [target]);

    /// <summary>A copy of other values, in the order of <see cref="Computations"/>, written elsewhere. All else stays.</summary>
    public abstract Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets);

    /// <summary>A copy that does the same at each point of one more axis, the outermost; null where the step has no room for one.</summary>
    public virtual Step? Along(Axis axis) => null;

    /// <summary>Steps are told apart by what they are, not by what they hold: two equal ones are two.</summary>
    public virtual bool Equals(Step? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private protected static ImmutableArray<Axis> Union(params ImmutableArray<Computation> computations) =>
        [.. computations.SelectMany(computation => computation.Space).Distinct()];
}
