using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// How far the layers of a model with weights in fewer bits are from the float model's, both by the reference evaluator:
/// on the inputs that the file keeps, those of the .npz beside it, and random ones.
/// </summary>
/// <param name="Layers">The 2-norm of the difference by that of the float layer's results, for each weight that is narrower: of what reads it, with all that came before narrower too.</param>
/// <param name="Outputs">The same of the model's outputs.</param>
/// <param name="Calls">On how many inputs.</param>
/// <param name="Note">What these were, and what was left out.</param>
internal sealed record LayerErrors(IReadOnlyDictionary<string, double> Layers, IReadOnlyList<(string Name, double Error)> Outputs, int Calls, string Note)
{
    public static LayerErrors Measure(string model, CompileOptions options, ManifestView manifest, IReadOnlyList<CompressedWeight> weights, int samples)
    {
        using var file = InputFile.Open(model, ModelFile.Kinds);
        var (bytes, name, complete) = (ModelBytes.Of(file), Path.GetFileName(model), InputShapes.Complete(model, options));
        var whole = ReferenceRun.Read(bytes, name, complete with { Weights = WeightFormat.AsIs });
        var narrow = ReferenceRun.Read(bytes, name, complete);
        var beside = CaseFiles.StemOf(model) + ".npz";
        var cases = ReferenceCases.Make(
            whole, manifest, SampleInputs.Read(bytes, name, options.Model, manifest), File.Exists(beside) ? [CaseReader.Single(beside, InputFile.ReadNpz(beside))] : [], samples);
        var probes = weights.Where(weight => weight.Kept is null).SelectMany(weight => whole.Readers[weight.Name].Select(probe => (Weight: weight.Name, Probe: probe))).ToList();
        var (layers, outputs, calls) = (probes.Select(_ => new Distance()).ToList(), manifest.Outputs.Select(_ => new Distance()).ToList(), 0);
        foreach (var call in cases.Cases.SelectMany(one => one.Calls).Where(call => !call.Raised))
        {
            var (expected, actual) = (Evaluate(whole, call.Inputs), Evaluate(narrow, call.Inputs));
            foreach (var ((_, probe), distance) in probes.Zip(layers))
            {
                distance.Add(expected.Probes[probe.Value.Name], actual.Probes[probe.Value.Name]);
            }

            foreach (var (number, distance) in outputs.Index())
            {
                distance.Add(expected.Outputs[number], actual.Outputs[number]);
            }

            calls++;
        }

        return new(
            probes.Zip(layers).GroupBy(pair => pair.First.Weight).ToDictionary(group => group.Key, group => group.Max(pair => pair.Second.Relative)),
            [.. manifest.Outputs.Zip(outputs, (port, distance) => (port.Name, distance.Relative))], calls, cases.Note);
    }

    private static (IReadOnlyList<TensorData> Outputs, Dictionary<string, TensorData> Probes) Evaluate(ReferenceRun run, IReadOnlyList<TensorData> inputs)
    {
        run.Reset();
        var (outputs, probes) = run.Run(inputs, seed: 0);
        return (outputs, run.Probes.Zip(probes).ToDictionary(pair => pair.First.Value.Name, pair => pair.Second));
    }

    private sealed class Distance
    {
        private double squares, differences;

        public double Relative => differences == 0 ? 0 : Math.Sqrt(differences / squares);

        public void Add(TensorData expected, TensorData actual)
        {
            foreach (var (one, other) in Numbers.ToDoubles(expected).Zip(Numbers.ToDoubles(actual)))
            {
                // What is infinite in both, as scores that a mask hides are, is no error.
                if (double.IsFinite(one) || double.IsFinite(other))
                {
                    squares += one * one;
                    differences += (one - other) * (one - other);
                }
            }
        }
    }
}
