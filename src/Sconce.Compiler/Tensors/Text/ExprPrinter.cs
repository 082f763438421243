using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>Writes expressions and indices, with names that are unique. Sums and factors are in the order of their text: what is read back may order its atoms otherwise.</summary>
internal sealed class ExprPrinter(Names names)
{
    /// <summary>An expression that is used twice and is no longer than this is written twice.</summary>
    private const int ShortEnough = 16;

    private readonly Dictionary<Expr, string> shared = [];

    /// <summary>Definitions of what the expression uses more than once, in order, and the expression by these.</summary>
    public (IReadOnlyList<(string Name, string Value)> Definitions, string Value) Print(Expr expr)
    {
        // Equal ones are one: what is read back shares what has a name, and nothing else.
        var uses = new Dictionary<Expr, int>();
        var nodes = expr.Nodes().Distinct().ToList();
        foreach (var operand in nodes.SelectMany(node => node.Operands))
        {
            uses[operand] = uses.GetValueOrDefault(operand) + 1;
        }

        shared.Clear();
        var definitions = new List<(string, string)>();
        var done = new HashSet<Expr>();
        Define(expr);
        return (definitions, Text(expr));

        // What it is made of first.
        void Define(Expr node)
        {
            if (!done.Add(node))
            {
                return;
            }

            foreach (var operand in node.Operands)
            {
                Define(operand);
            }

            if (uses.GetValueOrDefault(node) > 1 && !node.Operands.IsEmpty && Text(node) is { Length: > ShortEnough } text)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"%{definitions.Count}");
                definitions.Add((name, text));
                shared.Add(node, name);
            }
        }
    }

    public string Text(Target target) => Text(target.Buffer, target.Index);

    public string Text(Dim dim)
    {
        var parts = dim.Terms.Select(Text).Order(StringComparer.Ordinal).ToList();
        if (dim.ConstantTerm != 0 || parts.Count == 0)
        {
            parts.Add(dim.ConstantTerm.ToString(CultureInfo.InvariantCulture));
        }

        return parts.Aggregate((sum, part) => part.StartsWith('-') ? $"{sum} - {part[1..]}" : $"{sum} + {part}");
    }

    private string Text(Term term)
    {
        var factors = term.Factors.Select(Text).Order(StringComparer.Ordinal);
        var product = string.Join(" * ", factors);
        return term.Coefficient switch
        {
            1 => product,
            -1 => $"-{product}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{term.Coefficient} * {product}"),
        };
    }

    private string Text(Atom atom) => atom switch
    {
        Axis axis => names.Of(axis, axis.Name),
        Symbol symbol => names.Of(symbol, symbol.Name),
        LoadedIndex loaded => $"{{{Text(loaded.Value)} in {Bound(loaded.Bounds.Min)}..{Bound(loaded.Bounds.Max)}}}",
        BinaryAtom binary when DimMeaning.Of(binary.Operator) is { IsCommutative: false, Sign: var sign } => $"({Factor(binary.Left)} {sign} {Factor(binary.Right)})",
        BinaryAtom binary => $"{DimMeaning.Of(binary.Operator).Sign}({string.Join(", ", new[] { Text(binary.Left), Text(binary.Right) }.Order(StringComparer.Ordinal))})",
        _ => throw new NotSupportedException(atom.GetType().Name),
    };

    private string Factor(Dim dim) => dim.AsAtom is not null || dim is { IsConstant: true, Value: >= 0 } ? Text(dim) : $"({Text(dim)})";

    public static string Bound(long value) => value switch
    {
        long.MinValue => "-inf",
        long.MaxValue => "inf",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private string Text(TensorBuffer buffer, ImmutableArray<Dim> index) => $"{names.Of(buffer, buffer.Name)}[{string.Join(", ", index.Select(Text))}]";

    private string Text(Expr expr) => shared.TryGetValue(expr, out var name) ? name : expr switch
    {
        ConstExpr constant => Literal(constant),
        LoadExpr load => Text(load.Buffer, load.Index),
        IndexExpr index => $"index({Text(index.Value)})",
        AccumulatorExpr accumulator => string.Create(CultureInfo.InvariantCulture, $"acc{accumulator.Number}"),
        UnaryExpr unary => $"{unary.Operation.Name}({Text(unary.Operand)})",
        BinaryExpr binary => $"{binary.Operation.Name}({Text(binary.Left)}, {Text(binary.Right)})",
        SelectExpr select => $"select({Text(select.Condition)}, {Text(select.Yes)}, {Text(select.No)})",
        GuardExpr guard => $"guard({Text(guard.Condition)}, {Text(guard.Inside)}, {Text(guard.Outside)})",
        CastExpr cast => $"{cast.Type.Name()}({Text(cast.Operand)})",
        BitcastExpr bits => $"{ExprParser.BitsOf}{bits.Type.Name()}({Text(bits.Operand)})",
        RandomExpr random => string.Create(CultureInfo.InvariantCulture, $"{RandomExpr.Name}{random.Word}({string.Join(", ", random.Operands.Select(Text))})"),
        _ => throw new NotSupportedException(expr.GetType().Name),
    };

    private static string Literal(ConstExpr constant) => constant.Type == DType.Bool
        ? constant.Bits != 0 ? "true" : "false"
        : $"{(constant.Type.IsFloat() ? Number(constant.Value, constant.Type) : constant.Bits.ToString(CultureInfo.InvariantCulture))}:{constant.Type.Name()}";

    /// <summary>The shortest text that gives the same number back.</summary>
    public static string Number(double value, DType type) => value switch
    {
        double.NaN => "nan",
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        _ => type == DType.Float64 ? value.ToString("R", CultureInfo.InvariantCulture) : ((float)value).ToString("R", CultureInfo.InvariantCulture),
    };
}
