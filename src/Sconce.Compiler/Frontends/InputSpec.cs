using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>
/// What the caller says of one input of a model that records no shapes (TorchScript): its dtype and sizes, where a size may be a <see cref="Symbol"/> that each run decides. The name is the
/// parameter's, with dots for what lies within (<c>boxes.0</c>); or <c>in0</c>, <c>in1</c> and so on, by place among all inputs, as arrays of a .npz are called.
/// </summary>
public sealed record InputSpec(string Name, DType Type, ImmutableArray<Dim> Shape)
{
    /// <summary>Instead of a tensor, a number, text, bool or None that the input always is: no input of a run then.</summary>
    public Argument? Fixed { get; init; }
}
