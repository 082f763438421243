using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads TorchScript: what <c>torch.jit.save</c> writes.</summary>
internal static class ScriptFrontend
{
    public static Graph Read(ScriptArchive archive, FrontendOptions options) => throw SconceException.Unsupported(
        "this is TorchScript, whose code Sconce does not compile yet", new Where(archive.FileName), "export the PyTorch model itself, in Python:" + ForeignFile.Export(archive.FileName));
}
