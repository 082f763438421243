using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>A graph as a tensor program, what each of its values became, and which operator of the table each name of a node stood for.</summary>
public sealed record LoweredGraph(TensorProgram Program, IReadOnlyDictionary<Value, Lowered> Values, IReadOnlyDictionary<string, string> Operators);

/// <summary>Lowers the nodes of a functional graph one by one, by the operator table.</summary>
public sealed partial class GraphLowering
{
    private readonly TensorProgram program = new();
    private readonly Dictionary<Value, Lowered> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, TensorBuffer> states = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> operators = [];
    private readonly LoweringContext context;
    private readonly Graph graph;
    private readonly Lazy<HashSet<Atom>> sizing;

    private GraphLowering(Graph graph, bool small)
    {
        this.graph = graph;
        context = new LoweringContext(program) { Small = small, Asserted = RecordedSizes.Asserted(graph) };
        sizing = new(() => RecordedSizes.Sizing(graph));
    }

    /// <summary>
    /// Lowers with the sizes that PyTorch recorded, where they help. Those that hold only of inputs as large as PyTorch takes them to be are left out if the graph can do
    /// without: <c>x[:, -4:]</c> is recorded with 4 columns, and PyTorch runs it with three all the same.
    /// </summary>
    public static LoweredGraph Lower(Graph graph)
    {
        UnknownOperators.Check(graph);
        var lowering = new GraphLowering(graph, small: false);
        var lowered = lowering.Run();
        return lowering.context.TracedSizes is { Demanded: true } traced ? Smaller(graph, lowered, traced) ?? lowered : lowered;
    }

    /// <summary>The graph for small inputs too; null where that cannot be, or would refuse larger ones.</summary>
    private static LoweredGraph? Smaller(Graph graph, LoweredGraph lowered, TracedSizes traced)
    {
        try
        {
            var smaller = new GraphLowering(graph, small: true).Run();
            var before = lowered.Program.Checks.Select(check => check.Condition).ToHashSet();
            return smaller.Program.Checks.All(check => before.Contains(check.Condition) || traced.Facts.Holds(check.Condition) == true) ? smaller : null;
        }
        catch (SconceException) when (Budget.Current is not { WorkLeft: < 0 })
        {
            return null;
        }
    }

    private LoweredGraph Run()
    {
        Inputs();
        Nodes(graph.Body);
        Outputs();
        RequireSizes();
        return new(program, values, operators);
    }

    private void Inputs()
    {
        program.Symbols.AddRange(graph.Symbols);
        program.Checks.AddRange(graph.Checks);
        var mutated = graph.Mutations.Select(mutation => mutation.Buffer).ToHashSet();
        foreach (var input in graph.Inputs)
        {
            values[input.Value] = input switch
            {
                { Fixed: { } constant } => LowerArgument(constant),
                { Kind: InputKind.User } => UserInput(input),
                { Data: null } => throw new SconceException($"the {input.Kind} '{input.Name}' of the model has no data"),
                _ when input.IsState || mutated.Contains(input.Value) => State(input),
                _ => Constant(input.Data, input.Name),
            };
        }
    }

    private Lowered UserInput(GraphInput input)
    {
        switch (input.Value.Type)
        {
            case GraphType.Tensor { Type: { } complex, Shape: { } shape } when complex.IsComplex():
                var parts = new TensorBuffer(input.Name, complex.ToPart(), [.. shape, 2], BufferKind.Input) { HoldsComplex = true };
                program.Inputs.Add((input.Name, parts));
                return Families.Complex.OfParts(context, parts);
            case GraphType.Tensor { Type: { } type, Shape: { } shape }:
                var buffer = new TensorBuffer(input.Name, type, shape, BufferKind.Input);
                program.Inputs.Add((input.Name, buffer));

                // The manifest names sizes as the inputs do; the program has them in the form that guards give them.
                return shape.SequenceEqual(context.Facts.Simplify(shape)) ? buffer : context.Copy(buffer);
            case GraphType.Int { Known: { IsConstant: true } known }:
                return known;
            case GraphType.Int:
                var guarded = input.Number?.AsAtom is Symbol symbol && graph.Symbols.Contains(symbol) ? input.Number : null;
                var number = new TensorBuffer(input.Name, DType.Int64, [], BufferKind.Input) { Value = input.Size ?? guarded };
                program.Inputs.Add((input.Name, number));
                return input.Size ?? number.At([]).ToIndex(Interval.All);
            default:
                throw SconceException.Unsupported(
                    $"the input '{input.Name}' is neither a tensor of known dtype and rank nor an integer", hint: "Export the model with tensors as inputs.");
        }
    }

    /// <summary>A complex constant is two real ones in the same bytes, each with twice the strides.</summary>
    private Lowered Constant(TensorData data, string name)
    {
        if (!data.Type.IsComplex())
        {
            return context.Constant(data, name);
        }

        TensorBuffer Part(int number) => context.Constant(new TensorData(
            data.Type.ToPart(), data.Shape, [.. data.Strides.Select(stride => stride * 2)], (data.Offset * 2) + number, data.Storage), name);
        return new Lowered.Complex(Part(0), Part(1));
    }

    private Lowered State(GraphInput input)
    {
        var complex = input.Data!.Type.IsComplex();
        var data = complex ? input.Data.AsParts() : input.Data;
        var buffer = new TensorBuffer(input.Name, data.Type, [.. data.Shape.Select(size => (Dim)size)], BufferKind.State, data) { HoldsComplex = complex };
        program.States.Add((input.Name, buffer));
        states.Add(input.Value, buffer);
        return complex ? Families.Complex.OfParts(context, buffer) : buffer;
    }

    private void Nodes(Block block)
    {
        foreach (var node in block.Nodes)
        {
            context.Origin = new(node.FullName, node.Source?.Brief);
            context.Name = node.Outputs.IsEmpty ? node.Operator : node.Outputs[0].Name;
            context.Results = node.Outputs;
            Budget.Spend(Budget.Step);
            try
            {
                Node(node);
            }
            catch (SconceException error)
            {
                throw error.At(PlaceOf(node));
            }
            catch (Exception error) when (SconceException.IsMistake(error))
            {
                throw SconceException.Internal(error, "lowering", PlaceOf(node));
            }
        }
    }

    private void Node(Node node)
    {
        if (IsControlFlow(node))
        {
            ControlFlow(node);
            return;
        }

        var arguments = node.Arguments.Select(argument => (argument.Name, LowerArgument(argument.Argument))).ToImmutableArray();
        var (op, bound) = ArgumentBinding.Choose(OperatorTable.Find(node.Operator, node.Overload).AsSpan(), arguments, isNamed: node.Overload.Length > 0);
        CheckTypes(op, bound);
        operators[node.FullName] = op.FullName;
        var result = Lower(op, bound);
        var single = node.Outputs.Length == 1 && !(op.Schema.Returns is [{ IsList: true }] && node.Outputs[0].Type is GraphType.Tensor);
        if (single)
        {
            Define(node, node.Outputs[0], result);
            return;
        }

        var items = result is Lowered.List list ? list.Items : [result];
        if (items.Length < node.Outputs.Length)
        {
            throw SconceException.Internal($"{node.Outputs.Length} results were expected, the lowering gives {items.Length}", PlaceOf(node));
        }

        for (var i = 0; i < node.Outputs.Length; i++)
        {
            Define(node, node.Outputs[i], items[i]);
        }
    }

    private Lowered Lower(Operator op, ImmutableArray<Lowered> arguments)
    {
        var call = new Call(context, op, arguments);
        return ComplexForms.Concern(op, arguments) ? ComplexForms.Lower(call) : op.Lower(call);
    }

    private void Define(Node node, Value value, Lowered lowered)
    {
        if (lowered is Lowered.Int { Value: var made } && value.Type is GraphType.Int { Known: { } recorded })
        {
            lowered = Number(value, made, recorded);
        }

        if (value.Type is GraphType.Tensor expected)
        {
            if (!ShapeCheck.IsMisrecorded(node) && ShapeCheck.Difference(context, lowered, expected) is { } difference)
            {
                throw SconceException.Internal($"{value} {difference}", PlaceOf(node));
            }

            lowered = Simplified(lowered);
        }

        values[value] = lowered;
    }

    /// <summary>A number that PyTorch has a symbol for: where tensors are sized by it, a step finds it.</summary>
    private Dim Number(Value value, Dim made, Dim recorded)
    {
        if (recorded.AsAtom is Symbol symbol && context.IsOpen(symbol))
        {
            made = made.HasLoads() && sizing.Value.Contains(symbol) ? context.FindWithin(Expr.Of(made), context.BoundOf(symbol), $"'{value.Name}'") : made;
            context.Bind(symbol, made);
        }

        return made;
    }

    /// <summary>What was just learned of a tensor's sizes may give them a simpler form, in which later steps find them.</summary>
    private Lowered Simplified(Lowered lowered) => lowered switch
    {
        Lowered.Tensor { Buffer: { Kind: BufferKind.Temporary } buffer } when !buffer.Dims.SequenceEqual(context.Facts.Simplify(buffer.Dims)) => context.Copy(buffer),
        _ => lowered,
    };

    private static void CheckTypes(Operator op, ImmutableArray<Lowered> arguments)
    {
        foreach (var argument in arguments)
        {
            if (TypeOf(argument) is { } type && !op.Types.Has(type))
            {
                throw SconceException.Unsupported(
                    $"{op.FullName} of a tensor of {type.Name()}",
                    hint: $"Sconce compiles it for {string.Join(", ", op.Types.Each().Select(each => each.Name()))}.");
            }
        }
    }

    private static DType? TypeOf(Lowered argument) => argument switch
    {
        Lowered.Tensor tensor => tensor.Buffer.Type,
        Lowered.Complex complex => complex.Real.Type.ToComplex(),
        Lowered.List list => list.Items.Select(TypeOf).FirstOrDefault(type => type is { } known && known.IsComplex()),
        _ => null,
    };

    private Lowered LowerArgument(Argument argument) => argument switch
    {
        Argument.OfValue { Value: var value } => values.TryGetValue(value, out var known) ? known
            : value.Type is GraphType.Int { Known: { } size } ? size
            : throw new SconceException($"{value} is used before it is defined"),
        Argument.Int number => number.Value,
        Argument.Float number => Lowered.Of(number.Value),
        Argument.Bool flag => Lowered.Of(flag.Value),
        Argument.Text text => new Lowered.Text(text.Value),
        Argument.ScalarType type => new Lowered.ScalarType(type.Value),
        Argument.Opaque opaque => new Lowered.Opaque(opaque.Value),
        Argument.List list => new Lowered.List([.. list.Items.Select(LowerArgument)]),
        Argument.Complex number => new Lowered.Complex(Number(number.Real), Number(number.Imaginary)),
        _ => Lowered.Nothing,
    };

    private TensorBuffer Number(double value) => context.Fill(TypePromotion.DefaultFloat, [], Expr.Const(TypePromotion.DefaultFloat, value));

    private void Outputs()
    {
        // New contents of states are computed before any state is written, and outputs may still read the old ones.
        context.Origin = null;
        foreach (var output in graph.Outputs)
        {
            context.Name = output.Name;
            Output(output.Name, LowerArgument(output.Value));
        }

        var mutations = graph.Mutations.Select(mutation => (State: states.GetValueOrDefault(mutation.Buffer), Contents: BufferOf(LowerArgument(mutation.NewValue))))
            .Where(mutation => mutation.State is not null && mutation.Contents is not null && mutation.State != mutation.Contents)

            // What one state takes over from another is what that held before.
            .Select(mutation => (mutation.State, Contents: mutation.Contents!.Kind == BufferKind.State ? context.Copy(mutation.Contents) : mutation.Contents))
            .ToList();
        foreach (var (state, contents) in mutations)
        {
            context.MapInto(state!, state!.Dims, index => index, index => contents.At(Broadcasting.IndexInto(contents.Dims, index)));
        }

        context.EndRandom();
    }

    /// <summary>No tensor has a size below zero, and no size is divided by zero: what the inputs' ranges leave open is looked at before a run.</summary>
    private void RequireSizes()
    {
        HashSet<Atom> known = [.. graph.Symbols];
        var seen = new HashSet<Dim>();
        foreach (var step in Always(program.Steps))
        {
            context.Origin = step.Origin;
            foreach (var size in step.Targets.SelectMany(target => target.Buffer.Dims).Where(size => !size.IsConstant && seen.Add(size) && IsKnown(size)))
            {
                context.RequireSize(size);
            }
        }

        // Branches look at their sizes themselves.
        static IEnumerable<Step> Always(IEnumerable<Step> steps) => steps.SelectMany(step => step switch
        {
            LoopStep loop => Always(loop.Body),
            WhileStep loop => Always(loop.Test),
            IfStep => [],
            _ => [step],
        });

        bool IsKnown(Dim size)
        {
            var all = true;
            size.VisitLeaves(leaf => all &= known.Contains(leaf));
            return all;
        }
    }

    private TensorBuffer? BufferOf(Lowered value) => value switch
    {
        Lowered.Tensor tensor => tensor.Buffer,
        Lowered.Complex complex => Families.Joining.Stack(context, [complex.Real, complex.Imaginary], complex.Real.Rank),
        _ => null,
    };

    private void Output(string name, Lowered value)
    {
        switch (value)
        {
            case Lowered.Tensor { Buffer: var source }:
                Output(new(name, source.Type, source.Dims, BufferKind.Output), source.At);
                break;
            case Lowered.Complex(var real, var imaginary):
                var parts = new TensorBuffer(name, real.Type, [.. real.Dims, 2], BufferKind.Output) { HoldsComplex = true };
                program.Outputs.Add((name, parts));
                context.MapInto(parts, real.Dims, index => [.. index, 0], real.At);
                context.MapInto(parts, imaginary.Dims, index => [.. index, 1], imaginary.At);
                break;

            // Also one that is known when compiling: who reads the outputs finds what PyTorch gives.
            case Lowered.Int number:
                Output(new(name, DType.Int64, [], BufferKind.Output), _ => Expr.Of(number.Value));
                break;
            case Lowered.Float number:
                Output(new(name, DType.Float64, [], BufferKind.Output), _ => number.Value);
                break;
            case Lowered.Bool flag:
                Output(new(name, DType.Bool, [], BufferKind.Output), _ => flag.Value);
                break;
            case Lowered.List list:
                for (var i = 0; i < list.Items.Length; i++)
                {
                    Output($"{name}.{i}", list.Items[i]);
                }

                break;
        }
    }

    private void Output(TensorBuffer buffer, Func<ImmutableArray<Dim>, Expr> body)
    {
        program.Outputs.Add((buffer.Name, buffer));
        context.MapInto(buffer, buffer.Dims, index => index, body);
    }

    /// <summary>What to do about sizes that the data decide.</summary>
    internal const string SizesFromData =
        "assert a bound in the model, torch._check(n <= 1000), give the tensor a fixed size and mask what is beyond, or let the caller give the size by the shape of an input";

    private static Where PlaceOf(Node node) => new(Operator: node.FullName, Python: node.Source?.ToString());
}
