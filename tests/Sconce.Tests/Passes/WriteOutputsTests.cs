using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Kernels;

namespace Sconce.Tests.Passes;

public class WriteOutputsTests
{
    private readonly TensorBuffer input = new("in", DType.Float32, [3, 5], BufferKind.Input);
    private readonly TensorBuffer sums = Steps.Buffer("sums", DType.Float32, 3, 5);
    private readonly TensorBuffer output = new("out", DType.Float32, [3, 5], BufferKind.Output);

    [Fact]
    public void A_scan_writes_the_output_itself()
    {
        var program = Program(Steps.Map(output, i => sums.At(i)));
        Assert.Same(output, Assert.IsType<ScanStep>(Assert.Single(program.Steps)).Targets[0].Buffer);
    }

    [Fact]
    public void A_scatter_and_what_it_writes_into_are_both_the_output()
    {
        var program = new TensorProgram();
        var axes = Steps.AxesOf(input);
        program.Steps.Add(Steps.Map(sums, _ => Expr.Const(DType.Float32, 1L)));
        program.Steps.Add(new ScatterStep(Target.Whole(sums, axes), axes, input.At(axes), ScatterMode.Add));
        program.Steps.Add(Steps.Map(output, i => sums.At(i)));
        WriteOutputs.Run(program);
        Assert.Equal([output, output], program.Steps.Select(step => step.Targets[0].Buffer));
    }

    /// <summary>The order of the dims, another reader, a computation.</summary>
    [Fact]
    public void What_is_no_copy_stays()
    {
        var other = new TensorBuffer("other", DType.Float32, [3, 5], BufferKind.Output);
        Assert.Equal(3, Program(Steps.Map(output, i => sums.At(i)), Steps.Map(other, i => sums.At(i) + sums.At(i))).Steps.Count);
        Assert.Equal(2, Program(Steps.Map(output, i => sums.At(i) + Expr.Const(DType.Float32, 1L))).Steps.Count);
        var turned = new TensorBuffer("turned", DType.Float32, [5, 3], BufferKind.Output);
        Assert.Equal(2, Program(Steps.Map(turned, i => sums.At(i[1], i[0]))).Steps.Count);
    }

    private TensorProgram Program(params ReadOnlySpan<Step> maps)
    {
        var program = new TensorProgram();
        var axes = Steps.AxesOf(input);
        program.Steps.Add(new ScanStep(
            [Target.Whole(sums, axes)], [axes[0]], axes[1], [new(Combiner.Sum, input.At(axes))], [new AccumulatorExpr(0, DType.Float32)]));
        program.Steps.AddRange(maps);
        WriteOutputs.Run(program);
        return program;
    }
}
