using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Schema;

/// <summary>Reads a signature such as <c>aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor</c>.</summary>
internal ref struct SchemaParser(string text)
{
    private readonly ReadOnlySpan<char> text = text;
    private int position;

    public static OperatorSchema Parse(string text) => new SchemaParser(text).Schema();

    /// <summary>The part before the parameters, which names the operator.</summary>
    public static (string Name, string Overload) ParseName(string text)
    {
        var full = text[..text.IndexOf('(', StringComparison.Ordinal)];
        var dot = full.IndexOf('.', full.LastIndexOf(':'));
        return dot < 0 ? (full, "") : (full[..dot], full[(dot + 1)..]);
    }

    private OperatorSchema Schema()
    {
        var (name, overload) = ParseName(text.ToString());
        position = text.IndexOf('(') + 1;
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        var keywordOnly = false;
        while (!Take(')'))
        {
            if (Take('*'))
            {
                keywordOnly = true;
            }
            else
            {
                parameters.Add(OneParameter(keywordOnly));
            }

            Take(',');
        }

        Expect('-');
        Expect('>');
        return new(name, overload, parameters.ToImmutable(), Returns());
    }

    private Parameter OneParameter(bool keywordOnly)
    {
        var type = Type();
        var name = Word().ToString();
        return new(name, type, Take('=') ? Default(type) : null, keywordOnly);
    }

    private ImmutableArray<ParameterType> Returns()
    {
        var returns = ImmutableArray.CreateBuilder<ParameterType>();
        if (!Take('('))
        {
            returns.Add(Type());
            return returns.ToImmutable();
        }

        while (!Take(')'))
        {
            returns.Add(Type());
            if (Peek() is not ',' and not ')')
            {
                Word();
            }

            Take(',');
        }

        return returns.ToImmutable();
    }

    private ParameterType Type()
    {
        var kind = Word() switch
        {
            "Tensor" or "t" => ParameterKind.Tensor,
            "int" or "SymInt" => ParameterKind.Int,
            "float" or "SymFloat" => ParameterKind.Float,
            "bool" or "SymBool" => ParameterKind.Bool,
            "Scalar" or "number" => ParameterKind.Scalar,
            "str" => ParameterKind.Text,
            "ScalarType" => ParameterKind.ScalarType,
            "Device" or "Layout" or "MemoryFormat" or "Generator" => ParameterKind.Opaque,
            var other => throw Error($"unknown type '{other}'"),
        };
        SkipAlias();
        var type = new ParameterType(kind, IsOptional: Take('?'));
        if (Take('['))
        {
            var length = Peek() is ']' ? 0 : int.Parse(Word(), CultureInfo.InvariantCulture);
            Expect(']');
            SkipAlias();
            type = new ParameterType(kind, IsList: true, length, IsOptional: Take('?'), HasOptionalElements: type.IsOptional);
        }

        return type;
    }

    private Lowered Default(ParameterType type)
    {
        if (Take('['))
        {
            var items = ImmutableArray.CreateBuilder<Lowered>();
            while (!Take(']'))
            {
                items.Add(Literal(type.Kind));
                Take(',');
            }

            return new Lowered.List(items.ToImmutable());
        }

        return Literal(type.Kind);
    }

    private Lowered Literal(ParameterKind kind)
    {
        if (Take('"') || Take('\''))
        {
            var start = position;
            while (text[position] is not '"' and not '\'')
            {
                position++;
            }

            return new Lowered.Text(text[start..position++].ToString());
        }

        var word = Word();
        return word switch
        {
            "None" => Lowered.Nothing,
            "True" => Lowered.Of(true),
            "False" => Lowered.Of(false),
            _ when kind == ParameterKind.Float || word.IndexOfAny('.', 'e') >= 0 =>
                new Lowered.Float(Expr.Const(DType.Float64, double.Parse(word, CultureInfo.InvariantCulture))),
            _ => Lowered.Of(long.Parse(word, CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>Marks such as <c>(a!)</c> say what is written or shared; no value of a functional graph is.</summary>
    private void SkipAlias()
    {
        if (Peek() == '(')
        {
            position += text[position..].IndexOf(')') + 1;
        }
    }

    private ReadOnlySpan<char> Word()
    {
        Peek();
        var start = position;
        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] is '_' or '.' or '-' or '+'))
        {
            position++;
        }

        return position > start ? text[start..position] : throw Error("a word was expected");
    }

    private char Peek()
    {
        while (position < text.Length && text[position] == ' ')
        {
            position++;
        }

        return position < text.Length ? text[position] : '\0';
    }

    private bool Take(char wanted)
    {
        if (Peek() != wanted)
        {
            return false;
        }

        position++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Take(wanted))
        {
            throw Error($"'{wanted}' was expected");
        }
    }

    private readonly FormatException Error(string problem) => new($"{problem} at column {position + 1} of the schema '{text}'");
}
