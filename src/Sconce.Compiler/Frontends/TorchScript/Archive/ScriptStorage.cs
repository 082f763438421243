using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>The bytes that tensors of an archive view, read when they are first asked for. Tensors that share one share the object.</summary>
internal sealed class ScriptStorage(Func<ReadOnlyMemory<byte>> read, Where place)
{
    private ReadOnlyMemory<byte>? bytes;

    /// <summary>The file of the archive, for messages.</summary>
    public Where Place { get; } = place;

    public ReadOnlyMemory<byte> Bytes => bytes ??= read();
}
