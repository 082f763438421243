using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Tensors;

namespace Sconce.Tests.Frontends;

/// <summary>A method of a .pt2: the same program for sizes that it leaves open. That its numbers are PyTorch's, the tests of examples/story tell.</summary>
public sealed class ProgramForSizesTests
{
    private static Compilation Compile(string path, params string[] inputs)
    {
        using var file = File.OpenRead(path);
        return Compilation.Compile(ModelBytes.Of(file), Path.GetFileName(path), new CompileOptions { Methods = ["step"], Inputs = InputSpecParser.Parse(inputs) });
    }

    private static string Operator(string name) => Path.Combine(ModelFiles.Operators, $"{name}.pt2");

    [Fact]
    public void Kernels_are_those_of_the_sizes_and_weights_are_there_once()
    {
        var story = Path.Combine(ModelFiles.Repository, "examples", "story", "story.pt2");
        var compiled = Compile(story, "step.tokens=1");
        Assert.Equal(["forward", "step"], compiled.Methods.Select(method => method.Name));
        Assert.All(Attention(0), choice => Assert.Null(choice.KeyStep));
        Assert.All(Attention(1), choice => Assert.NotNull(choice.KeyStep));
        Assert.Equal(
            compiled.Methods[0].Program.States.Select(state => state.Name).Order(StringComparer.Ordinal), compiled.Methods[1].Program.States.Select(state => state.Name).Order(StringComparer.Ordinal));
        using var file = new MemoryStream();
        compiled.WriteTo(file);
        Assert.True(file.Length < 1.2 * new FileInfo(story).Length, $"{file.Length} bytes");

        List<KernelChoice.Attention> Attention(int method)
        {
            var choices = compiled.Methods[method].Program.Steps.OfType<AttentionStep>().Select(step => (KernelChoice.Attention)step.Kernel!).ToList();
            Assert.NotEmpty(choices);
            return choices;
        }
    }

    [Theory]
    [InlineData("multiple-dynamic", 1, "step.x=12x3")]
    [InlineData("derived-dynamic", 2, "step.y=2x6")]
    [InlineData("linear-dynamic", 1, "step.input=Nx13")]
    public void A_size_may_be_worked_out_of_what_is_left_open(string name, int inputs, params string[] sizes)
    {
        var method = Compile(Operator(name), sizes).Methods[1];
        Assert.Equal(inputs, method.Program.Inputs.Count);
        Assert.Equal(sizes[0].Contains('N', StringComparison.Ordinal) ? 1 : 0, method.Graph.Symbols.Count);
    }

    [Theory]
    [InlineData("linear-dynamic", "none is given")]
    [InlineData("linear-dynamic", "x", "forward.input=3x13")]
    [InlineData("linear-dynamic", "an input of the model that is a tensor (input), but got 'x'", "step.x=3x13")]
    [InlineData("linear-dynamic", "expected 2 sizes of 'input', but got 1", "step.input=3")]
    [InlineData("linear-dynamic", "expected 13 as a size of 'input', as the model has it, but got 14", "step.input=3x14")]
    [InlineData("linear-dynamic", "expected a size that the model was exported for (0 to 16), but got 17", "step.input=17x13")]
    [InlineData("derived-dynamic", "expected 9 as a size of 'y', as the model has it, but got 6", "step.x=2x8", "step.y=2x6")]
    [InlineData("derived-dynamic", "PyTorch assumed it when it exported the model", "step.x=2x1")]
    [InlineData("multiple-dynamic", "expected 12 as a size of 'x', as the model has it, but got 14", "step.x=14x3")]
    public void What_the_model_does_not_leave_open_is_refused(string name, string said, params string[] inputs) =>
        Assert.Contains(said, Assert.Throws<SconceException>(() => Compile(Operator(name), inputs)).Message, StringComparison.Ordinal);
}
