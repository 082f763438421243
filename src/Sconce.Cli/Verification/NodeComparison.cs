using System.Globalization;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// What the reference evaluator computes at each node of a model whose numbers are wrong, to lay beside what an artifact gives that was compiled once more
/// with <see cref="CompileOptions.WithProbes"/>.
/// </summary>
internal sealed class NodeComparison
{
    /// <summary>The evaluator takes about a minute for so many; larger models are left unexplained.</summary>
    public const long MostMultiplyAdds = 1_000_000_000;

    /// <summary>What is said of those.</summary>
    public const string TooLarge = "the model is too large to compare its nodes one by one with the reference evaluator";

    /// <summary>
    /// Two results of equal precision, rounded in different places, are about twice as far apart as each is from the unrounded one; how far that is, is
    /// known from one sample. Six layers of a transformer in float16 and bfloat16: 0.9 to 2.2.
    /// </summary>
    private const double MostRounding = 4;

    private readonly ReferenceRun reference;
    private readonly IReadOnlyList<Call> calls;
    private readonly Tolerance tolerance;
    private readonly IReadOnlyList<TensorData> expected, outputs, unroundedOutputs;
    private readonly Dictionary<string, TensorData> unrounded;

    private NodeComparison(
        ReferenceRun reference, ModelBytes bytes, string name, CompileOptions compile, IReadOnlyList<Call> calls, IReadOnlyList<DType> types, Tolerance tolerance, long seed,
        SumProducts? sum)
    {
        (this.reference, this.calls) = (reference, calls);
        this.tolerance = reference.Half is { } half ? tolerance.For(half) : tolerance;
        (expected, outputs) = Evaluate(reference, types, seed);
        var widened = reference.Half is not null ? ReferenceRun.Read(bytes, name, compile, widened: true, sum) : reference;
        (var probes, unroundedOutputs) = reference.Half is null ? (expected, outputs) : Evaluate(widened, [.. types.Select(type => type.IsHalf() ? DType.Float32 : type)], seed);
        unrounded = widened.Probes.Zip(probes).ToDictionary(pair => pair.First.Value.Name, pair => pair.Second);
    }

    /// <summary>The nodes' tensors, by the names that the probed artifact's outputs have, in the order in which they are computed.</summary>
    public IReadOnlyList<Probe> Probes => reference.Probes;

    /// <summary>Evaluates the calls; null where that would take too long.</summary>
    /// <param name="bytes">The model's file.</param>
    /// <param name="name">Its name.</param>
    /// <param name="compile">How it was compiled.</param>
    /// <param name="calls">From the last reset on, the last of which went wrong.</param>
    /// <param name="types">Of the artifact's inputs.</param>
    /// <param name="tolerance">How far numbers may be off.</param>
    /// <param name="seed">What random numbers are made from.</param>
    /// <param name="mostMultiplyAdds">More would take too long.</param>
    /// <param name="sum">What sums products, where that is not the evaluator itself.</param>
    public static NodeComparison? Of(
        ModelBytes bytes, string name, CompileOptions compile, IReadOnlyList<Call> calls, IReadOnlyList<DType> types, Tolerance tolerance, long seed,
        long mostMultiplyAdds = MostMultiplyAdds, SumProducts? sum = null)
    {
        var reference = ReferenceRun.Read(bytes, name, compile, sum: sum);
        return UsualSizes.AtLeast(reference.MultiplyAdds) > mostMultiplyAdds ? null : new(reference, bytes, name, compile, calls, types, tolerance, seed, sum);
    }

    /// <summary>What is to be said of the nodes.</summary>
    /// <param name="actual">What the artifact gives for a probe, where it does.</param>
    /// <param name="maxError">How far its outputs are off.</param>
    public string Explain(Func<Probe, TensorData?> actual, double maxError)
    {
        var noise = 0.0;
        for (var i = 0; i < Probes.Count; i++)
        {
            // The rounding of half precision adds up from node to node: a difference within what it makes is none. A conversion that
            // the wider graph does not need has as much of it as what it converts.
            var probe = Probes[i];
            noise = unrounded.TryGetValue(probe.Value.Name, out var exact) ? Rounding(expected[i], exact) : noise;
            if (actual(probe) is { } given
                && Comparison.Of(probe.Value.Name, expected[i], given, tolerance) is { Problem: { } problem } comparison
                && !(comparison.MaxError <= MostRounding * noise))
            {
                return $"the first node that differs from the reference evaluator: {probe.Node.FullName}\n  {problem}"
                    + (probe.Node.Source is { } source ? $"\n  at {source}" : "");
            }
        }

        var rounding = outputs.Zip(unroundedOutputs, Rounding).Max();
        if (reference.Half is not null && maxError <= MostRounding * rounding)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"no node differs from the reference evaluator: the model computes in half precision, and its rounding explains the difference, which is {maxError:G2} of the output's scale. "
                    + $"Without that rounding the evaluator's outputs change by {rounding:G2}. To allow for it: --atol {RoundedUp(maxError):G1}");
        }

        var compared = GivenOutputs.Of([.. outputs.Select(output => KeyValuePair.Create("", output))], calls[^1].Outputs.Length) ?? [];
        return calls[^1].Outputs.Zip(compared, (expected, actual) => (First: expected, Second: actual.Value)).All(pair => Comparison.Of("", pair.First, pair.Second, tolerance).IsRight)
            ? "no node differs from the reference evaluator when each gives its tensor out: the fault lies in how they are fused or placed in memory"
            : "no node differs from the reference evaluator, which is wrong as well: the fault lies in reading the model or in an operator's lowering";
    }

    /// <summary>How far half precision's rounding moves a tensor, as a part of its scale.</summary>
    private static double Rounding(TensorData rounded, TensorData unrounded) => Comparison.Of("", unrounded, rounded, new Tolerance()).MaxError;

    /// <summary>To one digit, upwards.</summary>
    private static double RoundedUp(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Math.Ceiling(value / unit) * unit;
    }

    private (IReadOnlyList<TensorData> Probes, IReadOnlyList<TensorData> Outputs) Evaluate(ReferenceRun run, IReadOnlyList<DType> types, long seed)
    {
        (IReadOnlyList<TensorData> Outputs, IReadOnlyList<TensorData> Probes) last = ([], []);
        foreach (var call in calls)
        {
            if (call.Reset)
            {
                run.Reset();
            }

            last = run.Run([.. call.Inputs.Select((input, i) => HalfPrecision.ForType(input, types[i]))], seed);
        }

        return (last.Probes, last.Outputs);
    }
}
