using Sconce.Compiler;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Tensors.Text;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Tensors;

/// <summary>Programs as text: what is printed is read back, and prints the same.</summary>
public sealed class ProgramTextTests
{
    /// <summary>One of so many cases; all of them with SCONCE_ALL_TEXTS set.</summary>
    private const int Some = 5;

    public static TheoryData<string> Cases =>
    [
        .. Directory.GetFiles(ModelFiles.Operators, "*.pt2").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
            .Where((name, place) => place % Some == 0 || name.StartsWith("random-", StringComparison.Ordinal) || Environment.GetEnvironmentVariable("SCONCE_ALL_TEXTS") is not null),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_model_s_program_reads_back_as_it_was_printed(string name)
    {
        var file = Path.Combine(ModelFiles.Operators, name + ".pt2");
        var graph = Frontend.Read(File.ReadAllBytes(file), name);
        Pipeline.Run(graph, verify: true);
        TensorProgram program;
        try
        {
            program = GraphLowering.Lower(graph).Program;
        }
        catch (Sconce.Compiler.Diagnostics.SconceException)
        {
            // What is not supported yet has no program: tests/models/later.txt.
            return;
        }

        ReadsBack(program, "lowering");
        Pipeline.Run(program, verify: true);
        ReadsBack(program, "all passes");
    }

    private static void ReadsBack(TensorProgram program, string after)
    {
        var text = ProgramPrinter.Print(program);
        var read = ProgramParser.Parse(text);
        Assert.Equal(program.States.FindIndex(state => state.Buffer == program.Seed), read.States.FindIndex(state => state.Buffer == read.Seed));
        var again = ProgramPrinter.Print(read);
        var (lines, others) = (text.Split('\n'), again.Split('\n'));
        var place = Enumerable.Range(0, Math.Max(lines.Length, others.Length)).FirstOrDefault(i => lines.ElementAtOrDefault(i) != others.ElementAtOrDefault(i), -1);
        Assert.True(place < 0, $"After {after}, line {place + 1}:\n{lines.ElementAtOrDefault(place)}\nis read back as\n{others.ElementAtOrDefault(place)}");
    }

    [Theory]
    [InlineData("program map", "line 1: ")]
    [InlineData("program\ninput x: float32[3]\nmap\n  result over i < 3 -> y[i] = x[i]", "line 4: no buffer is called y")]
    [InlineData("program\ninput x: float99[3]", "line 2: expected a dtype")]
    [InlineData("program\ninput x: float32[3]\ntemporary y: float32[3]\nmap\n  result over i < 3 -> y[i] = frob(x[i])", "line 5: nothing is called frob with 1 operands")]
    [InlineData("program\ntemporary y: float32[3]\nmap\n  result over i < 3 -> y[j] = 1:float32", "line 4: no symbol or axis is called j")]
    [InlineData("program\nfrobnicate", "'frobnicate' is no kind of step: expected map, reduce")]
    public void A_mistake_is_told_with_its_line(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ProgramParser.Parse(text)).Message, StringComparison.Ordinal);
}
