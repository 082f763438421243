using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Aliases;

/// <summary>One view: how to take it of the value it views, and how a new value of the view goes back into that.</summary>
internal sealed class InvertibleView(
    Func<NodeEmitter, Argument, Argument> apply,
    Func<NodeEmitter, Argument, Argument, Argument> invert)
{
    public Argument Apply(NodeEmitter emitter, Argument viewed) => apply(emitter, viewed);

    /// <summary>The viewed tensor after the view was overwritten.</summary>
    public Argument Invert(NodeEmitter emitter, Argument old, Argument written) => invert(emitter, old, written);
}
