using Sconce.Compiler.Frontends.Pickle;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The weights or the constants of a model, by their names in its code.</summary>
internal abstract class StoredTensors
{
    public static StoredTensors None { get; } = new Nothing();

    public abstract StoredWeight? Find(string name);

    private sealed class Nothing : StoredTensors
    {
        public override StoredWeight? Find(string name) => null;
    }
}
