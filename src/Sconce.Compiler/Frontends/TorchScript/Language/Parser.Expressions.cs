using System.Collections.Immutable;

namespace Sconce.Compiler.Frontends.TorchScript.Language;

// Expressions, from what binds least to what binds most.
internal sealed partial class Parser
{
    private static readonly string[][] operators =
    [
        ["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "//", "%", "@"],
    ];

    /// <summary>An expression, or several with commas between them, as a tuple.</summary>
    private Expression ExpressionOrTuple()
    {
        var at = Now.At;
        var first = Expression();
        return Now.Is(",") ? new Expression.Tuple(at, MoreItems(first)) : first;
    }

    /// <summary>What a for loop assigns to: names, without the word "in" behind them.</summary>
    private Expression Targets()
    {
        var at = Now.At;
        var first = Postfix();
        if (!Now.Is(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (Take(",") && !Now.Is("in"))
        {
            items.Add(Postfix());
        }

        return new Expression.Tuple(at, items.ToImmutable());
    }

    private ImmutableArray<Expression> MoreItems(Expression first)
    {
        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (Take(",") && Now.Kind is not (TokenKind.NewLine or TokenKind.End or TokenKind.Dedent) && !Now.Is("=") && !Now.Is(")") && !Now.Is("]") && !Now.Is(":"))
        {
            items.Add(Expression());
        }

        return items.ToImmutable();
    }

    private Expression Expression()
    {
        Deeper();
        var at = Now.At;
        var value = Or();
        if (Take("if"))
        {
            var condition = Or();
            Expect("else");
            value = new Expression.Ternary(at, condition, value, Expression());
        }

        depth--;
        return value;
    }

    private Expression Or()
    {
        var value = And();
        while (Now.Is("or"))
        {
            value = new Expression.Or(Next().At, value, And());
        }

        return value;
    }

    private Expression And()
    {
        var value = Not();
        while (Now.Is("and"))
        {
            value = new Expression.And(Next().At, value, Not());
        }

        return value;
    }

    private Expression Not()
    {
        if (!Now.Is("not"))
        {
            return Comparison();
        }

        Deeper();
        var not = new Expression.Unary(Next().At, "not", Not());
        depth--;
        return not;
    }

    private Expression Comparison()
    {
        var value = Level(0);
        while (true)
        {
            var at = Now.At;
            if (Now is { Kind: TokenKind.Symbol, Text: "==" or "!=" or "<" or ">" or "<=" or ">=" })
            {
                value = new Expression.Binary(at, Next().Text, value, Level(0));
            }
            else if (Take("is"))
            {
                value = new Expression.Binary(at, Take("not") ? "is not" : "is", value, Level(0));
            }
            else if (Take("in"))
            {
                value = new Expression.Binary(at, "in", value, Level(0));
            }
            else if (Now.Is("not") && tokens[position + 1].Is("in"))
            {
                position += 2;
                value = new Expression.Binary(at, "not in", value, Level(0));
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Level(int level)
    {
        if (level == operators.Length)
        {
            return Unary();
        }

        var value = Level(level + 1);
        while (Now.Kind == TokenKind.Symbol && operators[level].Contains(Now.Text))
        {
            var op = Next();
            value = new Expression.Binary(op.At, op.Text, value, Level(level + 1));
        }

        return value;
    }

    private Expression Unary()
    {
        if (Now is not { Kind: TokenKind.Symbol, Text: "-" or "+" or "~" })
        {
            return Power();
        }

        Deeper();
        var op = Next();
        var operand = Unary();
        depth--;
        return (op.Text, operand) switch
        {
            ("-", Expression.Int { Value: var value }) => new Expression.Int(op.At, unchecked(-value)),
            ("-", Expression.Float { Value: var value }) => new Expression.Float(op.At, -value),
            _ => new Expression.Unary(op.At, op.Text, operand),
        };
    }

    private Expression Power()
    {
        var value = Postfix();
        return Now.Is("**") ? new Expression.Binary(Next().At, "**", value, Unary()) : value;
    }

    private Expression Postfix()
    {
        var value = Primary();
        var links = 0;
        while (Now.Kind == TokenKind.Symbol)
        {
            var at = Now.At;
            if (Take("."))
            {
                value = new Expression.Attribute(at, value, Name());
            }
            else if (Take("("))
            {
                value = new Expression.Call(value.At, value, Arguments());
            }
            else if (Take("["))
            {
                value = new Expression.Subscript(at, value, Index());
            }
            else
            {
                break;
            }

            // Whoever walks the tree goes down this chain.
            if (++links > DeepestNesting)
            {
                throw source.Damaged(at, "it is nested too deeply");
            }
        }

        return value;
    }

    private ImmutableArray<CallArgument> Arguments()
    {
        var arguments = ImmutableArray.CreateBuilder<CallArgument>();
        while (!Take(")"))
        {
            var name = Now.Kind == TokenKind.Name && tokens[position + 1].Is("=") ? Now.Text : null;
            position += name is null ? 0 : 2;
            arguments.Add(new(name, Expression()));
            if (!Take(",") && !Now.Is(")"))
            {
                throw Unexpected("',' or ')'");
            }
        }

        return arguments.ToImmutable();
    }

    private Expression Index()
    {
        var at = Now.At;
        if (Take("]"))
        {
            return new Expression.Tuple(at, []);
        }

        var first = OneIndex();
        if (!Now.Is(","))
        {
            Expect("]");
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (Take(",") && !Now.Is("]"))
        {
            items.Add(OneIndex());
        }

        Expect("]");
        return new Expression.Tuple(at, items.ToImmutable());
    }

    private Expression OneIndex()
    {
        var at = Now.At;
        var start = Now.Is(":") ? null : Expression();
        if (!Take(":"))
        {
            return start!;
        }

        var end = Now.Is(":") || Now.Is("]") || Now.Is(",") ? null : Expression();
        var step = Take(":") && !Now.Is("]") && !Now.Is(",") ? Expression() : null;
        return new Expression.Slice(at, start, end, step);
    }

    private Expression Primary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case TokenKind.Int:
                return new Expression.Int(token.At, token.Integer);
            case TokenKind.Float:
                return new Expression.Float(token.At, token.Number);
            case TokenKind.Imaginary:
                return new Expression.Imaginary(token.At, token.Number);
            case TokenKind.Text:
                var text = token.Text;
                while (Now.Kind == TokenKind.Text)
                {
                    text += Next().Text;
                }

                return new Expression.Text(token.At, text);
            case TokenKind.Name:
                return token.Text switch
                {
                    "None" => new Expression.None(token.At),
                    "True" => new Expression.Bool(token.At, true),
                    "False" => new Expression.Bool(token.At, false),
                    "inf" => new Expression.Float(token.At, double.PositiveInfinity),
                    "nan" => new Expression.Float(token.At, double.NaN),
                    _ => new Expression.Name(token.At, token.Text),
                };
            case TokenKind.Symbol when token.Text == "(":
                if (Take(")"))
                {
                    return new Expression.Tuple(token.At, []);
                }

                var inner = Expression();
                inner = Now.Is(",") ? new Expression.Tuple(token.At, MoreItems(inner)) : inner;
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                var items = ImmutableArray.CreateBuilder<Expression>();
                while (!Take("]"))
                {
                    items.Add(Expression());
                    if (!Take(",") && !Now.Is("]"))
                    {
                        throw Unexpected("',' or ']'");
                    }
                }

                return new Expression.List(token.At, items.ToImmutable());
            case TokenKind.Symbol when token.Text == "{":
                var pairs = ImmutableArray.CreateBuilder<(Expression, Expression)>();
                while (!Take("}"))
                {
                    var key = Expression();
                    Expect(":");
                    pairs.Add((key, Expression()));
                    if (!Take(",") && !Now.Is("}"))
                    {
                        throw Unexpected("',' or '}'");
                    }
                }

                return new Expression.Dict(token.At, pairs.ToImmutable());
            default:
                position--;
                throw Unexpected("a value");
        }
    }
}
