using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// Makes one step of attention: a product, maps over it (scale, mask), softmax over its columns, and a product with the weights. Where anything
/// else reads the scores or weights they must be in memory anyway, and all stays as it is.
/// </summary>
internal static class FuseAttention
{
    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var made = new Dictionary<Step, Step>(ReferenceEqualityComparer.Instance);
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            if (step is ContractionStep product
                && (new Match(product, uses).Fuse(product.Left, product.M, product.Right, product.N)
                    ?? new Match(product, uses).Fuse(product.Right, product.N, product.Left, product.M)) is { } attention)
            {
                made.Add(product, attention);
            }
        }

        if (made.Count > 0)
        {
            StepTree.Replace(program, step => [made.GetValueOrDefault(step, step)]);
            DeadSteps.Remove(program);
        }
    }

    /// <summary>The attempt to read a product as the last of an attention.</summary>
    private sealed class Match(ContractionStep last, ProgramUses uses)
    {
        private readonly HashSet<Step> parts = new(ReferenceEqualityComparer.Instance);

        public AttentionStep? Fuse(Expr weights, Axis rows, Expr values, Axis columns)
        {
            var keys = last.K;

            // Views leave 0 for an axis of one point: so everywhere.
            ImmutableArray<Axis> single = [.. last.Axes.Add(keys).Where(axis => axis.Extent.Equals(Dim.One))];
            weights = Substituted(weights, single, single.Select(Position));
            if (weights.Type != DType.Float32 || !Softmax.TryFind(weights, keys, this, out var softmax)
                || Scores(softmax.Score, rows, keys) is not var (product, score, place))
            {
                return null;
            }

            var transposed = !place.Index[^1].Equals(Position(keys));
            Expr At(Expr expr) => Substituted(expr, product.Axes, place.Index);
            var (left, right) = (At(product.Left), At(product.Right));
            var whole = new ExprRewriter(loads: load => load.Equals(place) ? At(product.Epilogue) : null).Rewrite(score);
            parts.Add(product);
            return left.Type == DType.Float32 && !whole.Reads(place.Buffer) && IsClosed()
                ? new AttentionStep(
                    last.Target, new AttentionAxes(last.Batch, rows, keys, product.K, columns),
                    new AttentionOperands(transposed ? right : left, transposed ? left : right, values, whole), softmax.HiddenRowsAreZero, last.Epilogue)
                { Origin = last.Origin }
                : null;
        }

        /// <summary>The only step that writes what is loaded, where that step writes it whole.</summary>
        public Step? Producer(LoadExpr load) =>
            load.Buffer.Kind == BufferKind.Temporary && uses.Writers(load.Buffer) is [{ Step: { Targets: [var target] } step }] && target.IsWhole(AxesOf(step)) ? step : null;

        /// <summary>The expression behind what maps have written: as far as the expression itself is a load.</summary>
        public Expr Peel(Expr expr)
        {
            while (expr is LoadExpr load && Producer(load) is MapStep map)
            {
                expr = Inline(map, load);
            }

            return expr;
        }

        public Expr Inline(MapStep map, LoadExpr load)
        {
            parts.Add(map);
            return Substituted(map.Body, map.Axes, load.Index);
        }

        public void Take(Step step) => parts.Add(step);

        /// <summary>Whether two expressions are the same, or become so.</summary>
        public bool Same(Expr a, Expr b) => a.Equals(b) || Peel(a).Equals(Peel(b));

        /// <summary>The product that a score is made of, with the score in terms of its result, and the load of it; of several products (a bias may be one) the first.</summary>
        private (ContractionStep Product, Expr Score, LoadExpr Place)? Scores(Expr score, Axis rows, Axis keys)
        {
            LoadExpr? found = null;
            var expanded = Expand(score);
            return found is null ? null : ((ContractionStep)Producer(found)!, expanded, found);

            // Only what leads to the product is put in place of loads: masks stay what they are.
            Expr Expand(Expr expr) => new ExprRewriter(loads: load =>
            {
                if (!new[] { rows, keys }.All(axis => axis.Extent.Equals(Dim.One) || load.Index.Any(dim => dim.DependsOn(axis))))
                {
                    return null;
                }

                switch (Producer(load))
                {
                    case ContractionStep { Left.Type: DType.Float32 } product when IsMatrix(load, product):
                        found ??= load;
                        return null;
                    case MapStep map when found is null:
                        Step[] before = [.. parts];
                        var inlined = Expand(Inline(map, load));
                        if (found is not null)
                        {
                            return inlined;
                        }

                        parts.IntersectWith(before);
                        return null;
                    default:
                        return null;
                }
            }).Rewrite(expr);

            bool IsMatrix(LoadExpr load, ContractionStep product) =>
                load.Index[..^2].All(dim => !dim.DependsOn(rows) && !dim.DependsOn(keys))
                && ((load.Index[^2].Equals(Position(rows)) && load.Index[^1].Equals(Position(keys)) && product.N.Extent.Equals(keys.Extent))
                    || (load.Index[^2].Equals(Position(keys)) && load.Index[^1].Equals(Position(rows)) && product.M.Extent.Equals(keys.Extent)));
        }

        /// <summary>Whether the parts may be computed where the last product is, and nobody else needs what they make.</summary>
        private bool IsClosed()
        {
            var reader = UseOf(last);
            return parts.All(part => ReferenceEquals(UseOf(part).Scope, reader.Scope)
                && (uses.MayMove(UseOf(part), reader) || ReadsOnlyParts(part))
                && part.Targets.All(target => target.Buffer.Kind == BufferKind.Temporary
                    && uses.Readers(target.Buffer).All(use => parts.Contains(use.Step) || ReferenceEquals(use.Step, last))));
        }

        private bool ReadsOnlyParts(Step part) =>
            part.BuffersRead.All(buffer => uses.Writers(buffer).All(writer => parts.Contains(writer.Step)));

        private ProgramUses.Use UseOf(Step step) => uses.Writers(step.Targets[0].Buffer).First(use => ReferenceEquals(use.Step, step));

        private static ImmutableArray<Axis> AxesOf(Step step) => step switch
        {
            MapStep map => map.Axes,
            ReduceStep reduce => reduce.Axes,
            ContractionStep product => product.Axes,
            _ => [],
        };
    }

    private static Dim Position(Axis axis) => axis.Extent.Equals(Dim.One) ? Dim.Zero : Dim.Of(axis);

    private static Expr Substituted(Expr expr, IEnumerable<Axis> axes, IEnumerable<Dim> index)
    {
        var map = axes.Zip(index).ToDictionary(pair => (Atom)pair.First, pair => pair.Second);
        return expr.Substitute(map);
    }

    /// <summary>exp(score - max) / sum, as softmax is lowered and as decompositions write it.</summary>
    private sealed record Softmax(Expr Score, bool HiddenRowsAreZero)
    {
        public static bool TryFind(Expr weights, Axis keys, Match match, [NotNullWhen(true)] out Softmax? softmax)
        {
            softmax = null;
            var (quotient, hidden) = Visible(match.Peel(weights), match);
            if (quotient is not BinaryExpr { Op: BinaryOp.Div, Left: var exponential, Right: var divisor }
                || Reduced(match.Peel(divisor), Combiner.Sum, keys, match) is not { } summed || !match.Same(summed, exponential))
            {
                return false;
            }

            var (visible, alsoHidden) = Visible(match.Peel(exponential), match);
            if (visible is not UnaryExpr { Op: UnaryOp.Exp, Operand: var shifted }
                || match.Peel(shifted) is not BinaryExpr { Op: BinaryOp.Sub, Left: var score, Right: var largest }
                || Reduced(match.Peel(largest), Combiner.Max, keys, match) is not { } compared || !match.Same(compared, score)
                || new[] { hidden, alsoHidden }.Any(condition => condition is not null && !IsHidden(condition, score, keys, match)))
            {
                return false;
            }

            softmax = new(score, hidden is not null);
            return true;
        }

        /// <summary>The values that a reduction over the keys combines, at the key where these stand.</summary>
        private static Expr? Reduced(Expr expr, Combiner combiner, Axis keys, Match match)
        {
            if (expr is not LoadExpr load || match.Producer(load) is not ReduceStep { Reduced: [var over], Reducers: [var reducer], Results: [AccumulatorExpr] } reduce
                || reducer.Combiner != combiner || !over.Extent.Equals(keys.Extent))
            {
                return null;
            }

            match.Take(reduce);
            return Substituted(reducer.Value, [.. reduce.Axes, over], [.. load.Index, Position(keys)]);
        }

        /// <summary>A value that is 0 where a condition holds, and the condition.</summary>
        private static (Expr Value, Expr? Hidden) Visible(Expr expr, Match match) =>
            expr is SelectExpr { Yes: ConstExpr { Value: 0 } } select ? (match.Peel(select.No), select.Condition) : (expr, null);

        /// <summary>Whether a condition says that all of the row's scores are minus infinity.</summary>
        private static bool IsHidden(Expr condition, Expr score, Axis keys, Match match)
        {
            condition = match.Peel(condition);
            return Infinite(condition) is { } largest ? Is(Reduced(match.Peel(largest), Combiner.Max, keys, match))
                : Negated(condition) is { } any ? Reduced(match.Peel(any), Combiner.Or, keys, match) is { } finite
                    && Negated(match.Peel(finite)) is { } infinite && Is(Infinite(match.Peel(infinite)))
                : Reduced(condition, Combiner.And, keys, match) is { } all && Is(Infinite(match.Peel(all)));

            bool Is(Expr? expr) => expr is not null && match.Same(expr, score);
        }

        private static Expr? Infinite(Expr expr) =>
            expr is BinaryExpr { Op: BinaryOp.Eq, Right: ConstExpr { Value: double.NegativeInfinity } } equal ? equal.Left : null;

        private static Expr? Negated(Expr expr) => expr switch
        {
            UnaryExpr { Op: UnaryOp.Not } not => not.Operand,
            BinaryExpr { Op: BinaryOp.Eq, Left.Type: DType.Bool, Right: ConstExpr { Bits: 0 } } equal => equal.Left,
            _ => null,
        };
    }
}
