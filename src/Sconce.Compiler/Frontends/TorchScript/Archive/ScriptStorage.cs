namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>The bytes that tensors of an archive view. Tensors that share one share the object.</summary>
internal sealed class ScriptStorage(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}
