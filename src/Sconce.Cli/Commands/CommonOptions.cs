using System.CommandLine;
using System.Globalization;

namespace Sconce.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    private const int MostThreads = 256;
    private const double UsualTimeout = 300;

    public static Option<int?> Threads(string description) => Count("--threads", MostThreads, description);

    /// <summary>An option that takes a number from 1 up.</summary>
    public static Option<int?> Count(string name, int most, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most)
            {
                return count;
            }

            result.AddError($"{name}: expected a number from 1 to {most}, but got '{result.Tokens[0].Value}'");
            return null;
        },
    };

    public static Option<int?> Port() => Count("--port", most: 65535, "The page's port; where not given, one that is free.");

    public static Option<bool> NoRelaxed() => new("--no-relaxed")
    {
        Description = "Run the code without relaxed SIMD, even where the engine has it.",
    };

    /// <summary>What random numbers are made from.</summary>
    public static Option<long?> Seed(string description) => new("--seed") { Description = description, HelpName = "NUMBER" };

    public static Option<double> Timeout() => new("--timeout")
    {
        Description = "Seconds that Node may take for loading a model or for a run.",
        DefaultValueFactory = _ => UsualTimeout,
    };
}
