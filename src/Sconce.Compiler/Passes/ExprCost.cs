using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>How much work an expression is at each point, roughly in simple vector instructions; shared subtrees count once.</summary>
internal static class ExprCost
{
    /// <summary>
    /// Atoms in the indices of one load. Of some 900 models the largest has 284 (bicubic grid sampling), all but three stay below 80. A chain of reshapes
    /// and permutations doubles with each, so seven of them fit; eight compile in 40 ms then, and took minutes.
    /// </summary>
    private const int MaxIndexSize = 512;

    /// <summary>Divisions and lookups inside one another, in one index. A roll adds one that no other absorbs. Binary search in 12 turns has 35, all else below 20.</summary>
    private const int MaxIndexDepth = 40;

    /// <summary>A view: a load, a constant, an index, perhaps converted or padded. It costs a reader no more than the load it does anyway.</summary>
    public static bool IsView(Expr expr) => expr switch
    {
        LoadExpr load => !load.Index.Any(dim => dim.HasLoads()),
        ConstExpr or IndexExpr => true,
        GuardExpr { Outside: ConstExpr } guard => IsView(guard.Inside) && guard.Inside is not GuardExpr,

        // What is kept small in the file stays so: whoever reads it converts it.
        CastExpr cast => IsWidening(cast) && OperandExpr.IsConstant(cast),
        _ => false,
    };

    /// <summary>Elements in a wider dtype, and nothing else: 16-bit weights as float32, a mask as numbers, quantised weights.</summary>
    public static bool IsWidening(Expr expr) => expr switch
    {
        CastExpr cast => cast.Type.IsFloat() && cast.Type.Size() > cast.Operand.Type.Size() && IsView(cast.Operand),
        _ => Storage.Of(expr) is { Storage.Type: not DType.Float32 } || QuantisedOperand.Of(expr) is not null,
    };

    /// <summary>False where an index has grown so far that a copy in between is better: it would take long to compile, and one day never end.</summary>
    public static bool Fits(Expr expr) => Indices(expr).All(index => index.Size <= MaxIndexSize && index.Depth <= MaxIndexDepth);

    /// <summary>The loads of an expression, and the indices that are numbers themselves: what <see cref="Expr.Size"/> is the size of an index of.</summary>
    public static IEnumerable<Expr> Indices(Expr expr) => expr.OwnNodes().Where(node => node is LoadExpr or IndexExpr);

    /// <summary>Number of distinct nodes.</summary>
    public static int Size(IEnumerable<Expr> roots) => roots.OwnNodes().Count;
}
