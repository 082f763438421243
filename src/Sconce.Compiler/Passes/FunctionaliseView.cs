using Sconce.Compiler.Graph;

namespace Sconce.Compiler.Passes;

/// <summary>One view: how to take it of the value it views, and how a new value of the view goes back into that.</summary>
internal sealed class FunctionaliseView(
    Func<FunctionaliseEmitter, Argument, Argument> apply,
    Func<FunctionaliseEmitter, Argument, Argument, Argument> invert)
{
    public Argument Apply(FunctionaliseEmitter emitter, Argument viewed) => apply(emitter, viewed);

    /// <summary>The viewed tensor after the view was overwritten.</summary>
    public Argument Invert(FunctionaliseEmitter emitter, Argument old, Argument written) => invert(emitter, old, written);
}
