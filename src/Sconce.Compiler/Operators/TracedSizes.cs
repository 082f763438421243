using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Sizes as PyTorch takes them to be while it traces: no input's open size is 0 or 1. What it records of shapes may hold only so; its program, when it runs, asks for
/// nothing of the kind.
/// </summary>
internal sealed class TracedSizes
{
    private const int Specialised = 2;

    private readonly SizeFacts nonEmpty;

    public TracedSizes(TensorProgram program)
    {
        Facts = Assuming(program, Specialised);
        nonEmpty = Assuming(program, 1);
    }

    /// <summary>Facts about sizes of 2 and more.</summary>
    public SizeFacts Facts { get; }

    /// <summary>Whether sizes were demanded that hold only of larger inputs.</summary>
    public bool Demanded { get; private set; }

    /// <summary>
    /// Whether two sizes are the same for inputs of 2 and more, but not for all that hold something. The last row of what may be empty stays one row: a known size makes
    /// faster code, and nobody runs a model for the last row of nothing.
    /// </summary>
    public bool AreSameInLargerOnly(Dim a, Dim b)
    {
        var only = Facts.Equal(a, b) == true && nonEmpty.Equal(a, b) != true;
        Demanded |= only;
        return only;
    }

    private static SizeFacts Assuming(TensorProgram program, long least)
    {
        var facts = new SizeFacts(program.Symbols, program.Checks.Select(check => check.Condition));
        foreach (var size in program.Inputs.SelectMany(input => input.Buffer.Dims).Where(size => !size.IsConstant).Distinct())
        {
            facts.Assume(new SizeCondition.Compare(size, SizeComparison.GreaterOrEqual, least));
        }

        return facts;
    }
}
