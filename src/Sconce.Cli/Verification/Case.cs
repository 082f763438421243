using System.Collections.Immutable;
using Sconce.Cli.Artifacts;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>One call: the inputs in the order in which PyTorch flattens them, and the outputs it gave; or it raised an error.</summary>
internal sealed record Call(ImmutableArray<TensorData> Inputs, ImmutableArray<TensorData> Outputs, bool Reset, bool Raised = false)
{
    /// <summary>Which method is called; null for the main one.</summary>
    public string? Method { get; init; }
}

/// <summary>Calls that belong together: of a file beside a model, by whose name it goes, or made by <see cref="ReferenceCases"/>.</summary>
internal sealed record Case(string File, ImmutableArray<Call> Calls)
{
    /// <summary>Of a model that draws random numbers, which nobody else draws alike: its outputs, of which dtypes and shapes alone are compared. Else null.</summary>
    public IReadOnlyList<Port>? Forms { get; init; }

    /// <summary>How far numbers may be off, where that is another than usual.</summary>
    public Tolerance? Tolerance { get; init; }
}
