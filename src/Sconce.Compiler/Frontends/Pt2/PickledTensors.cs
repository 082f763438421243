using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>All the weights or all the constants of a model in one file of <c>torch.save</c>, a dict, as PyTorch wrote them up to 2.8.</summary>
internal sealed class PickledTensors : StoredTensors
{
    private readonly TorchPickle pickle;
    private readonly Dictionary<string, PickleValue> values = [];

    public PickledTensors(TorchPickle pickle, Where place)
    {
        this.pickle = pickle;
        var items = pickle.Value() switch
        {
            PickleValue.Dict dict => dict.Items,
            PickleValue.Object { Callee.FullName: "collections.OrderedDict" } dict => dict.Items,
            _ => throw new SconceException("a file of weights that holds no dict", place, "the file is damaged: export it again"),
        };
        foreach (var (key, value) in items)
        {
            if (key is PickleValue.Text { Value: var name })
            {
                values[name] = value;
            }
        }
    }

    public override StoredWeight? Find(string name) => values.TryGetValue(name, out var value) ? pickle.Weight(name, value) : null;
}
