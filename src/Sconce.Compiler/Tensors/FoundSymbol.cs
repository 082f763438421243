using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// A size that a step finds: what it writes to <see cref="Place"/> is the symbol's value for all steps after it. It lies within the symbol's range, which whoever
/// makes such a step sees to.
/// </summary>
public sealed class FoundSymbol : Symbol
{
    public FoundSymbol(string name, long min, Dim? bound)
        : base(name, SymbolSource.Found, min, bound) => Place = new(name, DType.Int32, [], BufferKind.Size) { Symbol = this };

    /// <summary>Where in an execution context it stands, as a buffer of one element.</summary>
    public TensorBuffer Place { get; }
}
