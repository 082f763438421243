using System.Globalization;
using System.Text.RegularExpressions;
using Sconce.Tests.Frontends;

namespace Sconce.Tests;

/// <summary>Lines of C# are as long as .editorconfig says at the most.</summary>
public sealed partial class LineLengthTests
{
    [Fact]
    public void No_line_is_longer_than_the_editor_is_told()
    {
        var most = int.Parse(Limit().Match(File.ReadAllText(Path.Combine(ModelFiles.Repository, ".editorconfig"))).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var folders = new[] { "src", "tests", "bench" }.Select(folder => Path.Combine(ModelFiles.Repository, folder));
        Assert.Empty(folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !Made().IsMatch(file))
            .SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > most && !LongText().IsMatch(line.Item))
                .Select(line => $"{Path.GetRelativePath(ModelFiles.Repository, file)}:{line.Index + 1} has {line.Item.Length} characters")));
    }

    [GeneratedRegex(@"^max_line_length = (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Limit();

    /// <summary>What the build or a package manager puts there.</summary>
    [GeneratedRegex(@"[/\\](?:bin|obj|node_modules)[/\\]")]
    private static partial Regex Made();

    /// <summary>A text that a line cannot be broken in: a schema, a message.</summary>
    [GeneratedRegex("\"[^\"]{60,}\"")]
    private static partial Regex LongText();
}
