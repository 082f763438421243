using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The weights or the constants of a model, by their names in its code.</summary>
internal abstract class StoredTensors
{
    public static StoredTensors None { get; } = new Nothing();

    public abstract TensorData? Find(string name);

    private sealed class Nothing : StoredTensors
    {
        public override TensorData? Find(string name) => null;
    }
}
