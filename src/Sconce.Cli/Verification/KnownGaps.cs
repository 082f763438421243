using Sconce.Cli.Files;

namespace Sconce.Cli.Verification;

/// <summary>Models that are known not to be right yet, by their names without folder and ending; what follows a '#' says why.</summary>
internal sealed class KnownGaps(IEnumerable<string> names)
{
    private readonly HashSet<string> names = [.. names];

    public static KnownGaps Read(string? path)
    {
        if (path is null)
        {
            return new([]);
        }

        using var reader = new StreamReader(InputFile.Open(path, "a list of models"));
        return new(reader.ReadToEnd().Split('\n').Select(line => line.Split('#')[0].Trim()).Where(name => name.Length > 0));
    }

    public bool Contains(VerifyLine line) => names.Contains(line.Name);
}
