using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Interpretation;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads TorchScript: what <c>torch.jit.save</c> writes.</summary>
internal static class ScriptFrontend
{
    /// <summary>What a module does when it is called.</summary>
    public const string MainMethod = "forward";

    /// <summary>The main method first, then those that the options name.</summary>
    public static IReadOnlyList<(string Name, Graph Graph)> Read(ScriptArchive archive, FrontendOptions options)
    {
        var typer = options.Typer ?? throw new ArgumentException("TorchScript records no types, and nothing is given that finds them.");
        try
        {
            string[] methods = [MainMethod, .. options.Methods.Where(method => method != MainMethod).Distinct()];
            var inputs = methods.ToDictionary(method => method, method => InputsOf(archive, method, options));
            return Budget.InSixtyFourBits(() => ScriptModel.Read(archive, [.. methods.Select(method => (method, inputs[method]))], typer));
        }
        catch (SconceException error)
        {
            throw error.At(new Where(archive.FileName));
        }
    }

    /// <summary>What is said of a method's inputs, as <c>METHOD.NAME</c> of those beside the main one; else what it was traced with.</summary>
    private static IReadOnlyList<InputSpec> InputsOf(ScriptArchive archive, string method, FrontendOptions options)
    {
        IReadOnlyList<InputSpec> said = [.. InputSpec.Of(options.Inputs, options.Methods, method == MainMethod ? null : method)];
        return said.Count == 0 && archive.TracedInputs.TryGetValue(method, out var traced) ? [.. Traced(traced)] : said;
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
