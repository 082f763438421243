using System.CommandLine;

namespace Sconce.Cli.Terminal;

/// <summary>What a word of the command line that nothing knows was meant to be.</summary>
internal static class Misspelling
{
    /// <summary>" (did you mean 'compile'?)", where a command or an option is a few letters away, else nothing.</summary>
    public static string Suggestion(string given, Command command)
    {
        var known = command.Subcommands.Select(sub => sub.Name).Concat(command.Options.Where(option => !option.Hidden).Select(option => option.Name));
        var (name, distance) = known.Select(name => (name, Distance(given, name))).MinBy(pair => pair.Item2);
        return name is not null && distance <= Math.Max(1, name.TrimStart('-').Length / 3) ? $" (did you mean '{name}'?)" : "";
    }

    /// <summary>How many letters have to be put in, taken out, changed, or swapped with their neighbour.</summary>
    private static int Distance(string given, string wanted)
    {
        var distances = new int[given.Length + 1, wanted.Length + 1];
        for (var i = 0; i <= given.Length; i++)
        {
            for (var j = 0; j <= wanted.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                var change = distances[i - 1, j - 1] + (given[i - 1] == wanted[j - 1] ? 0 : 1);
                var swap = i > 1 && j > 1 && given[i - 1] == wanted[j - 2] && given[i - 2] == wanted[j - 1] ? distances[i - 2, j - 2] + 1 : int.MaxValue;
                distances[i, j] = Math.Min(Math.Min(change, swap), Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1);
            }
        }

        return distances[given.Length, wanted.Length];
    }
}
