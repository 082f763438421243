using Sconce.Cli.Files;

namespace Sconce.Cli.Verification;

/// <summary>
/// Models that are known not to be right yet, by their names: refused, or with the word <c>wrong</c> behind the name those that give wrong numbers or fail in the run. What follows a '#' says why.
/// </summary>
internal sealed class KnownGaps(IEnumerable<(string Name, bool IsWrong)> gaps)
{
    private readonly Dictionary<string, bool> gaps = gaps.ToDictionary(gap => gap.Name, gap => gap.IsWrong);

    public static KnownGaps Read(string? path)
    {
        if (path is null)
        {
            return new([]);
        }

        using var reader = new StreamReader(InputFile.Open(path, "a list of models"));
        return new(reader.ReadToEnd().Split('\n').Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 0)
            .Select(words => (words[0], words is [_, "wrong", ..])).Distinct());
    }

    public bool Contains(VerifyLine line) => gaps.ContainsKey(line.Name);

    /// <summary>Whether it is known that it comes out so: wrong numbers are none of a model that is to be refused.</summary>
    public bool Explains(VerifyLine line) => gaps.TryGetValue(line.Name, out var isWrong)
        && (isWrong ? line.Status is VerifyStatus.Failed or VerifyStatus.Error : line.Status == VerifyStatus.Unsupported);
}
