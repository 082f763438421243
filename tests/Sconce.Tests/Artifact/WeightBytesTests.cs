using Sconce.Compiler;
using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Artifact;

/// <summary>How many bytes of weights are in the file: as wide as they were in the model, and once, whoever reads them. Panels are padded to whole ones.</summary>
public sealed class WeightBytesTests
{
    [Theory]
    [InlineData("half-mlp-float16", ((40 * 24) + 33 + (12 * 33) + 9) * 2)]
    [InlineData("half-mlp-bfloat16", ((40 * 24) + 33 + (12 * 33) + 9) * 2)]
    [InlineData("half-recurrent-float16", ((56 * 9) + (56 * 13) + 52 + 52) * 2)]
    [InlineData("half-edges-finite", 12 * 10 * 2)]
    [InlineData("half-edges-nan", 12 * 10 * 2)]
    [InlineData("tied-float32", ((104 * 24) + (24 * 24) + 24) * 4)]
    [InlineData("tied-float16", ((104 * 24) + (24 * 24) + 24) * 2)]
    [InlineData("tied-bfloat16", ((104 * 24) + (24 * 24) + 24) * 2)]
    [InlineData("tied-shared", ((24 * 24) + 24) * 4)]
    public void Are_those_of_the_model(string name, int bytes) => Assert.Equal(bytes, BytesOf(name));

    [Theory]
    [InlineData("tied-float32", (104 * 24) + (104 * 4) + (((24 * 24) + 24) * 4))]
    public void An_embedding_of_integers_that_is_an_output_layer_too_is_there_once(string name, int bytes) => Assert.Equal(bytes, BytesOf(name, WeightFormat.Int8));

    private static int BytesOf(string name, WeightFormat weights = WeightFormat.AsIs)
    {
        var compilation = Compilation.Compile(File.ReadAllBytes(Path.Combine(ModelFiles.Operators, name + ".pt2")), name, new CompileOptions { Weights = weights });
        compilation.WriteTo(Stream.Null);
        return compilation.Module.Data.Where(segment => segment.Offset >= NumberTable.End).Sum(segment => segment.Bytes.Length);
    }

    [Fact]
    public void Stay_16_bits_in_every_form_that_a_kernel_reads()
    {
        var compilation = Compilation.Compile(File.ReadAllBytes(Path.Combine(ModelFiles.Operators, "half-weights-bfloat16.pt2")), "half-weights-bfloat16");
        var constants = compilation.Program.Steps.SelectMany(step => step.BuffersRead).Where(buffer => buffer.Kind == Compiler.Tensors.BufferKind.Constant);
        Assert.All(constants, constant => Assert.Equal(Compiler.Types.DType.BFloat16, constant.Type));
    }
}
