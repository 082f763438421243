using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Rebuilds expressions bottom-up, each shared subtree once: <paramref name="dims"/> maps every index expression,
/// <paramref name="loads"/> and <paramref name="accumulators"/> replace these leaves (null keeps one). What does not change keeps its identity.
/// </summary>
public sealed class ExprRewriter(
    Func<Dim, Dim>? dims = null,
    Func<LoadExpr, Expr?>? loads = null,
    Func<AccumulatorExpr, Expr?>? accumulators = null)
{
    private readonly Dictionary<Expr, Expr> done = new(ReferenceEqualityComparer.Instance);

    public Expr Rewrite(Expr expr)
    {
        if (done.TryGetValue(expr, out var known))
        {
            return known;
        }

        Budget.Spend(1);
        var result = expr switch
        {
            LoadExpr load => RewriteLoad(load),
            IndexExpr index => Rewrite(index.Value) is var value && ReferenceEquals(value, index.Value) ? index : Expr.Of(value),
            AccumulatorExpr accumulator => accumulators?.Invoke(accumulator) ?? accumulator,
            UnaryExpr e => Rewrite(e.Operand) is var x && ReferenceEquals(x, e.Operand) ? e : x.Apply(e.Op),
            CastExpr e => Rewrite(e.Operand) is var x && ReferenceEquals(x, e.Operand) ? e : x.As(e.Type),
            BitcastExpr e => Rewrite(e.Operand) is var x && ReferenceEquals(x, e.Operand) ? e : x.Bitcast(e.Type),
            BinaryExpr e => (Rewrite(e.Left), Rewrite(e.Right)) is var (a, b) && Same(a, e.Left, b, e.Right) ? e : a.Apply(e.Op, b),
            SelectExpr e => (Rewrite(e.Condition), Rewrite(e.Yes), Rewrite(e.No)) is var (c, a, b)
                && Same(a, e.Yes, b, e.No) && ReferenceEquals(c, e.Condition) ? e : Choose(c, a, b, guard: false),
            GuardExpr e => RewriteGuard(e),
            RandomExpr e => RewriteRandom(e),
            _ => expr,
        };
        done.Add(expr, result);
        return result;
    }

    /// <summary>Index expressions may hold loads of their own; those are rewritten too.</summary>
    public Dim Rewrite(Dim dim)
    {
        var mapped = dims is null ? dim : dims(dim);
        if (loads is null || mapped.IsConstant)
        {
            return mapped;
        }

        return mapped.HasLoads()
            ? mapped.Substitute(leaf => leaf is LoadedIndex index && Rewrite(index.Value) is var value && !ReferenceEquals(value, index.Value)
                ? value.ToIndex(index.Bounds)
                : null)
            : mapped;
    }

    private static bool Same(Expr a, Expr wasA, Expr b, Expr wasB) => ReferenceEquals(a, wasA) && ReferenceEquals(b, wasB);

    private static Expr Choose(Expr condition, Expr yes, Expr no, bool guard) =>
        IndexConditions.Decide(condition) switch
        {
            true => yes,
            false => no,
            null => guard ? Expr.Guard(condition, yes, no) : Expr.Select(condition, yes, no),
        };

    private Expr RewriteGuard(GuardExpr guard)
    {
        var condition = Rewrite(guard.Condition);
        return IndexConditions.Decide(condition) switch
        {
            true => Rewrite(guard.Inside),
            false => Rewrite(guard.Outside),
            null => (Rewrite(guard.Inside), Rewrite(guard.Outside)) is var (a, b)
                && Same(a, guard.Inside, b, guard.Outside) && ReferenceEquals(condition, guard.Condition) ? guard : Expr.Guard(condition, a, b),
        };
    }

    private RandomExpr RewriteRandom(RandomExpr random)
    {
        ImmutableArray<Expr> operands = [.. random.Operands.Select(Rewrite)];
        return operands.Zip(random.Operands).All(pair => ReferenceEquals(pair.First, pair.Second)) ? random : new(random.Word, operands);
    }

    private Expr RewriteLoad(LoadExpr load)
    {
        ImmutableArray<Dim>.Builder? changed = null;
        for (var i = 0; i < load.Index.Length; i++)
        {
            var mapped = Rewrite(load.Index[i]);
            if (!ReferenceEquals(mapped, load.Index[i]))
            {
                changed ??= load.Index.ToBuilder();
                changed[i] = mapped;
            }
        }

        var result = changed is null ? load : new LoadExpr(load.Buffer, changed.MoveToImmutable());
        return loads?.Invoke(result) ?? result;
    }
}
