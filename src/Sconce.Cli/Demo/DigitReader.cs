using System.Collections.Immutable;
using Sconce.Cli.Node;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Demo;

/// <summary>What the model says of a digit.</summary>
internal sealed record Reading(Digit Digit, int Guess, double Confidence, double Milliseconds)
{
    public bool IsRight => Guess == Digit.Label;
}

/// <summary>Reads digits with the compiled model, in Node.</summary>
internal static class DigitReader
{
    private const string Input = "image", Output = "probabilities";

    /// <summary>Runs before the clock counts, so that the engine has made its fast code: a page is as warm after a few strokes.</summary>
    private const int WarmUp = 20;

    public static async Task<ImmutableArray<Reading>> ReadAsync(
        string artifact, IReadOnlyList<Digit> digits, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var host = NodeHost.Start(timeout);
        await using var model = await host.LoadAsync(artifact, threads: 1, relaxed: true, cancellation);
        var readings = ImmutableArray.CreateBuilder<Reading>();
        foreach (var digit in digits)
        {
            var inputs = new Dictionary<string, TensorData> { [Input] = digit.Image };
            var run = await model.RunAsync(inputs, method: null, readings.Count == 0 ? WarmUp : 1, seed: null, cancellation);
            var probabilities = Numbers.ToDoubles(run.Outputs.GetValueOrDefault(Output)
                ?? throw SconceException.Expected($"an output '{Output}'", string.Join(", ", run.Outputs.Keys)));
            var guess = Array.IndexOf(probabilities, probabilities.Max());
            readings.Add(new Reading(digit, guess, probabilities[guess], run.Milliseconds[^1]));
        }

        return readings.ToImmutable();
    }
}
