using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>How much work an expression is at each point, roughly in simple vector instructions; shared subtrees count once.</summary>
internal static class ExprCost
{
    /// <summary>A view: a load, a constant, an index, perhaps converted or padded. It costs a reader no more than the load it does anyway.</summary>
    public static bool IsView(Expr expr) => expr switch
    {
        LoadExpr load => !load.Index.Any(HasLoadedIndex),
        ConstExpr or IndexExpr => true,
        GuardExpr { Outside: ConstExpr } guard => IsView(guard.Inside) && guard.Inside is not GuardExpr,

        // What is kept small in the file stays so: whoever reads it converts it.
        CastExpr cast => IsWidening(cast) && Operand.IsConstant(cast),
        _ => false,
    };

    /// <summary>Elements in a wider dtype, and nothing else: 16-bit weights as float32, a mask as numbers.</summary>
    public static bool IsWidening(Expr expr) => expr switch
    {
        CastExpr cast => cast.Type.IsFloat() && cast.Type.Size() > cast.Operand.Type.Size() && IsView(cast.Operand),
        _ => PanelElements.Of(expr) is { Elements.Type: not DType.Float32 },
    };

    public static bool HasLoadedIndex(Dim dim)
    {
        var found = false;
        dim.VisitLeaves(leaf => found |= leaf is LoadedIndex);
        return found;
    }

    /// <summary>Number of distinct nodes.</summary>
    public static int Size(IEnumerable<Expr> roots)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        foreach (var root in roots)
        {
            Visit(root);
        }

        return seen.Count;

        void Visit(Expr expr)
        {
            if (seen.Add(expr))
            {
                foreach (var operand in expr.Operands)
                {
                    Visit(operand);
                }
            }
        }
    }
}
