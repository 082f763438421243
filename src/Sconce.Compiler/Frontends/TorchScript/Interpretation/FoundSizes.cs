using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>
/// Sizes that a run finds have names of the typer's, which mean nothing to who lowers the graph. What a node is told of them is asked of the tensors that have them.
/// </summary>
internal sealed class FoundSizes(GraphBuilder builder)
{
    private readonly Dictionary<Dim, List<(Value Tensor, int Axis, Block Block)>> places = [];

    /// <summary>A tensor that can be asked from now on, within the block.</summary>
    public void Add(Value value)
    {
        if (value.Shape() is not { } shape)
        {
            return;
        }

        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (builder.Typer.IsOfInputs(shape[axis]))
            {
                continue;
            }

            if (!places.TryGetValue(shape[axis], out var known))
            {
                places.Add(shape[axis], known = []);
            }

            if (!known.Exists(place => place.Block == builder.Block))
            {
                known.Add((value, axis, builder.Block));
            }
        }
    }

    /// <summary>The argument as the graph may have it.</summary>
    public Argument Of(Argument argument) => argument switch
    {
        Argument.Int { Value: var size } when !builder.Typer.IsOfInputs(size) => Find(size)
            ?? throw SconceException.Unsupported($"a size that only the run can tell, {size}, where no tensor at hand has it", hint: "make a tensor of that size before, in the same branch or loop"),
        Argument.List list when list.Items.Any(item => item is Argument.Int or Argument.List) => new Argument.List([.. list.Items.Select(Of)]),
        _ => argument,
    };

    /// <summary>A size as the graph may have it; null where no tensor tells it here.</summary>
    public Argument? Find(Dim size)
    {
        if (builder.Typer.IsOfInputs(size))
        {
            return new Argument.Int(size);
        }

        if (places.TryGetValue(size, out var known) && known.FindIndex(place => builder.IsOpen(place.Block)) is >= 0 and var at)
        {
            return builder.Single("aten::sym_size", new(null, known[at].Tensor), new(null, new Argument.Int(known[at].Axis)));
        }

        // The atoms of a sum, and what stands within them.
        return size.AsAtom switch
        {
            BinaryAtom binary => Apply(
                binary.Operator switch
                {
                    DimOperator.FloorDivide => "_operator::floordiv",
                    DimOperator.Modulo => "_operator::mod",
                    DimOperator.Min => "torch::sym_min",
                    _ => "torch::sym_max",
                },
                Find(binary.Left),
                Find(binary.Right)),
            null => size.Terms.Select(term => term.Factors.Select(factor => Find(factor)).Aggregate((Argument?)new Argument.Int(term.Coefficient), (a, b) => Apply("_operator::mul", a, b)))
                .Aggregate((Argument?)new Argument.Int(size.ConstantTerm), (a, b) => Apply("_operator::add", a, b)),
            _ => null,
        };
    }

    private Argument? Apply(string op, Argument? a, Argument? b) => a is null || b is null ? null : (Argument)builder.Single(op, new(null, a), new(null, b));
}
