using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>Nodes with blocks: each becomes a region, of which what leaves it or goes from turn to turn stands in buffers.</summary>
public sealed partial class GraphLowering
{
    /// <summary>True for the constructs that are lowered here and not by the table.</summary>
    internal static bool IsControlFlow(Node node) => (node.Operator, node.Blocks.Length) is
        ("higher_order::cond" or "higher_order::while_loop", 2) or ("higher_order::scan" or "higher_order::map_impl" or "higher_order::associative_scan", 1);

    private void ControlFlow(Node node)
    {
        ImmutableArray<Lowered> arguments = [.. node.Arguments.Select(argument => LowerArgument(argument.Argument))];
        var results = node.Operator switch
        {
            "higher_order::cond" when arguments is [var predicate, ..] => Conditional(node, predicate, Items(1), mayDiffer: arguments is [_, _, Lowered.Bool { Known: true }]),
            "higher_order::while_loop" => While(node, Items(0), Items(1), Items(2)),
            "higher_order::scan" => Scan(node, Items(0), Items(1), Items(2), Items(3)),
            "higher_order::map_impl" => Scan(node, [], Items(0), Items(1), []),
            "higher_order::associative_scan" => AssociativeScan(node, Items(0), Items(1)),
            _ => throw SconceException.Expected("a predicate", "none"),
        };
        if (results.Length < node.Outputs.Length)
        {
            throw SconceException.Expected($"{node.Outputs.Length} results of a subgraph", $"{results.Length}", hint: "the file is damaged: export it again");
        }

        foreach (var (output, result) in node.Outputs.Zip(results))
        {
            Define(node, output, result);
        }

        ImmutableArray<Lowered> Items(int at) => at >= arguments.Length ? [] : arguments[at] is Lowered.List list ? list.Items
            : throw SconceException.Unsupported($"{node.Operator} with {arguments[at].Kind} for a list", hint: "export the model with a newer PyTorch");
    }

    /// <summary><c>torch.cond(predicate, yes, no, operands)</c>: where the predicate is known, only the branch that is taken; else the run chooses.</summary>
    /// <param name="node">The node.</param>
    /// <param name="predicate">What decides.</param>
    /// <param name="operands">What the branches are given.</param>
    /// <param name="mayDiffer">Whether the branches may give tensors of other sizes.</param>
    private ImmutableArray<Lowered> Conditional(Node node, Lowered predicate, ImmutableArray<Lowered> operands, bool mayDiffer)
    {
        var condition = Condition(predicate);
        if (IndexConditions.Decide(condition) is { } known)
        {
            return Results(node.Blocks[known ? 0 : 1], operands);
        }

        var found = program.Found.Count;
        List<Step> then = [], otherwise = [];
        var yes = context.Within(then, () => Results(node.Blocks[0], operands), perhaps: true);
        var no = context.Within(otherwise, () => Results(node.Blocks[1], operands), perhaps: true);
        var sizes = new Dictionary<(Dim, Dim), FoundSymbol>();
        ImmutableArray<Lowered> results = [.. yes.Zip(no).Select((pair, result) => Join(pair.First, pair.Second, result))];
        context.Add(new IfStep(condition, [.. then], [.. otherwise]));
        return results;

        Lowered Join(Lowered a, Lowered b, int result)
        {
            if (a is Lowered.Int first && b is Lowered.Int second && first == second)
            {
                return a;
            }

            var fromA = context.Within(then, () => Parts(a), perhaps: true);
            var fromB = context.Within(otherwise, () => Parts(b), perhaps: true);
            CheckAlike(a, fromA, b, fromB);
            var recorded = result < node.Outputs.Length && node.Outputs[result].Type is GraphType.Tensor { Shape: { } shape } ? shape : [];
            return Held(a, [.. fromA.Zip(fromB, (x, y) =>
            {
                var joined = context.Temporary(x.Type, [.. x.Dims.Select((n, axis) => Size(n, y.Dims[axis], axis < recorded.Length ? recorded[axis] : null))]);
                Fill(then, joined, x);
                Fill(otherwise, joined, y);
                return joined;
            })]);
        }

        void Fill(List<Step> branch, TensorBuffer joined, TensorBuffer source) => context.Within(
            branch,
            () =>
            {
                foreach (var (size, own) in joined.Dims.Zip(source.Dims))
                {
                    context.Facts.Assume(new SizeCondition.Compare(size, SizeComparison.Equal, own));
                }

                context.MapInto(joined, source.Dims, index => index, source.At);
            },
            perhaps: true);

        // Where branches give other sizes, or one that only data inside them tell, the branch that is taken says which.
        Dim Size(Dim n, Dim m, Dim? recorded)
        {
            var own = n.Any(IsOwn) || m.Any(IsOwn);
            if (!own && (context.Facts.Equal(n, m) == true || !(mayDiffer || (recorded?.AsAtom is Symbol symbol && context.IsOpen(symbol)))))
            {
                return context.Same(n, m, "both branches give tensors of the same sizes");
            }

            if (!sizes.TryGetValue((n, m), out var size))
            {
                var bound = SizeBound.Of(n) is { } a && SizeBound.Of(m) is { } b ? Dim.Max(a, b) : null;
                sizes.Add((n, m), size = context.Declare(Math.Max(0, Math.Min(n.Bounds.Min, m.Bounds.Min)), bound));
                context.Within(then, () => context.Write(size, Expr.Of(n)), perhaps: true);
                context.Within(otherwise, () => context.Write(size, Expr.Of(m)), perhaps: true);
            }

            return Dim.Of(size);
        }

        bool IsOwn(Atom leaf) => leaf is FoundSymbol symbol && program.Found.IndexOf(symbol) >= found;
    }

    /// <summary><c>while_loop(condition, body, carried, additional, open)</c>: of what is carried the last list has the dims that a turn may change, for each value a list.</summary>
    private ImmutableArray<Lowered> While(Node node, ImmutableArray<Lowered> initial, ImmutableArray<Lowered> additional, ImmutableArray<Lowered> open)
    {
        var carried = Carry(initial, open);
        ImmutableArray<Lowered> arguments = [.. carried, .. additional];
        context.While(
            () => Condition(Results(node.Blocks[0], arguments).FirstOrDefault() ?? Lowered.Nothing),
            () => Next(carried, Results(node.Blocks[1], arguments), open),
            ownFacts: !open.IsEmpty);
        return carried;
    }

    /// <summary>
    /// <c>scan(combine, initial, xs, additional)</c>: the body is given what is carried and a slice of each x, and gives what is carried next and a slice of
    /// each result. Without anything carried it is <c>map</c>.
    /// </summary>
    private ImmutableArray<Lowered> Scan(Node node, ImmutableArray<Lowered> initial, ImmutableArray<Lowered> xs, ImmutableArray<Lowered> additional, ImmutableArray<Lowered> open)
    {
        var length = Length(xs);
        var found = program.Found.Count;
        var carried = Carry(initial, open);
        ImmutableArray<Lowered> stacks = [];
        context.Loop(length, open.IsEmpty ? Turn : turn => context.WithFacts(() => Turn(turn)));
        return [.. carried, .. stacks];

        void Turn(Dim turn)
        {
            var results = Results(node.Blocks[0], [.. carried, .. xs.Select(x => Slice(x, turn)), .. additional]);
            stacks = [.. results.Skip(carried.Length).Select(result => Stack(result, length))];
            CheckSizes(stacks.SelectMany(stack => BuffersOf(stack)), found);

            // A result may be what was carried to this turn.
            PutSlices(stacks, turn, [.. results.Skip(carried.Length)]);
            Next(carried, [.. results.Take(carried.Length)], open);
        }
    }

    /// <summary><c>associative_scan(combine, xs, additional)</c>: the combination of all slices up to each.</summary>
    private ImmutableArray<Lowered> AssociativeScan(Node node, ImmutableArray<Lowered> xs, ImmutableArray<Lowered> additional)
    {
        var length = Length(xs);
        context.Require(SizeCheck.LessOrEqual(1, length, "there is something to combine"));
        ImmutableArray<Lowered> first = [.. xs.Select(x => Slice(x, 0))];
        ImmutableArray<Lowered> stacks = [.. first.Select(slice => Stack(slice, length))];
        PutSlices(stacks, 0, first);
        var carried = Carry(first, []);
        context.Loop(length - 1, turn =>
        {
            var results = Results(node.Blocks[0], [.. carried, .. xs.Select(x => Slice(x, turn + 1)), .. additional]);
            PutSlices(stacks, turn + 1, results);
            Next(carried, results, []);
        });
        return stacks;
    }

    /// <summary>Lowers a block where it is called.</summary>
    private ImmutableArray<Lowered> Results(Block block, ImmutableArray<Lowered> arguments)
    {
        var (origin, name, results) = (context.Origin, context.Name, context.Results);
        foreach (var (parameter, argument) in block.Parameters.Zip(arguments))
        {
            values[parameter] = argument;
        }

        Nodes(block);
        (context.Origin, context.Name, context.Results) = (origin, name, results);
        return [.. block.Results.Select(LowerArgument)];
    }

    private static Expr Condition(Lowered value) => value switch
    {
        Lowered.Bool flag => flag.Value,
        Lowered.Tensor { Buffer: var buffer } when buffer.Dims.All(dim => dim.Equals(1)) => buffer.At([.. buffer.Dims.Select(_ => Dim.Zero)]).As(DType.Bool),
        _ => throw SconceException.Expected("a bool for a condition", value.Kind),
    };

    private static Dim Length(ImmutableArray<Lowered> xs) => xs.FirstOrDefault() switch
    {
        Lowered.Tensor { Buffer.Dims: [var length, ..] } => length,
        Lowered.Complex { Real.Dims: [var length, ..] } => length,
        var other => throw SconceException.Expected("tensors to take slices of", other?.Kind ?? "none"),
    };

    /// <summary>The values as they go from turn to turn: in buffers of their own, that hold these when the loop begins.</summary>
    private ImmutableArray<Lowered> Carry(ImmutableArray<Lowered> initial, ImmutableArray<Lowered> open) => [.. initial.Select((value, number) => Held(
        value, [.. Parts(value).Select(part => OpenAxes(open, number) is { IsEmpty: false } axes ? Resized(part, axes) : context.Copy(part))]))];

    /// <summary>The dims of what is carried that a turn may change.</summary>
    private static ImmutableArray<int> OpenAxes(ImmutableArray<Lowered> open, int number) =>
        number < open.Length && open[number] is Lowered.List { Items: var axes } ? [.. axes.OfType<Lowered.Int>().Select(axis => (int)axis.Value.Value)] : [];

    /// <summary>A copy some of whose sizes are symbols of their own, that are written with them.</summary>
    private TensorBuffer Resized(TensorBuffer source, ImmutableArray<int> axes)
    {
        var copy = context.Temporary(source.Type, [.. source.Dims.Select((size, axis) => axes.Contains(axis) ? Dim.Of(context.Declare(0, null)) : size)]);
        Resize(copy, source, axes);
        return copy;
    }

    /// <summary>Gives a buffer the sizes of another one, and what it holds.</summary>
    private void Resize(TensorBuffer target, TensorBuffer source, ImmutableArray<int> axes)
    {
        foreach (var axis in axes)
        {
            context.Write((FoundSymbol)target.Dims[axis].AsAtom!, Expr.Of(source.Dims[axis]));
        }

        context.WithFacts(() =>
        {
            foreach (var axis in axes)
            {
                context.Facts.Assume(new SizeCondition.Compare(target.Dims[axis], SizeComparison.Equal, source.Dims[axis]));
            }

            context.MapInto(target, source.Dims, index => index, source.At);
        });
    }

    /// <summary>Ends a turn: what is carried becomes what the turn gave.</summary>
    private void Next(ImmutableArray<Lowered> carried, ImmutableArray<Lowered> results, ImmutableArray<Lowered> open)
    {
        if (carried.Length != results.Length)
        {
            throw SconceException.Expected($"{carried.Length} values to carry to the next turn", $"{results.Length}", hint: "the file is damaged: export it again");
        }

        var all = carried.SelectMany(value => BuffersOf(value)).ToHashSet<TensorBuffer>(ReferenceEqualityComparer.Instance);
        List<(TensorBuffer Target, TensorBuffer Source, ImmutableArray<int> Open)> moves = [];
        foreach (var (number, (value, result)) in carried.Zip(results).Index())
        {
            var (targets, sources) = (BuffersOf(value), Parts(result));
            CheckAlike(value, targets, result, sources);
            moves.AddRange(targets.Zip(sources).Where(pair => pair.First != pair.Second).Select(pair => (pair.First, pair.Second, OpenAxes(open, number))));
        }

        // What takes another's place is read before that is written; and all is read before a size is written that other sizes hang on.
        moves = [.. moves.Select(move => (move.Target, !move.Open.IsEmpty ? Resized(move.Source, move.Open) : all.Contains(move.Source) ? context.Copy(move.Source) : move.Source, move.Open))];
        foreach (var (target, source, axes) in moves.OrderBy(move => move.Open.IsEmpty ? 0 : 1))
        {
            foreach (var (axis, (a, b)) in source.Dims.Zip(target.Dims).Index().Where(pair => !axes.Contains(pair.Index)))
            {
                context.Same(a, b, "what a loop carries keeps its sizes");
            }

            if (axes.IsEmpty)
            {
                Put(target, source);
            }
            else
            {
                Resize(target, source, axes);
            }
        }
    }

    /// <summary>The buffers that hold what <see cref="Held"/> gave.</summary>
    private static ImmutableArray<TensorBuffer> BuffersOf(Lowered held) => held switch
    {
        Lowered.Tensor { Buffer: var buffer } => [buffer],
        Lowered.Complex(var real, var imaginary) => [real, imaginary],
        Lowered.Int { Value: var number } => [.. number.LoadedNumbers().OfType<LoadExpr>().Select(load => load.Buffer)],
        Lowered.Float { Value: LoadExpr load } => [load.Buffer],
        Lowered.Bool { Value: LoadExpr load } => [load.Buffer],
        _ => [],
    };

    /// <summary>The tensors that a value consists of.</summary>
    private ImmutableArray<TensorBuffer> Parts(Lowered value) => value switch
    {
        Lowered.Tensor or Lowered.Complex => BuffersOf(value),
        Lowered.Int { Value: var number } => [context.Fill(DType.Int64, [], Expr.Of(number))],
        Lowered.Float { Value: var number } => [context.Fill(DType.Float64, [], number)],
        Lowered.Bool { Value: var flag } => [context.Fill(DType.Bool, [], flag)],
        Lowered.None => [],
        _ => throw SconceException.Unsupported($"{value.Kind} as what a branch gives or a loop carries"),
    };

    /// <summary>A value of the same kind, that these buffers hold.</summary>
    private static Lowered Held(Lowered like, ImmutableArray<TensorBuffer> parts) => like switch
    {
        Lowered.Complex => new Lowered.Complex(parts[0], parts[1]),
        Lowered.Int => parts[0].At([]).ToIndex(Interval.All),
        Lowered.Float => new Lowered.Float(parts[0].At([])),
        Lowered.Bool => new Lowered.Bool(parts[0].At([])),
        Lowered.None => like,
        _ => parts[0],
    };

    private static void CheckAlike(Lowered a, ImmutableArray<TensorBuffer> partsOfA, Lowered b, ImmutableArray<TensorBuffer> partsOfB)
    {
        if (a.GetType() != b.GetType() || partsOfA.Length != partsOfB.Length || partsOfA.Zip(partsOfB).Any(pair => pair.First.Type != pair.Second.Type || pair.First.Rank != pair.Second.Rank))
        {
            throw SconceException.Expected($"the same of both branches, or of each turn of a loop: {a.Kind}", b.Kind, hint: "the file is damaged: export it again");
        }
    }

    /// <summary>What leaves a loop has no size that a step inside it finds.</summary>
    private void CheckSizes(IEnumerable<TensorBuffer> buffers, int found)
    {
        if (buffers.SelectMany(buffer => buffer.Dims).Any(dim => dim.Any(leaf => program.Found.Skip(found).Contains(leaf))))
        {
            throw SconceException.Unsupported("a loop's body gives a tensor whose size only the data inside it tell", hint: SizesFromData);
        }
    }

    private void Put(TensorBuffer target, TensorBuffer source) => context.MapInto(target, target.Dims, index => index, source.At);

    private Lowered Slice(Lowered value, Dim at) => Held(value, [.. Parts(value).Select(part => context.View(part, [.. part.Dims.Skip(1)], index => [at, .. index]))]);

    /// <summary>Room for so many of a value.</summary>
    private Lowered Stack(Lowered value, Dim length)
    {
        ImmutableArray<TensorBuffer> made = [.. Parts(value).Select(part => context.Temporary(part.Type, [length, .. part.Dims]))];
        return value is Lowered.Complex or Lowered.None ? Held(value, made) : made[0];
    }

    private void PutSlices(ImmutableArray<Lowered> stacks, Dim at, ImmutableArray<Lowered> slices)
    {
        foreach (var (stack, slice) in stacks.SelectMany(held => BuffersOf(held)).Zip(slices.SelectMany(value => Parts(value))))
        {
            context.MapInto(stack, slice.Dims, index => [at, .. index], slice.At);
        }
    }
}
