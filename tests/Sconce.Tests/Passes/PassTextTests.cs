using Sconce.Compiler;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
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
        var (before, passes, expected) = Read(name);
        var program = ProgramParser.Parse(before);
        ProgramVerifier.Verify(program, "reading");
        foreach (var pass in passes)
        {
            Pipeline.ProgramPasses.First(known => known.Name == pass).Run(program);
            ProgramVerifier.Verify(program, pass, ProgramRules.All.Where(rule => rule.After == pass));
        }

        var made = ProgramPrinter.Print(program);
        if (Environment.GetEnvironmentVariable("SCONCE_WRITE_TEXTS") is not null)
        {
            File.WriteAllText(PathOf(name), $"{before}--- {string.Join(", ", passes)}\n{made}");
            return;
        }

        Assert.Equal(expected, made);
    }

    private static string PathOf(string name) => Path.Combine(Folder(), name + ".txt");

    private static (string Before, string[] Passes, string Expected) Read(string name)
    {
        var text = File.ReadAllText(PathOf(name)).ReplaceLineEndings("\n");
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        var end = text.IndexOf('\n', at + 1);
        return (text[..(at + 1)], text[(at + Separator.Length)..end].Split(", "), text[(end + 1)..]);
    }

    /// <summary>A rule that no program breaks would be none: the one that shows what its pass does breaks it, until the pass has run.</summary>
    [Fact]
    public void A_rule_is_broken_before_its_pass_and_holds_after_it()
    {
        foreach (var rule in ProgramRules.All)
        {
            var (before, _, expected) = Read(rule.After);
            Assert.NotEmpty(Broken(rule, before));
            Assert.Empty(Broken(rule, expected));
        }

        static IEnumerable<Step> Broken(ProgramRule rule, string text) => ProgramParser.Parse(text) is var program ? rule.Broken(program, new ProgramUses(program)) : [];
    }

    [Fact]
    public void Each_pass_has_a_file()
    {
        var shown = Files.Select(row => row.Data).SelectMany(name => File.ReadLines(PathOf(name)))
            .Where(line => line.StartsWith("--- ", StringComparison.Ordinal)).SelectMany(line => line[4..].Split(", ")).ToHashSet();
        Assert.Empty(Pipeline.ProgramPasses.Select(pass => pass.Name).Except(shown));
    }
}
