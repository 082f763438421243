using Sconce.Cli.Artifacts;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>The inputs that a model was exported with.</summary>
internal static class SampleInputs
{
    /// <summary>One for each of the artifact's inputs, in their order; null where the file keeps none, or others than the artifact takes.</summary>
    public static IReadOnlyDictionary<string, TensorData>? Read(ModelBytes file, string name, string? model, ManifestView manifest)
    {
        var kept = Frontend.ReadSampleInputs(file, name, model);
        if (kept is null || !manifest.Inputs.All(port => kept.TryGetValue(port.Name, out var tensor) && tensor.Type == port.Type && tensor.Shape.Length == port.Shape.Length))
        {
            return null;
        }

        var inputs = new OrderedDictionary<string, TensorData>();
        foreach (var port in manifest.Inputs)
        {
            inputs.Add(port.Name, kept[port.Name]);
        }

        return inputs;
    }
}
