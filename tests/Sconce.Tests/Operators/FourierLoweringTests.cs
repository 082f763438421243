using Sconce.Compiler.Operators;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Operators;

/// <summary>Which lengths of transforms are taken, and what is said of others.</summary>
public sealed class FourierLoweringTests
{
    private static readonly Expr Unscaled = Expr.Const(DType.Float64, 1.0);

    private readonly TensorProgram program = new();
    private readonly LoweringContext context;
    private readonly Symbol length = new("s21", 0, 1000);
    private readonly TensorBuffer x;

    public FourierLoweringTests()
    {
        context = new(program);
        x = new("x", DType.Float32, [3, length], BufferKind.Input);
        program.Symbols.Add(length);
        program.Inputs.Add(("x", x));
    }

    [Fact]
    public void A_length_may_hang_on_inputs()
    {
        var half = Discrete.Half(context, x, length, Unscaled);
        Assert.Equal(Dim.Of(length).FloorDiv(2) + 1, half.Real.Dims[1]);

        // PyTorch transforms at least one element.
        var check = Assert.Single(program.Checks);
        Assert.Contains("a Fourier transform has at least one element", check.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Transforms_of_one_length_share_a_table()
    {
        var z = Discrete.Half(context, x, length, Unscaled);
        _ = Discrete.Half(context, z.Real, z.Real.Dims[1], Unscaled);
        _ = Discrete.Half(context, x, length, Unscaled);
        var tables = program.Steps.OfType<FourierStep>().Select(step => step.Table.Buffer).ToArray();
        Assert.Same(tables[0], tables[2]);
        Assert.NotSame(tables[0], tables[1]);
    }
}
