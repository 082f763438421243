using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>Sizes as i32 code.</summary>
internal static class DimCode
{
    public static I32 Emit(Dim dim, Func<Atom, I32> leaf)
    {
        I32 total = checked((int)dim.ConstantTerm);
        foreach (var term in dim.Terms)
        {
            I32 product = checked((int)term.Coefficient);
            foreach (var factor in term.Factors)
            {
                product *= Emit(factor, leaf);
            }

            total += product;
        }

        return total;
    }

    private static I32 Emit(Atom atom, Func<Atom, I32> leaf)
    {
        if (atom is not BinaryAtom binary)
        {
            return leaf(atom);
        }

        var (a, b) = (Emit(binary.Left, leaf), Emit(binary.Right, leaf));
        var unsigned = binary.Left.IsNonNegative;
        return binary.Operator switch
        {
            DimOperator.FloorDivide when unsigned => a.DivU(b),
            DimOperator.FloorDivide => (a - (a.RemS(b) + b).RemS(b)).DivS(b),
            DimOperator.Modulo when unsigned => a.RemU(b),
            DimOperator.Modulo => (a.RemS(b) + b).RemS(b),
            DimOperator.Min => a.LtS(b).Select(a, b),
            _ => a.GtS(b).Select(a, b),
        };
    }
}
