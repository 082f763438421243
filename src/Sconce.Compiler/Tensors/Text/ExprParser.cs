using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>Reads what <see cref="ExprPrinter"/> writes.</summary>
/// <param name="tokens">Where it is read from.</param>
/// <param name="buffers">By name.</param>
/// <param name="atoms">Symbols and axes by name.</param>
internal sealed class ExprParser(Tokens tokens, IReadOnlyDictionary<string, TensorBuffer> buffers, IReadOnlyDictionary<string, Atom> atoms)
{
    private static readonly Dictionary<string, UnaryOp> Unary = Enum.GetValues<UnaryOp>().ToDictionary(op => UnaryOperation.Of(op).Name);
    private static readonly Dictionary<string, BinaryOp> Binary = Enum.GetValues<BinaryOp>().ToDictionary(op => BinaryOperation.Of(op).Name);
    private static readonly Dictionary<string, DType> Types = Enum.GetValues<DType>().ToDictionary(type => type.Name());

    /// <summary>In front of a dtype: what follows is not converted, its bits are taken for that dtype's.</summary>
    public const string BitsOf = "bits.";

    /// <summary>What the accumulators of the expression are.</summary>
    public ImmutableArray<DType> Accumulators { get; set; } = [];

    /// <summary>Defined before the expression.</summary>
    public Dictionary<string, Expr> Definitions { get; } = [];

    public static DType Type(Tokens tokens) => Types.TryGetValue(tokens.Name(), out var type) ? type : throw tokens.Wrong("expected a dtype");

    public Expr Expr()
    {
        if (tokens.IsNumber || tokens.Peek() is "-" or "nan" or "inf")
        {
            return Literal();
        }

        var name = tokens.Name();
        if (Names.IsAccumulator(name))
        {
            var number = int.Parse(name.AsSpan(3), CultureInfo.InvariantCulture);
            return number < Accumulators.Length ? new AccumulatorExpr(number, Accumulators[number]) : throw tokens.Wrong($"there is no accumulator {number}");
        }

        switch (name)
        {
            case "true" or "false":
                return Tensors.Expr.Const(DType.Bool, name == "true" ? 1L : 0L);
            case "index":
                tokens.Take("(");
                var index = Dim();
                tokens.Take(")");
                return Tensors.Expr.Of(index);
        }

        if (Definitions.TryGetValue(name, out var known))
        {
            return known;
        }

        if (tokens.Peek() == "[")
        {
            return new LoadExpr(Buffer(name), Index());
        }

        var operands = Operands();
        return (name, operands) switch
        {
            ("select", [var condition, var yes, var no]) => Tensors.Expr.Select(condition, yes, no),
            ("guard", [var condition, var inside, var outside]) => Tensors.Expr.Guard(condition, inside, outside),
            (_, [var one]) when Unary.TryGetValue(name, out var op) => one.Apply(op),
            (_, [var one]) when Types.TryGetValue(name, out var type) => new CastExpr(type, one),
            (_, [var one]) when name.StartsWith(BitsOf, StringComparison.Ordinal) && Types.TryGetValue(name[BitsOf.Length..], out var type) => one.Bitcast(type),
            (_, [var left, var right]) when Binary.TryGetValue(name, out var op) => left.Apply(op, right),
            (_, { Count: RandomExpr.OperandCount }) when name.StartsWith(RandomExpr.Name, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(RandomExpr.Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var word) && word < RandomExpr.Words => new RandomExpr(word, [.. operands]),
            _ => throw tokens.Wrong($"nothing is called {name} with {operands.Count} operands"),
        };
    }

    /// <summary>A buffer and an index into it.</summary>
    public Target Target() => new(Buffer(tokens.Name()), Index());

    public TensorBuffer Buffer(string name) => buffers.TryGetValue(name, out var buffer) ? buffer : throw tokens.Wrong($"no buffer is called {name}");

    /// <summary>A sum.</summary>
    public Dim Dim()
    {
        var sum = tokens.TryTake("-") ? -Product() : Product();
        while (tokens.Peek() is "+" or "-")
        {
            sum = tokens.Next() == "+" ? sum + Product() : sum - Product();
        }

        return sum;
    }

    public ImmutableArray<Dim> Index()
    {
        var index = ImmutableArray.CreateBuilder<Dim>();
        tokens.Take("[");
        while (!tokens.TryTake("]"))
        {
            index.Add(Dim());
            if (tokens.Peek() != "]")
            {
                tokens.Take(",");
            }
        }

        return index.ToImmutable();
    }

    /// <summary>A number, or an infinity for none.</summary>
    public static long Bound(Tokens tokens) => tokens.Number() switch
    {
        "inf" => long.MaxValue,
        "-inf" => long.MinValue,
        var number => long.Parse(number, CultureInfo.InvariantCulture),
    };

    private List<Expr> Operands()
    {
        var operands = new List<Expr>();
        tokens.Take("(");
        do
        {
            operands.Add(Expr());
        }
        while (tokens.TryTake(","));
        tokens.Take(")");
        return operands;
    }

    private ConstExpr Literal()
    {
        var number = tokens.Number();
        tokens.Take(":");
        var type = Type(tokens);
        return type.IsFloat() ? ConstExpr.Of(type, Value(number)) : ConstExpr.Of(type, long.Parse(number, CultureInfo.InvariantCulture));
    }

    public static double Value(string number) => number switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(number, CultureInfo.InvariantCulture),
    };

    private Dim Product()
    {
        var product = Factor();
        while (tokens.Peek() is "*" or "//" or "%")
        {
            product = tokens.Next() switch
            {
                "*" => product * Factor(),
                "//" => product.FloorDiv(Factor()),
                _ => product.Mod(Factor()),
            };
        }

        return product;
    }

    private Dim Factor()
    {
        if (tokens.IsNumber)
        {
            return tokens.Integer();
        }

        if (tokens.TryTake("("))
        {
            var inner = Dim();
            tokens.Take(")");
            return inner;
        }

        if (tokens.TryTake("{"))
        {
            var value = Expr();
            tokens.Take("in");
            var low = Bound(tokens);
            tokens.Take("..");
            var high = Bound(tokens);
            tokens.Take("}");
            return Sconce.Compiler.Types.Dim.Of(new LoadedIndex(value, new(low, high)));
        }

        var name = tokens.Name();
        if (name is "min" or "max")
        {
            tokens.Take("(");
            var left = Dim();
            tokens.Take(",");
            var right = Dim();
            tokens.Take(")");
            return name == "min" ? Sconce.Compiler.Types.Dim.Min(left, right) : Sconce.Compiler.Types.Dim.Max(left, right);
        }

        return atoms.TryGetValue(name, out var atom) ? Sconce.Compiler.Types.Dim.Of(atom) : throw tokens.Wrong($"no symbol or axis is called {name}");
    }
}
