using Sconce.Cli.Artefacts;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graph;

namespace Sconce.Cli.Compiling;

/// <summary>An artefact that was just compiled into a file, what it holds, and the graph it was made from, after its passes.</summary>
internal sealed record CompiledFile(string Path, ArtefactContents Contents, Graph Graph);

/// <summary>The command line's one way into the compiler.</summary>
internal static class ModelCompiler
{
    /// <summary>Compiles a model into a file; where that fails, a file that was there before is left as it was.</summary>
    public static CompiledFile CompileToFile(string model, string output, IProgress<string>? progress)
    {
        using var stream = InputFile.Open(model, "a PyTorch model (.pt2)");
        throw SconceException.Unsupported("the compiler is still being built", new Where(model));
    }
}
