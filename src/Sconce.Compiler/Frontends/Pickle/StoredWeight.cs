using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pickle;

/// <summary>What a file holds under a weight's name.</summary>
internal abstract record StoredWeight
{
    private StoredWeight()
    {
    }

    public sealed record Plain(TensorData Data) : StoredWeight;

    /// <summary>A tensor subclass: the tensors that it wraps, by their attributes' names. What it is as a whole, the graph computes from them.</summary>
    public sealed record Wrapped(IReadOnlyDictionary<string, TensorData> Parts) : StoredWeight;
}
