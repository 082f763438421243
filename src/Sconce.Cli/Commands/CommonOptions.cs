using System.CommandLine;

namespace Sconce.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    private const int MostThreads = 256;
    private const double UsualTimeout = 300;

    public static Option<int?> Threads(string description)
    {
        var option = new Option<int?>("--threads") { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int?>() is not { } count || count is >= 1 and <= MostThreads)
            {
                return;
            }

            result.AddError($"--threads: expected a number from 1 to {MostThreads}, but got {count}");
        });
        return option;
    }

    public static Option<bool> NoRelaxed() => new("--no-relaxed")
    {
        Description = "Run the code without relaxed SIMD, even where the engine has it.",
    };

    public static Option<double> Timeout() => new("--timeout")
    {
        Description = "Seconds that Node may take for loading a model or for a run.",
        DefaultValueFactory = _ => UsualTimeout,
    };
}
