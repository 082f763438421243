using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

// A program that nobody runs, lowered node by node while its graph is being made.
public sealed partial class GraphLowering
{
    /// <summary>A typer for a graph without nodes, whose symbols are known.</summary>
    public static IGraphTyper Typer(Graph graph) => new GraphTyper(new GraphLowering(graph, small: false));

    private sealed class GraphTyper : IGraphTyper
    {
        private readonly GraphLowering lowering;
        private readonly LoweringContext context;
        private readonly Stack<LoweringContext.OpenBlock> blocks = [];
        private readonly ScalarReader scalars;
        private ImmutableArray<Lowered> pending = [];

        public GraphTyper(GraphLowering lowering)
        {
            (this.lowering, context) = (lowering, lowering.context);
            lowering.program.Symbols.AddRange(lowering.graph.Symbols);
            lowering.program.Checks.AddRange(lowering.graph.Checks);
            scalars = new ScalarReader(context);
        }

        public void Define(GraphInput input) => lowering.values[input.Value] = input switch
        {
            { Fixed: { } constant } => lowering.LowerArgument(constant),
            { Kind: InputKind.User } => lowering.UserInput(input),
            { Data: null } => throw new SconceException($"the {input.Kind} '{input.Name}' of the model has no data"),

            // It may be written later in the run: as a constant it would be folded into sizes.
            { Kind: InputKind.Buffer } => lowering.State(input),
            _ => lowering.Constant(input.Data, input.Name),
        };

        public GraphType Parameter(Value parameter, Argument first, IReadOnlyCollection<int> open)
        {
            var initial = lowering.LowerArgument(first);
            var held = Held(initial, [.. lowering.Parts(initial).Select(part => context.Temporary(
                part.Type, [.. part.Dims.Select((size, axis) => open.Contains(axis) ? Dim.Of(context.Declare(0, null)) : size)]))]);
            lowering.values[parameter] = held;
            return TypeOf(held);
        }

        public (ImmutableArray<GraphType> Types, bool IsList) TypesOf(Node node)
        {
            var overloads = OperatorTable.Find(node.Operator, node.Overload);
            if (overloads.IsEmpty)
            {
                throw SconceException.Unsupported(
                    $"the model uses an operator that Sconce does not compile yet: {node.Operator}", hint: "Write it with other operators ('sconce ops' lists those there are).");
            }

            context.Origin = new(node.FullName, node.Source?.Brief);
            context.Name = node.Operator;
            context.Results = [];
            Budget.Spend(Budget.Step);
            var arguments = node.Arguments.Select(argument => (argument.Name, lowering.LowerArgument(argument.Argument))).ToImmutableArray();
            var (op, bound) = ArgumentBinding.Choose(overloads.AsSpan(), arguments, isNamed: node.Overload.Length > 0);
            CheckTypes(op, bound);
            var result = lowering.Lower(op, bound);
            var isList = op.Schema.Returns is [{ IsList: true }];
            pending = result is Lowered.List list && (isList || op.Schema.Returns.Length != 1) ? list.Items : op.Schema.Returns.IsEmpty ? [] : [result];
            return ([.. pending.Select(TypeOf)], isList);
        }

        public void Append(ImmutableArray<Value> outputs)
        {
            foreach (var (output, result) in outputs.Zip(pending))
            {
                lowering.values[output] = result;
            }
        }

        public void AppendRegion(Node node)
        {
            context.Origin = new(node.FullName, node.Source?.Brief);
            context.Name = node.Operator;
            context.Results = [];
            lowering.ControlFlow(node);
            foreach (var output in node.Outputs)
            {
                output.Type = TypeOf(lowering.values[output]);
            }
        }

        public void BeginBlock() => blocks.Push(context.Open([], perhaps: true));

        public void EndBlock() => context.Close(blocks.Pop());

        public Argument? KnownOf(Value value) => lowering.values.TryGetValue(value, out var lowered) ? Known(lowered) : null;

        public bool IsOfInputs(Dim size) => context.IsOfInputs(size);

        public bool? Holds(SizeCondition condition) => context.Facts.Holds(condition);

        public bool Has(string op) => !OperatorTable.Find(op, "").IsEmpty;

        private Argument? Known(Lowered lowered) => lowered switch
        {
            Lowered.Int { Value: var number } when context.IsOfInputs(number) => new Argument.Int(context.Facts.Simplify(number)),
            Lowered.Int { Value: var number } => scalars.Read(Expr.Of(number)),
            Lowered.Float { Value: var number } => scalars.Read(number),
            Lowered.Bool { Known: { } known } => new Argument.Bool(known),
            Lowered.Bool { Value: var flag } => scalars.Read(flag),
            Lowered.Tensor { Buffer: { } buffer } when buffer.Dims.All(dim => dim.Equals(Dim.One)) => scalars.Read(buffer.At([.. buffer.Dims.Select(_ => Dim.Zero)])),
            _ => null,
        };

        private static GraphType TypeOf(Lowered lowered) => lowered switch
        {
            Lowered.Tensor { Buffer: var buffer } => new GraphType.Tensor(buffer.Type, buffer.Dims),
            Lowered.Complex { Real: var real } => new GraphType.Tensor(real.Type.ToComplex(), real.Dims),
            Lowered.Int => new GraphType.Int(),
            Lowered.Float => new GraphType.Float(),
            Lowered.Bool => new GraphType.Bool(),
            Lowered.Text => new GraphType.Text(),
            Lowered.List { Items: var items } => new GraphType.Tuple([.. items.Select(TypeOf)]),
            _ => new GraphType.None(),
        };
    }
}
