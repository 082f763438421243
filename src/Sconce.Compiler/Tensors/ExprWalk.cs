using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Goes through expressions, each shared subtree once, and (where not said otherwise) through the numbers that are computed for indices as well.</summary>
public static class ExprWalk
{
    /// <summary>Every node, each once; it comes before what it is made of.</summary>
    public static IReadOnlyCollection<Expr> Nodes(this IEnumerable<Expr> exprs) => new Walk(intoIndices: true, null).Through(exprs);

    /// <inheritdoc cref="Nodes(IEnumerable{Expr})"/>
    public static IReadOnlyCollection<Expr> Nodes(this Expr expr) => Nodes([expr]);

    /// <summary>Every node but for those that only compute indices; where a node is not <paramref name="entered"/>, neither is what it is made of.</summary>
    public static IReadOnlyCollection<Expr> OwnNodes(this IEnumerable<Expr> exprs, Func<Expr, bool>? entered = null) => new Walk(intoIndices: false, entered).Through(exprs);

    /// <inheritdoc cref="OwnNodes(IEnumerable{Expr}, Func{Expr, bool}?)"/>
    public static IReadOnlyCollection<Expr> OwnNodes(this Expr expr) => OwnNodes([expr]);

    /// <summary>The indices of a node: of a load each dim's, of a number that is an index itself.</summary>
    public static ImmutableArray<Dim> Indices(this Expr expr) => expr switch
    {
        LoadExpr load => load.Index,
        IndexExpr index => [index.Value],
        _ => [],
    };

    /// <summary>The numbers that an index is computed from.</summary>
    public static IReadOnlyCollection<Expr> LoadedNumbers(this Dim dim)
    {
        List<Expr>? found = null;
        dim.VisitLeaves(leaf =>
        {
            if (leaf is LoadedIndex loaded)
            {
                (found ??= []).Add(loaded.Value);
            }
        });
        return found ?? (IReadOnlyCollection<Expr>)[];
    }

    /// <summary>Whether an index is computed from loaded elements.</summary>
    public static bool HasLoads(this Dim dim) => dim.Any(leaf => leaf is LoadedIndex);

    /// <summary>Every distinct load, those inside indices included.</summary>
    public static IReadOnlySet<LoadExpr> Loads(this IEnumerable<Expr> exprs) => exprs.Nodes().OfType<LoadExpr>().ToHashSet();

    /// <inheritdoc cref="Loads(IEnumerable{Expr})"/>
    public static IReadOnlySet<LoadExpr> Loads(this Expr expr) => Loads([expr]);

    /// <summary>Every distinct load but for those that only compute indices.</summary>
    public static IReadOnlySet<LoadExpr> OwnLoads(this IEnumerable<Expr> exprs) => exprs.OwnNodes().OfType<LoadExpr>().ToHashSet();

    /// <summary>Whether an element of the buffer is read.</summary>
    public static bool Reads(this Expr expr, TensorBuffer buffer) => expr.Nodes().Any(node => node is LoadExpr load && ReferenceEquals(load.Buffer, buffer));

    /// <summary>Whether the value changes with the atom, be it in a computed index.</summary>
    public static bool DependsOn(this Expr expr, Atom atom) => expr.Nodes().Any(node => node.Indices().Any(dim => dim.DependsOn(atom)));

    private sealed class Walk(bool intoIndices, Func<Expr, bool>? entered)
    {
        private readonly HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);
        private readonly List<Expr> found = [];

        public List<Expr> Through(IEnumerable<Expr> exprs)
        {
            foreach (var expr in exprs)
            {
                Visit(expr);
            }

            return found;
        }

        // By kind, for Operands makes an array at each call, and every pass goes through every expression.
        private void Visit(Expr expr)
        {
            if (!seen.Add(expr))
            {
                return;
            }

            found.Add(expr);
            if (entered is not null && !entered(expr))
            {
                return;
            }

            switch (expr)
            {
                case LoadExpr load when intoIndices:
                    foreach (var dim in load.Index)
                    {
                        Visit(dim);
                    }

                    break;
                case IndexExpr index when intoIndices:
                    Visit(index.Value);
                    break;
                case UnaryExpr unary:
                    Visit(unary.Operand);
                    break;
                case CastExpr cast:
                    Visit(cast.Operand);
                    break;
                case BinaryExpr binary:
                    Visit(binary.Left);
                    Visit(binary.Right);
                    break;
                default:
                    foreach (var operand in expr.Operands)
                    {
                        Visit(operand);
                    }

                    break;
            }
        }

        private void Visit(Dim dim) => dim.VisitLeaves(leaf =>
        {
            if (leaf is LoadedIndex loaded)
            {
                Visit(loaded.Value);
            }
        });
    }
}
