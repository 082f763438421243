using Sconce.Compiler;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors.Text;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Passes;

/// <summary>
/// What each pass does, as files beside this one: a program, the passes that run, and the program that they make of it. With SCONCE_WRITE_TEXTS set
/// the expectations are written anew; look at what changed before you believe it.
/// </summary>
public sealed class PassTextTests
{
    private const string Separator = "\n--- ";

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder(), "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    private static string Folder() => Path.Combine(ModelFiles.Operators, "..", "..", "Sconce.Tests", "Passes", "Texts");

    [Theory]
    [MemberData(nameof(Files))]
    public void A_program_becomes_what_the_file_says(string name)
    {
        var file = Path.Combine(Folder(), name + ".txt");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        var end = text.IndexOf('\n', at + 1);
        var (before, passes, expected) = (text[..(at + 1)], text[(at + Separator.Length)..end], text[(end + 1)..]);
        var program = ProgramParser.Parse(before);
        ProgramVerifier.Verify(program, "reading");
        foreach (var pass in passes.Split(", "))
        {
            Pipeline.ProgramPasses.First(known => known.Name == pass).Run(program);
            ProgramVerifier.Verify(program, pass, ProgramRules.All.Where(rule => rule.After == pass));
        }

        var made = ProgramPrinter.Print(program);
        if (Environment.GetEnvironmentVariable("SCONCE_WRITE_TEXTS") is not null)
        {
            File.WriteAllText(file, text[..(end + 1)] + made);
            return;
        }

        Assert.Equal(expected, made);
    }

    [Fact]
    public void Each_pass_has_a_file()
    {
        var shown = Files.Select(row => row.Data).SelectMany(name => File.ReadLines(Path.Combine(Folder(), name + ".txt")))
            .Where(line => line.StartsWith("--- ", StringComparison.Ordinal)).SelectMany(line => line[4..].Split(", ")).ToHashSet();
        Assert.Empty(Pipeline.ProgramPasses.Select(pass => pass.Name).Except(shown));
    }
}
