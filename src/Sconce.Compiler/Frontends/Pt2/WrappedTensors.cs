using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// Weights that are tensor subclasses (torchao's quantised ones), and what they wrap. A graph reaches that by <c>export.access_subclass_inner_tensor(weight, "qdata")</c>, of a wrapped
/// subclass again: such a node is no step, but another name for a stored tensor.
/// </summary>
internal sealed class WrappedTensors
{
    private const string Target = "torch.ops.export.access_subclass_inner_tensor.default";

    private readonly Dictionary<(string Name, string Attribute), Value> parts = [];

    /// <summary>Names in the file's graph that stand for a subclass: the weight, and where in it.</summary>
    private readonly Dictionary<string, (string Weight, string Prefix)> names = [];

    public static bool IsAccess(NodeJson node) => node.Target == Target;

    public bool Knows(string name) => names.ContainsKey(name);

    public void Add(string weight, string attribute, Value value)
    {
        names.TryAdd(weight, (weight, ""));
        parts.TryAdd((weight, attribute), value);
    }

    public void Access(NodeJson node, Scope scope, Func<string, SconceException> damaged)
    {
        if (node.Inputs is not [{ Arg: ArgumentJson.Reference { Name: var source } }, { Arg: ArgumentJson.Text { Value: var attribute } }, ..]
            || node.Outputs is not [ArgumentJson.Reference { Name: var output }]
            || !names.TryGetValue(source, out var place))
        {
            throw damaged("a part of a tensor that wraps none");
        }

        var path = place.Prefix + attribute;
        if (!parts.TryGetValue((place.Weight, path), out var value))
        {
            if (!parts.Keys.Any(key => key.Name == place.Weight && key.Attribute.StartsWith($"{path}.", StringComparison.Ordinal)))
            {
                throw damaged($"'{place.Weight}' has no part '{path}'");
            }

            names.TryAdd(output, (place.Weight, $"{path}."));
        }
        else if (!scope.TryDefine(output, value))
        {
            throw damaged($"'{output}' is defined twice");
        }
    }
}
