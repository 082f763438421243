using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Kernels;

namespace Sconce.Tests.Passes;

public class FuseEpiloguesTests
{
    /// <summary>A gelu that the model writes out: five operators, of which four read the product.</summary>
    [Fact]
    public void A_product_finishes_with_an_activation_of_several_steps()
    {
        const DType type = DType.Float32;
        var (left, right) = (Input("left", 8, 16), Input("right", 16, 12));
        var (sums, cube, inner, tanh, half) = (New("sums"), New("cube"), New("inner"), New("tanh"), New("half"));
        var output = new TensorBuffer("out", type, [8, 12], BufferKind.Output);
        var (m, n, k) = (new Axis(8, "m"), new Axis(12, "n"), new Axis(16, "k"));
        var program = new TensorProgram();
        program.Steps.Add(new ContractionStep(
            Target.Whole(sums, [m, n]), [], m, n, k, left.At(m, k), right.At(k, n), new AccumulatorExpr(0, type)));
        program.Steps.Add(Steps.Map(cube, i => sums.At(i) * sums.At(i) * sums.At(i)));
        program.Steps.Add(Steps.Map(inner, i => (sums.At(i) + (cube.At(i) * Expr.Const(type, 0.044715))) * Expr.Const(type, 0.797885)));
        program.Steps.Add(Steps.Map(tanh, i => inner.At(i).Apply(UnaryOp.Tanh) + Expr.Const(type, 1L)));
        program.Steps.Add(Steps.Map(half, i => sums.At(i) * Expr.Const(type, 0.5)));
        program.Steps.Add(Steps.Map(output, i => half.At(i) * tanh.At(i)));

        FuseEpilogues.Run(program);
        Assert.Equal(6, program.Steps.Count);

        InlineMaps.Chains(program);
        FuseEpilogues.Run(program);
        var product = Assert.IsType<ContractionStep>(Assert.Single(program.Steps));
        Assert.Same(output, product.Target.Buffer);
        Assert.Equal([left, right], product.Loads.Select(load => load.Buffer).OrderBy(buffer => buffer.Name));
    }

    private static TensorBuffer New(string name) => Steps.Buffer(name, DType.Float32, 8, 12);

    private static TensorBuffer Input(string name, int rows, int columns) => new(name, DType.Float32, [rows, columns], BufferKind.Input);
}
