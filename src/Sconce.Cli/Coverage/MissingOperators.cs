using System.IO.Enumeration;
using Sconce.Compiler.Operators;

namespace Sconce.Cli.Coverage;

/// <summary>An operator of PyTorch that is not in the table; null where nobody has said why.</summary>
internal sealed record MissingOperator(string Name, bool Core, string? Reason);

/// <summary>What the operator table lacks of PyTorch's own list (pytorch.txt, made by PyTorch), each with its reason (missing.txt).</summary>
internal static class MissingOperators
{
    private const string Core = " core";

    /// <summary>PyTorch's operators by their full names, and whether they are of Core ATen.</summary>
    public static IReadOnlyList<(string Name, bool Core)> PyTorch { get; } =
        [.. Lines("pytorch.txt").Select(line => (line.Replace(Core, "", StringComparison.Ordinal), line.EndsWith(Core, StringComparison.Ordinal)))];

    /// <summary>Reasons in order, each with its patterns of names.</summary>
    public static IReadOnlyList<(string Reason, IReadOnlyList<string> Patterns)> Reasons { get; } = [.. ReadReasons()];

    public static IReadOnlyList<MissingOperator> All { get; } = [.. Missing()];

    public static bool Fits(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name.StartsWith("aten::", StringComparison.Ordinal) ? name["aten::".Length..] : name, ignoreCase: false);

    private static IEnumerable<MissingOperator> Missing()
    {
        var known = OperatorTable.All.Select(op => op.FullName).ToHashSet();
        return PyTorch.Where(op => !known.Contains(op.Name) && !known.Contains(op.Name.TrimEnd('_')))
            .Select(op => new MissingOperator(op.Name, op.Core, Reasons.FirstOrDefault(reason => reason.Patterns.Any(pattern => Fits(pattern, op.Name))).Reason));
    }

    private static IEnumerable<(string, IReadOnlyList<string>)> ReadReasons()
    {
        (string Reason, List<string> Patterns)? open = null;
        foreach (var line in Lines("missing.txt"))
        {
            if (line.StartsWith(' '))
            {
                open!.Value.Patterns.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                continue;
            }

            if (open is { } done)
            {
                yield return done;
            }

            open = (line, []);
        }

        yield return open!.Value;
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var stream = typeof(MissingOperators).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }
}
