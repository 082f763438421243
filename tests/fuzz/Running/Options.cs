using System.Globalization;

namespace Sconce.Fuzz.Running;

/// <summary>What the fuzzer is asked for.</summary>
/// <param name="Seconds">For all targets together.</param>
/// <param name="Seed">Every case follows from it and its number.</param>
/// <param name="Only">The targets to run; all where empty.</param>
/// <param name="Replay">Files to try, and nothing else.</param>
/// <param name="Worker">The target that this process tries cases of, for the one that watches it.</param>
/// <param name="First">The first case's number.</param>
/// <param name="Last">The number after the last case's, of each target: with it a run is the same however fast the machine is.</param>
/// <param name="Export">A folder to write good artifacts to, and nothing else.</param>
internal sealed record Options(double Seconds, int Seed, string[] Only, string[] Replay, string? Worker, int First, int Last, string? Export)
{
    public static Options Parse(string[] arguments)
    {
        var options = new Options(30, 1, [], [], null, 0, int.MaxValue, null);
        for (var i = 0; i < arguments.Length; i++)
        {
            string Next() => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value");
            double Number() => double.Parse(Next(), CultureInfo.InvariantCulture);
            options = arguments[i] switch
            {
                "--seconds" => options with { Seconds = Number() },
                "--seed" => options with { Seed = (int)Number() },
                "--only" => options with { Only = [.. options.Only, Next()] },
                "--worker" => options with { Worker = Next() },
                "--first" => options with { First = (int)Number() },
                "--last" => options with { Last = (int)Number() },
                "--export" => options with { Export = Next() },
                "--replay" => options with { Replay = arguments[++i..] },
                _ when options.Replay.Length > 0 => options,
                var other => throw new ArgumentException($"unknown option {other}"),
            };
        }

        return options;
    }
}
