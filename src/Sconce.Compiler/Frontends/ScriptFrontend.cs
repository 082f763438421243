using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Interpretation;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads TorchScript: what <c>torch.jit.save</c> writes.</summary>
internal static class ScriptFrontend
{
    private const string Method = "forward";

    public static Graph Read(ScriptArchive archive, FrontendOptions options)
    {
        var typer = options.Typer ?? throw new ArgumentException("TorchScript records no types, and nothing is given that finds them.");
        try
        {
            var inputs = options.Inputs.IsEmpty && archive.TracedInputs.TryGetValue(Method, out var traced) ? [.. Traced(traced)] : options.Inputs;
            return Budget.InSixtyFourBits(() => ScriptModel.Read(archive, Method, inputs, typer));
        }
        catch (SconceException error)
        {
            throw error.At(new Where(archive.FileName));
        }
    }

    /// <summary>The inputs that a model was traced with, by place: as far as they are tensors.</summary>
    private static IEnumerable<InputSpec> Traced(IEnumerable<ScriptValue> values) =>
        values.SelectMany(Leaves).Index().Select(leaf => new InputSpec($"in{leaf.Index}", leaf.Item.Type, [.. leaf.Item.Shape.Select(size => (Dim)size)]));

    private static IEnumerable<ScriptValue.Tensor> Leaves(ScriptValue value) => value switch
    {
        ScriptValue.Tensor tensor => [tensor],
        ScriptValue.Tuple tuple => tuple.Items.SelectMany(Leaves),
        ScriptValue.List list => list.Items.SelectMany(Leaves),
        ScriptValue.Dict dict => dict.Items.SelectMany(item => Leaves(item.Value)),
        _ => [],
    };
}
