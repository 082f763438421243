using System.Collections.Immutable;
using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Operators on tensors: pure ones, views, and those that write.
internal sealed partial class Interpreter
{
    /// <summary>Calls an operator: one of the language's own, on values that are known, or one on tensors.</summary>
    private Datum CallOperator(string op, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named)
    {
        arguments = [.. arguments.Select(argument => argument.Usable())];
        if (arguments is [Datum.Quantised quantised, ..] && OfQuantised(op, quantised, arguments, named) is { } made)
        {
            return made;
        }

        try
        {
            return Builtins.Find(op) is { } builtin && builtin(this, new BuiltinCall(op, arguments, named)) is { } result ? result : TensorOperator(op, arguments, named);
        }
        catch (SconceException error) when (error.Kind == ErrorKind.Unsupported && arguments.Concat(named.Select(argument => argument.Value)).SelectMany(WaysIn).FirstOrDefault() is { } undecided)
        {
            // An int that must be known is one of two known ones.
            throw new UndecidedException(undecided);
        }
    }

    /// <summary>What the ints among a value hang on that are known in either way.</summary>
    private static IEnumerable<Decision> WaysIn(Datum datum) => datum switch
    {
        Datum.Int { Ways: { Decision: { Assumed: null } decision } } => [decision],
        Datum.List { Items.Content: ImmutableList<Datum> items } => items.SelectMany(WaysIn),
        Datum.Tuple tuple => tuple.Items.SelectMany(WaysIn),
        _ => [],
    };

    private Datum TensorOperator(string op, IReadOnlyList<Datum> given, IReadOnlyList<(string Name, Datum Value)> named)
    {
        var arguments = given.Select(argument => new NamedArgument(null, ToArgument(argument)))
            .Concat(named.Select(argument => new NamedArgument(argument.Name, ToArgument(argument.Value)))).ToImmutableArray();
        (op, _) = PureNames.Normal(op, "");
        arguments = Upgraders.Apply(archive.Version, op, arguments);
        var node = new Node { Operator = op, Arguments = arguments, Outputs = [], Source = builder.Source };
        var self = given.FirstOrDefault() as Datum.Tensor;
        if (self is not null && !HangsOnResult(op) && AliasAnalysis.Of(node) is var before and (Aliasing.Same or Aliasing.Copy))
        {
            return before == Aliasing.Same ? self : new Datum.Tensor(NewTensor(arguments[0].Argument, StridesOf(node, [self], ShapeOf(self))));
        }

        if (InPlaceOperators.Writes(node))
        {
            return Write(node, given, named);
        }

        if (!op.Contains("::", StringComparison.Ordinal) || (!builder.Typer.Has(op) && op.StartsWith("prim::", StringComparison.Ordinal)))
        {
            throw SconceException.Unsupported($"TorchScript's {op} of {string.Join(", ", given.Select(argument => argument.Kind))}");
        }

        var (made, isList) = builder.Append(op, "", arguments);
        var aliasing = self is not null || op is "aten::broadcast_tensors" or "aten::meshgrid" ? AliasingOf(made, self) : Aliasing.Own;
        switch (aliasing)
        {
            case Aliasing.Same:
                return self!;
            case Aliasing.Copy:
                return new Datum.Tensor(NewTensor(arguments[0].Argument, StridesOf(made, [self!], ShapeOf(self!))));
            case Aliasing.SameOrCopy:
                var copy = NewTensor(arguments[0].Argument);
                MayLieIn(copy, self!.Reference);
                return new Datum.Tensor(copy);
            case Aliasing.View when ViewOperators.Of(made) is { } views && views.Count >= made.Outputs.Length:
                var viewed = made.Outputs.Select((output, i) => (Datum)new Datum.Tensor(
                    new TensorReference(journal, builder, self!.Reference, views[i], output, IsBound(made), ViewStrides(made, self, output)))).ToList();
                return isList ? NewList(viewed) : viewed.Count == 1 ? viewed[0] : Datum.TupleOf(viewed);
        }

        WriteStatistics(made, given, named);
        var inputs = given.Concat(named.Select(argument => argument.Value)).SelectMany(TensorsIn).ToList();
        var results = made.Outputs.Select(output => output.Type is GraphType.Tensor { Shape: { } shape } && aliasing == Aliasing.Own
            ? new Datum.Tensor(NewTensor(output, StridesOf(made, inputs, shape))) : ToDatum(output)).ToList();
        if (aliasing == Aliasing.ViewOrOwn)
        {
            foreach (var result in results.OfType<Datum.Tensor>())
            {
                foreach (var input in inputs)
                {
                    MayLieIn(result.Reference, input.Reference);
                }
            }
        }

        return isList ? NewList(results) : results.Count switch
        {
            0 => Datum.Nothing,
            1 => results[0],
            _ => Datum.TupleOf(results),
        };
    }

    /// <summary>How a result relates to its input, by how that lies in memory.</summary>
    private Aliasing AliasingOf(Node made, Datum.Tensor? self)
    {
        if (!HangsOnResult(made.Operator) || self?.Reference.Strides is not { } strides)
        {
            return AliasAnalysis.Of(made);
        }

        var shape = ShapeOf(self);
        if (made.Operator == "aten::contiguous" && made.Arguments.Length == 1)
        {
            return MemoryOrder.IsDense(shape, strides) switch
            {
                true => Aliasing.Same,
                false => Aliasing.Own,
                null => Aliasing.SameOrCopy,
            };
        }

        var lying = new Value(made.Self()!.Name, new GraphType.Tensor(DTypeOf(self), shape) { Strides = strides });
        return AliasAnalysis.Of(new Node
        {
            Operator = made.Operator,
            Overload = made.Overload,
            Arguments = [made.Arguments[0] with { Argument = lying }, .. made.Arguments.Skip(1)],
            Outputs = made.Outputs,
        });
    }

    private ImmutableArray<Dim>? StridesOf(Node made, IEnumerable<Datum.Tensor> inputs, ImmutableArray<Dim> shape)
    {
        var format = made.Find("memory_format", made.Operator is "aten::clone" or "aten::contiguous" ? 1 : int.MaxValue);
        return MemoryOrder.OfResult(
            made.Operator, [.. inputs.Select(input => (ShapeOf(input), input.Reference.Strides))], shape, (format as Argument.Int)?.Value is { IsConstant: true, Value: var number } ? number : null);
    }

    private static ImmutableArray<Dim>? ViewStrides(Node made, Datum.Tensor self, Value output) => self.Reference.Strides is { } strides && made.Self()?.Shape() is { } from && output.Shape() is { } to
        ? MemoryOrder.OfView(made, from, strides, to) : null;

    /// <summary>Whether a tensor lies in the memory of another one could not be told.</summary>
    private static void MayLieIn(TensorReference reference, TensorReference other)
    {
        foreach (var own in reference.Memories)
        {
            foreach (var memory in other.Memories)
            {
                own.Cell.MayBe(memory.Cell);
            }
        }
    }

    /// <summary>Whether a view is taken with numbers that only this block knows.</summary>
    private bool IsBound(Node view) => view.Arguments.Skip(1).Any(argument => Hangs(argument.Argument)) || view.Outputs.Any(output => output.Shape()?.All(builder.Typer.IsOfInputs) == false);

    private static bool Hangs(Argument argument) => argument is Argument.OfValue || (argument is Argument.List list && list.Items.Any(Hangs));

    /// <summary>Whether an operator gives a view hangs on the type of its result.</summary>
    private static bool HangsOnResult(string op) => op is "aten::to" or "aten::_to_copy" or "aten::type_as" or "aten::contiguous" or "aten::reshape" or "aten::reshape_as" or "aten::flatten"
        or "aten::ravel";

    private Datum Write(Node node, IReadOnlyList<Datum> given, IReadOnlyList<(string Name, Datum Value)> named)
    {
        var target = named.FirstOrDefault(argument => argument.Name == "out").Value ?? given.FirstOrDefault();
        if (target?.Usable() is not Datum.Tensor { Reference: var whole })
        {
            throw SconceException.Unsupported($"{node.Operator} writes to {target?.Kind ?? "nothing"}, which is no tensor");
        }

        var reference = whole.Settled();
        var current = reference.Read(builder);
        var value = ((Argument.OfValue)current).Value;
        if (InPlaceOperators.IsReshapeInPlace(node))
        {
            var pure = node.Operator[..^1];
            var (made, _) = builder.Append(pure, "", node.Arguments);
            reference.Become(journal, builder, reference.Twin(journal, builder), ViewOperators.Of(made)![0], ViewStrides(made, (Datum.Tensor)target.Usable(), made.Outputs[0]));
            return target;
        }

        reference.Write(journal, builder, InPlaceOperators.Emit(builder, node, node.Arguments, value, current));
        return target;
    }

    private void WriteStatistics(Node made, IReadOnlyList<Datum> given, IReadOnlyList<(string Name, Datum Value)> named)
    {
        if (RunningStatistics.WrittenBy(made) is var (mean, variance) && made.Self() is { } input)
        {
            var tensors = given.Concat(named.Select(argument => argument.Value)).OfType<Datum.Tensor>().ToList();
            foreach (var (value, next) in new[] { (mean, RunningStatistics.NextMean(builder, made, input, mean)), (variance, RunningStatistics.NextVariance(builder, made, input, variance)) })
            {
                tensors.First(tensor => tensor.Reference.Read(builder) is Argument.OfValue { Value: var read } && read == value).Reference.Write(journal, builder, next);
            }
        }
    }

    private static IEnumerable<Datum.Tensor> TensorsIn(Datum datum) => datum.Usable() switch
    {
        Datum.Tensor tensor => [tensor],
        Datum.List list => ListItems(list).SelectMany(TensorsIn),
        Datum.Tuple tuple => tuple.Items.SelectMany(TensorsIn),
        _ => [],
    };

    private Datum ToDatum(Value value) => value.Type switch
    {
        GraphType.Tensor => new Datum.Tensor(NewDense(value)),
        GraphType.Int => new Datum.Int(builder.Meaning(value)),
        GraphType.Float => new Datum.Float(builder.Meaning(value)),
        GraphType.Bool => new Datum.Bool(builder.Meaning(value)),
        GraphType.None => Datum.Nothing,
        var other => throw SconceException.Unsupported($"an operator that gives {GraphPrinter.Text(other)}"),
    };

    private Argument ToArgument(Datum datum) => datum.Usable() switch
    {
        Datum.Tensor tensor => tensor.Reference.Read(builder),
        Datum.Int number => number.Value,
        Datum.Float number => number.Value,
        Datum.Bool flag => flag.Value,
        Datum.Complex number => new Argument.Complex(number.Real, number.Imaginary),
        Datum.Text { IsRough: false } text => new Argument.Text(text.Value),
        Datum.Device device => new Argument.Opaque(device.Name),
        Datum.List list => new Argument.List([.. ListItems(list).Select(ToArgument)]),
        Datum.Tuple tuple => new Argument.List([.. tuple.Items.Select(ToArgument)]),
        Datum.Member member => ToArgument(member.Value),
        Datum.None => Argument.Nothing,
        Datum.Optional optional => Decided(new Datum.Bool(optional.Has)).Known is { } has ? has ? ToArgument(optional.Value) : Argument.Nothing
            : throw new UndecidedException(DecisionOf(optional.Has)),
        var other => throw SconceException.Unsupported($"an operator of tensors that is given {other.Kind}"),
    };

    // Conversions between tensors and numbers.
    private Datum ToNumber(Datum.Tensor tensor)
    {
        var value = ((Argument.OfValue)tensor.Reference.Read(builder)).Value;
        var type = ((GraphType.Tensor)value.Type).Type!.Value;
        if (builder.Typer.KnownOf(value) is { } known)
        {
            return (known, type) switch
            {
                (Argument.Bool, _) => new Datum.Bool(known),
                (Argument.Int { Value: { IsConstant: true, Value: var number } }, DType.Bool) => Datum.Of(number != 0),
                (Argument.Int { Value: { IsConstant: true, Value: var number } }, _) when type.IsFloat() => Datum.Of((double)number),
                (Argument.Int, _) => new Datum.Int(known),
                _ => new Datum.Float(known),
            };
        }

        if (type.IsComplex())
        {
            throw SconceException.Unsupported("a complex number taken out of a tensor");
        }

        return ToDatum(builder.Single("aten::item", new NamedArgument(null, value)));
    }

    private Datum.Int ToInt(Datum datum) => datum.Usable() switch
    {
        Datum.Int number => number,
        Datum.Bool { Known: { } known } => Datum.Of(known ? 1 : 0),
        Datum.Bool flag => (Datum.Int)ToDatum(builder.Single("torch::sym_int", new NamedArgument(null, flag.Value))),
        Datum.Float { Known: { } known } => double.IsFinite(known) ? Datum.Of((long)Math.Truncate(known)) : throw SconceException.Expected("a float that an int can hold", $"{known}"),
        Datum.Float number => (Datum.Int)ToDatum(builder.Single("torch::sym_int", new NamedArgument(null, number.Value))),
        Datum.Tensor tensor => ToInt(ToNumber(tensor)),
        Datum.Member member => ToInt(member.Value),
        Datum.Text { IsRough: false, Value: var text } when long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) => Datum.Of(number),
        var other => throw SconceException.Expected("an int", other.Kind),
    };

    private Datum.Float ToFloat(Datum datum) => datum.Usable() switch
    {
        Datum.Float number => number,
        Datum.Int { Known: { } known } => Datum.Of((double)known),
        Datum.Bool { Known: { } known } => Datum.Of(known ? 1.0 : 0.0),
        Datum.Int number => (Datum.Float)ToDatum(builder.Single("torch::sym_float", new NamedArgument(null, number.Value))),
        Datum.Bool flag => (Datum.Float)ToDatum(builder.Single("torch::sym_float", new NamedArgument(null, flag.Value))),
        Datum.Tensor tensor => ToFloat(ToNumber(tensor)),
        Datum.Text { IsRough: false, Value: var text } => Datum.Of(text.Trim().TrimStart('+') switch
        {
            "inf" or "infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            "nan" => double.NaN,
            var digits => double.TryParse(digits, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw SconceException.Expected("a number", $"'{text}'"),
        }),
        var other => throw SconceException.Expected("a float", other.Kind),
    };

    private Datum.Bool ToBool(Datum datum) => datum.Usable() switch
    {
        Datum.Bool flag => flag,
        Datum.Int { Known: { } known } => Datum.Of(known != 0),
        Datum.Float { Known: { } known } => Datum.Of(known != 0),
        Datum.Int { Size: { } size } when builder.Typer.Holds(new SizeCondition.Compare(size, SizeComparison.NotEqual, 0)) is { } holds => Datum.Of(holds),
        Datum.Int number => (Datum.Bool)ToDatum(builder.Single("_operator::ne", new(null, number.Value), new(null, new Argument.Int(0)))),
        Datum.Float number => (Datum.Bool)ToDatum(builder.Single("_operator::ne", new(null, number.Value), new(null, new Argument.Float(0)))),
        Datum.Tensor tensor => ToBool(ToNumber(tensor)),
        Datum.Text text => Datum.Of(text.Value.Length > 0),
        Datum.List list => (Datum.Bool)CallOperator("aten::gt", [Length(list)!, Datum.Of(0)], []),
        Datum.Dict dict => Datum.Of(DictItems(dict).Count > 0),
        Datum.None => Datum.Of(false),
        var other => throw SconceException.Expected("a bool", other.Kind),
    };
}
