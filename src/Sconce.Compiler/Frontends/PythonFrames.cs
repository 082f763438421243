using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends;

/// <summary>Which frame of a Python stack people know a piece of their model by.</summary>
internal static class PythonFrames
{
    /// <summary>The innermost frame that is not PyTorch's own; of a model that is one of PyTorch's layers, the layer's.</summary>
    public static SourceLocation? Choose(IEnumerable<SourceLocation> innermostFirst)
    {
        SourceLocation? layer = null;
        foreach (var frame in innermostFirst)
        {
            if (!IsGenerated(frame.File!) && !IsLayer(frame.File!))
            {
                return frame;
            }

            layer ??= IsLayer(frame.File!) ? frame : null;
        }

        return layer;
    }

    private static bool IsGenerated(string file) =>
        file.StartsWith('<')
        || file.StartsWith("torch/", StringComparison.Ordinal)
        || file.Contains("-packages/torch/", StringComparison.Ordinal);

    private static bool IsLayer(string file) => file.Contains("torch/nn/modules/", StringComparison.Ordinal);
}
