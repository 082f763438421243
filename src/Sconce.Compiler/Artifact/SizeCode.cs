using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// Sizes as code, for symbols that may have any value: computed in float64, in which whole numbers up to 2^53 are exact and larger ones stay large, where integers
/// of 32 bits would wrap around.
/// </summary>
internal sealed class SizeCode(FunctionBuilder f, Func<Atom, I32> value)
{
    private readonly Dictionary<Dim, F64> known = [];
    private readonly Dictionary<Atom, F64> atoms = [];

    public F64 Of(Dim dim)
    {
        if (dim.IsConstant)
        {
            return F64.Const(dim.Value);
        }

        if (!known.TryGetValue(dim, out var size))
        {
            size = dim.Terms.Aggregate(F64.Const(dim.ConstantTerm), (sum, term) =>
                sum + term.Factors.Aggregate(F64.Const(term.Coefficient), (product, factor) => product * Of(factor)));
            known.Add(dim, size = f.Let(size));
        }

        return size;
    }

    private F64 Of(Atom atom)
    {
        if (!atoms.TryGetValue(atom, out var size))
        {
            atoms.Add(atom, size = f.Let(atom is BinaryAtom binary ? Of(binary) : F64.ConvertI32U(value(atom))));
        }

        return size;
    }

    private F64 Of(BinaryAtom atom)
    {
        var (a, b) = (Of(atom.Left), Of(atom.Right));
        if (atom.Operator is DimOperator.Min or DimOperator.Max)
        {
            return atom.Operator == DimOperator.Min ? a.Min(b) : a.Max(b);
        }

        // A divisor of 0 belongs to an empty space, whose numbers nobody uses.
        var divisor = atom.Right.IsConstant ? b : f.Let(b.Eq(F64.Const(0)).Select(F64.Const(1), b));
        var quotient = (a / divisor).Floor();
        return atom.Operator == DimOperator.FloorDivide ? quotient : a - (quotient * divisor);
    }
}
