using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Interpretation;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads TorchScript: what <c>torch.jit.save</c> writes.</summary>
internal static class ScriptFrontend
{
    public static Graph Read(ScriptArchive archive, FrontendOptions options)
    {
        var typer = options.Typer ?? throw new ArgumentException("TorchScript records no types, and nothing is given that finds them.");
        try
        {
            return Budget.InSixtyFourBits(() => ScriptModel.Read(archive, "forward", options.Inputs, typer));
        }
        catch (SconceException error)
        {
            throw error.At(new Where(archive.FileName));
        }
    }
}
