using System.Text.RegularExpressions;
using Sconce.Tests.Frontends;

namespace Sconce.Tests;

/// <summary>The compiler's folders know each other one way only.</summary>
public sealed partial class ImportTests
{
    /// <summary>
    /// What each folder may know, from the bottom up. docs/architecture.md shows this table; the files beside the folders (Compilation, Pipeline) stand above all of them.
    /// </summary>
    private static readonly (string Folder, string[] Knows)[] allowed =
    [
        ("Diagnostics", []),
        ("Wasm", []),
        ("Types", ["Diagnostics"]),
        ("Graphs", ["Types"]),
        ("Tensors", ["Diagnostics", "Types"]),
        ("Aliases", ["Diagnostics", "Types", "Graphs"]),
        ("Frontends", ["Diagnostics", "Types", "Graphs", "Aliases"]),
        ("Operators", ["Diagnostics", "Types", "Graphs", "Tensors"]),
        ("Evaluation", ["Diagnostics", "Types", "Tensors"]),
        ("Kernels", ["Wasm", "Types", "Tensors"]),
        ("Passes", ["Diagnostics", "Types", "Graphs", "Aliases", "Tensors", "Evaluation", "Kernels"]),
        ("Artifact", ["Diagnostics", "Wasm", "Types", "Tensors", "Kernels"]),
    ];

    /// <summary>The folders within a folder, from the bottom up: each may know those before it. Files that lie beside them stand above all of them.</summary>
    private static readonly (string Folder, string[] Inner)[] layers =
    [
        ("Wasm", ["Format", "Opcodes", "Expressions", "Functions", "Modules"]),
        ("Tensors", ["Text"]),
        ("Frontends", ["Zip", "Pickle", "Pt2", "TorchScript"]),
        ("Operators", ["Schema", "Families"]),
        ("Kernels", ["Mathematics", "Expressions", "Loops", "Matrices", "Contraction", "Convolution", "Attention", "Fourier", "Scattering"]),
        ("Passes", ["Functionalisation", "Compression", "Integers"]),
    ];

    private static string Compiler => Path.Combine(ModelFiles.Repository, "src", "Sconce.Compiler");

    [Fact]
    public void Each_folder_knows_only_those_below_it()
    {
        Assert.Equal(
            Directory.GetDirectories(Compiler).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj")).Order(StringComparer.Ordinal),
            allowed.Select(entry => entry.Folder).Order(StringComparer.Ordinal));
        var folders = allowed.Select(entry => entry.Folder).ToHashSet();
        var strays = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (place, (folder, knows)) in allowed.Index())
        {
            // The table itself has no cycle.
            Assert.Empty(knows.Except(allowed.Take(place).Select(entry => entry.Folder)));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Compiler, folder), "*.cs", SearchOption.AllDirectories))
            {
                // A folder is named by a using, or in front of a name.
                var code = Comments().Replace(File.ReadAllText(file), "");
                foreach (var name in Names().Matches(code).Select(match => match.Groups[1].Value).Where(name => folders.Contains(name) && name != folder && !knows.Contains(name)))
                {
                    strays.Add($"{folder}/{Path.GetFileName(file)} knows {name}");
                }
            }
        }

        Assert.Empty(strays);
    }

    [Fact]
    public void Inner_folders_know_only_those_before_them()
    {
        foreach (var folder in allowed.Select(entry => Path.Combine(Compiler, entry.Folder)))
        {
            var inner = layers.SingleOrDefault(entry => entry.Folder == Path.GetFileName(folder)).Inner ?? [];
            Assert.Equal(Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal), inner.Order(StringComparer.Ordinal));
            var files = inner.Index().SelectMany(layer => Directory.EnumerateFiles(Path.Combine(folder, layer.Item), "*.cs", SearchOption.AllDirectories)
                .Select(file => (Layer: layer.Index, Name: $"{layer.Item}/{Path.GetFileName(file)}", Code: Texts().Replace(Comments().Replace(File.ReadAllText(file), ""), "")))).ToList();

            // A file knows another by the types that it names. What several folders declare may be one's own.
            var declared = files.SelectMany(file => Types().Matches(file.Code).Select(match => (Name: match.Groups[1].Value, file.Layer))).ToLookup(type => type.Name, type => type.Layer);
            Assert.Empty(files.SelectMany(file => Mentions().Matches(file.Code).Select(match => match.Value).Distinct()
                .Where(name => declared.Contains(name) && declared[name].All(layer => layer > file.Layer)).Select(name => $"{file.Name} knows {name}")));
        }
    }

    [Fact]
    public void The_architecture_page_shows_the_same_table()
    {
        var page = File.ReadAllText(Path.Combine(ModelFiles.Repository, "docs", "architecture.md")).ReplaceLineEndings("\n");
        Assert.Contains(string.Concat(allowed.Select(entry => $"| {entry.Folder} | {string.Join(", ", entry.Knows)} |\n")), page, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?:\bSconce\.Compiler\.|(?<=[\s(<,\[]))(\w+)(?=\.[A-Z]|;)")]
    private static partial Regex Names();

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();

    [GeneratedRegex("""
        "(?:[^"\\\n]|\\.)*"
        """)]
    private static partial Regex Texts();

    [GeneratedRegex(@"^(?:public|internal|file)[\w ]*? (?:class|struct|record|enum|interface) (?!struct\b|class\b)(\w+)", RegexOptions.Multiline)]
    private static partial Regex Types();

    /// <summary>A name that is not a member's: neither behind a dot nor in front of what declares one or gives it a value.</summary>
    [GeneratedRegex(@"(?<![.\w])[A-Z]\w*\b(?!\s*(?:,?\s*$|=[^=>]|=>\s|\{\s*get))", RegexOptions.Multiline)]
    private static partial Regex Mentions();
}
