using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;

namespace Sconce.Compiler.Frontends.TorchScript.Language;

/// <summary>Reads a unit of code: classes, functions and their statements. Expressions are the other part.</summary>
internal sealed partial class Parser
{
    private const int DeepestNesting = 250;

    private readonly ScriptSource source;
    private readonly List<Token> tokens;
    private int position;
    private int depth;

    private Parser(ScriptSource source) => (this.source, tokens) = (source, Lexer.Read(source));

    public static UnitDefinition Read(ScriptSource source) => new Parser(source).Unit();

    /// <summary>A type by itself, as attributes in pickles have it.</summary>
    public static Expression ReadType(ScriptSource source) => new Parser(source).Expression();

    private Token Now => tokens[position];

    private UnitDefinition Unit()
    {
        var classes = ImmutableArray.CreateBuilder<ClassDefinition>();
        var functions = ImmutableArray.CreateBuilder<FunctionDefinition>();
        while (Now.Kind != TokenKind.End)
        {
            if (Now.Kind == TokenKind.NewLine)
            {
                position++;
            }
            else if (Now.Is("class"))
            {
                classes.Add(Class());
            }
            else if (Now.Is("def"))
            {
                functions.Add(Function());
            }
            else
            {
                // Imports and the number of the operators' version, which old files have in every unit.
                while (Now.Kind is not (TokenKind.NewLine or TokenKind.End))
                {
                    position++;
                }
            }
        }

        return new(classes.ToImmutable(), functions.ToImmutable());
    }

    private ClassDefinition Class()
    {
        var at = Next().At;
        var name = Name();
        var kind = "";
        if (Take("("))
        {
            while (!Take(")"))
            {
                kind = Now.Kind == TokenKind.Name ? Now.Text : kind;
                Next();
            }
        }

        var attributes = ImmutableArray.CreateBuilder<AttributeDefinition>();
        var methods = ImmutableArray.CreateBuilder<FunctionDefinition>();
        Block(() =>
        {
            if (Now.Is("def"))
            {
                methods.Add(Function());
            }
            else if (Take("pass"))
            {
                EndLine();
            }
            else
            {
                Member(attributes);
            }
        });
        return new(name, kind, attributes.ToImmutable(), methods.ToImmutable(), at);
    }

    private void Member(ImmutableArray<AttributeDefinition>.Builder attributes)
    {
        var target = Expression();
        var type = Take(":") ? Expression() : null;
        var value = Take("=") ? ExpressionOrTuple() : null;
        EndLine();
        switch (target)
        {
            // What stands in __annotations__["0"] is the type of an attribute whose name is no name of Python's.
            case Expression.Subscript { Of: Expression.Name { Id: "__annotations__" }, Index: Expression.Text name }:
                attributes.Add(new(name.Value, value, null));
                break;
            case Expression.Name name:
                attributes.Add(new(name.Id, type, value));
                break;
        }
    }

    private FunctionDefinition Function()
    {
        var at = Next().At;
        var name = Name();
        Expect("(");
        var parameters = ImmutableArray.CreateBuilder<FunctionParameter>();
        while (!Take(")"))
        {
            if (!Take("*"))
            {
                parameters.Add(new(Name(), Take(":") ? Expression() : null, Take("=") ? Expression() : null));
            }

            if (!Take(",") && !Now.Is(")"))
            {
                throw Unexpected("',' or ')'");
            }
        }

        var returns = Take("->") ? Expression() : null;
        return new(name, parameters.ToImmutable(), returns, Body(), at);
    }

    private ImmutableArray<Statement> Body()
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        Block(() => statements.Add(OneStatement()));
        return statements.ToImmutable();
    }

    /// <summary>A colon, and what is indented below it (or stands behind it).</summary>
    private void Block(Action item)
    {
        Expect(":");
        Deeper();
        if (Now.Kind != TokenKind.NewLine)
        {
            item();
        }
        else
        {
            position++;
            if (Now.Kind != TokenKind.Indent)
            {
                // A class or interface without members.
                depth--;
                return;
            }

            position++;
            while (Now.Kind is not (TokenKind.Dedent or TokenKind.End))
            {
                if (Now.Kind == TokenKind.NewLine)
                {
                    position++;
                    continue;
                }

                item();
            }

            if (Now.Kind == TokenKind.Dedent)
            {
                position++;
            }
        }

        depth--;
    }

    private Statement OneStatement()
    {
        Budget.Spend(2);
        var at = Now.At;
        if (Now.Kind == TokenKind.Name)
        {
            switch (Now.Text)
            {
                case "if":
                    return If();
                case "def":
                    return new Statement.Define(at, Function());
                case "while":
                    Next();
                    return new Statement.While(at, Expression(), Body());
                case "for":
                    Next();
                    var target = Targets();
                    Expect("in");
                    return new Statement.For(at, target, ExpressionOrTuple(), Body());
                case "with":
                    Next();
                    var manager = Expression();
                    return new Statement.With(at, manager, Take("as") ? Expression() : null, Body());
                case "return":
                    Next();
                    return Ended(new Statement.Return(at, Now.Kind == TokenKind.NewLine ? null : ExpressionOrTuple()));
                case "raise":
                    Next();
                    return Ended(new Statement.Raise(at, Now.Kind == TokenKind.NewLine ? null : Expression()));
                case "assert":
                    Next();
                    return Ended(new Statement.Assert(at, Expression(), Take(",") ? Expression() : null));
                case "pass":
                    Next();
                    return Ended(new Statement.Pass(at));
                case "break":
                    Next();
                    return Ended(new Statement.Break(at));
                case "continue":
                    Next();
                    return Ended(new Statement.Continue(at));
            }
        }

        var first = ExpressionOrTuple();
        if (Take(":"))
        {
            var type = Expression();
            return Ended(new Statement.Assign(at, first, type, Take("=") ? ExpressionOrTuple() : null));
        }

        if (Take("="))
        {
            return Ended(new Statement.Assign(at, first, null, ExpressionOrTuple()));
        }

        if (Now is { Kind: TokenKind.Symbol, Text: [.., '='] } && Now.Text is not ("==" or "!=" or "<=" or ">="))
        {
            var op = Next().Text[..^1];
            return Ended(new Statement.Augmented(at, first, op, ExpressionOrTuple()));
        }

        return Ended(new Statement.Evaluate(at, first));
    }

    private Statement.If If()
    {
        var at = Next().At;
        var condition = Expression();
        var then = Body();
        if (Now.Is("elif"))
        {
            Deeper();
            ImmutableArray<Statement> nested = [If()];
            depth--;
            return new(at, condition, then, nested);
        }

        return new(at, condition, then, Take("else") ? Body() : []);
    }

    private Statement Ended(Statement statement)
    {
        EndLine();
        return statement;
    }

    private void EndLine()
    {
        Take(";");
        if (Now.Kind == TokenKind.NewLine)
        {
            position++;
        }
        else if (Now.Kind is not (TokenKind.End or TokenKind.Dedent))
        {
            throw Unexpected("the end of the line");
        }
    }

    private void Deeper()
    {
        if (++depth > DeepestNesting)
        {
            throw source.Damaged(Now.At, "it is nested too deeply");
        }
    }

    private Token Next() => Now.Kind == TokenKind.End ? throw Unexpected("more code") : tokens[position++];

    private string Name() => Now.Kind == TokenKind.Name ? Next().Text : throw Unexpected("a name");

    private bool Take(string symbol)
    {
        if (!Now.Is(symbol))
        {
            return false;
        }

        position++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    private SconceException Unexpected(string expected) => source.Damaged(Now.At, $"expected {expected}, but got {Now.Kind switch
    {
        TokenKind.NewLine => "the end of the line",
        TokenKind.Indent => "an indented line",
        TokenKind.Dedent => "the end of the block",
        TokenKind.End => "the end of the file",
        _ => $"'{Now.Text}'",
    }}");
}
