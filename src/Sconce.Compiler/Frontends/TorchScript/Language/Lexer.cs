using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;

namespace Sconce.Compiler.Frontends.TorchScript.Language;

internal enum TokenKind
{
    Name,
    Int,
    Float,
    Imaginary,
    Text,
    Symbol,
    NewLine,
    Indent,
    Dedent,
    End,
}

/// <summary>A word of the code: its text, with escapes resolved in a string, and where it begins.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int At)
{
    public double Number { get; init; }

    public long Integer { get; init; }

    public bool Is(string symbol) => Kind is TokenKind.Symbol or TokenKind.Name && Text == symbol;
}

/// <summary>Cuts a unit's text into words, with the changes of indentation between lines as words too.</summary>
internal sealed class Lexer(ScriptSource source)
{
    private const int DeepestIndent = 200;

    private static readonly string[] symbols =
    [
        "**=", "//=", "<<=", ">>=", "...", "->", "==", "!=", "<=", ">=", "//", "**", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
        "(", ")", "[", "]", "{", "}", ":", ",", ".", ";", "=", "+", "-", "*", "/", "%", "<", ">", "|", "&", "^", "~", "@",
    ];

    private readonly string text = source.Text;
    private readonly List<Token> tokens = [];
    private readonly Stack<int> indents = new([0]);
    private int position;
    private int brackets;

    public static List<Token> Read(ScriptSource source) => new Lexer(source).Run();

    private List<Token> Run()
    {
        Indentation();
        while (position < text.Length)
        {
            Budget.Spend(1);
            var c = text[position];
            if (c is ' ' or '\t' or '\r' or '\f')
            {
                position++;
            }
            else if (c == '#')
            {
                SkipLine();
            }
            else if (c == '\\' && position + 1 < text.Length && text[position + 1] is '\n' or '\r')
            {
                position += text[position + 1] == '\r' ? 3 : 2;
            }
            else if (c == '\n')
            {
                position++;
                if (brackets == 0)
                {
                    Add(TokenKind.NewLine, "", position - 1);
                    Indentation();
                }
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1])))
            {
                Number();
            }
            else if (c is '"' or '\'')
            {
                Text(position);
            }
            else if (char.IsLetter(c) || c == '_')
            {
                Word();
            }
            else
            {
                Symbol();
            }
        }

        Add(TokenKind.NewLine, "", position);
        while (indents.Pop() > 0)
        {
            Add(TokenKind.Dedent, "", position);
        }

        Add(TokenKind.End, "", position);
        return tokens;
    }

    /// <summary>At the beginning of a line: lines that hold nothing do not count.</summary>
    private void Indentation()
    {
        while (true)
        {
            var start = position;
            while (position < text.Length && text[position] is ' ' or '\t')
            {
                position++;
            }

            if (position < text.Length && text[position] == '#')
            {
                SkipLine();
            }

            if (position < text.Length && text[position] is '\n' or '\r')
            {
                position++;
                continue;
            }

            if (position >= text.Length)
            {
                return;
            }

            var width = position - start;
            if (width > indents.Peek())
            {
                if (indents.Count > DeepestIndent)
                {
                    throw Error(position, "blocks are nested too deeply");
                }

                indents.Push(width);
                Add(TokenKind.Indent, "", position);
            }

            while (width < indents.Peek())
            {
                indents.Pop();
                Add(TokenKind.Dedent, "", position);
            }

            if (width != indents.Peek())
            {
                throw Error(position, "a line is indented as none before it is");
            }

            return;
        }
    }

    private void SkipLine()
    {
        while (position < text.Length && text[position] != '\n')
        {
            position++;
        }
    }

    private void Word()
    {
        var start = position;
        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] == '_'))
        {
            position++;
        }

        if (position < text.Length && text[position] is '"' or '\'' && position - start <= 2 && text.AsSpan(start, position - start).Trim("bBrRuU").IsEmpty)
        {
            Text(start);
            return;
        }

        Add(TokenKind.Name, text[start..position], start);
    }

    private void Symbol()
    {
        foreach (var symbol in symbols)
        {
            if (string.CompareOrdinal(text, position, symbol, 0, symbol.Length) == 0)
            {
                brackets += symbol is "(" or "[" or "{" ? 1 : symbol is ")" or "]" or "}" ? -1 : 0;
                if (brackets < 0)
                {
                    throw Error(position, "a bracket closes that none opened");
                }

                Add(TokenKind.Symbol, symbol, position);
                position += symbol.Length;
                return;
            }
        }

        throw Error(position, $"the character '{text[position]}' has no meaning here");
    }

    private void Number()
    {
        var start = position;
        var isFloat = false;
        if (text[position] == '0' && position + 1 < text.Length && text[position + 1] is 'x' or 'X')
        {
            position += 2;
            while (position < text.Length && char.IsAsciiHexDigit(text[position]))
            {
                position++;
            }

            if (!long.TryParse(text.AsSpan(start + 2, position - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            {
                throw Error(start, "a number was expected");
            }

            tokens.Add(new(TokenKind.Int, text[start..position], start) { Integer = hex });
            return;
        }

        while (position < text.Length)
        {
            var c = text[position];
            if (c is '.' or 'e' or 'E')
            {
                isFloat = true;
            }
            else if (!char.IsAsciiDigit(c) && c != '_' && !(c is '+' or '-' && text[position - 1] is 'e' or 'E'))
            {
                break;
            }

            position++;
        }

        var digits = text[start..position].Replace("_", "", StringComparison.Ordinal);
        if (position < text.Length && text[position] is 'j' or 'J')
        {
            position++;
            tokens.Add(new(TokenKind.Imaginary, digits, start) { Number = Double(digits, start) });
        }
        else if (isFloat)
        {
            tokens.Add(new(TokenKind.Float, digits, start) { Number = Double(digits, start) });
        }
        else
        {
            // What -9223372036854775808 is made of is one more than the largest number: it wraps around, and its negative is itself.
            if (!ulong.TryParse(digits, CultureInfo.InvariantCulture, out var whole) || whole > (ulong)long.MaxValue + 1)
            {
                throw Error(start, "an integer exceeds 64 bits");
            }

            tokens.Add(new(TokenKind.Int, digits, start) { Integer = unchecked((long)whole) });
        }
    }

    private double Double(string digits, int at) =>
        double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Error(at, "a number was expected");

    private void Text(int start)
    {
        var isRaw = text.AsSpan(start, position - start).ContainsAny('r', 'R');
        var quote = text[position++];
        var isLong = position + 1 < text.Length && text[position] == quote && text[position + 1] == quote;
        position += isLong ? 2 : 0;
        var made = new StringBuilder();
        while (true)
        {
            if (position >= text.Length || (!isLong && text[position] == '\n'))
            {
                throw Error(start, "a string has no end");
            }

            var c = text[position++];
            if (c == quote && (!isLong || (position + 1 < text.Length && text[position] == quote && text[position + 1] == quote)))
            {
                position += isLong ? 2 : 0;
                Add(TokenKind.Text, made.ToString(), start);
                return;
            }

            if (c == '\\' && !isRaw && position < text.Length)
            {
                Escape(made, start);
            }
            else
            {
                made.Append(c);
            }
        }
    }

    private void Escape(StringBuilder made, int start)
    {
        var c = text[position++];
        switch (c)
        {
            case '\n':
                break;
            case 'n':
                made.Append('\n');
                break;
            case 't':
                made.Append('\t');
                break;
            case 'r':
                made.Append('\r');
                break;
            case 'a':
                made.Append('\a');
                break;
            case 'b':
                made.Append('\b');
                break;
            case 'f':
                made.Append('\f');
                break;
            case 'v':
                made.Append('\v');
                break;
            case 'x' or 'u' or 'U':
                var length = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                if (position + length > text.Length || !int.TryParse(text.AsSpan(position, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
                {
                    throw Error(start, "a string has an escape that stands for no character");
                }

                made.Append(new Rune(code).ToString());
                position += length;
                break;
            case >= '0' and <= '7':
                var value = c - '0';
                for (var i = 0; i < 2 && position < text.Length && text[position] is >= '0' and <= '7'; i++)
                {
                    value = (value * 8) + (text[position++] - '0');
                }

                made.Append((char)value);
                break;
            case '\\' or '"' or '\'':
                made.Append(c);
                break;
            default:
                made.Append('\\').Append(c);
                break;
        }
    }

    private void Add(TokenKind kind, string text, int at) => tokens.Add(new(kind, text, at));

    private SconceException Error(int at, string problem) => source.Damaged(at, problem);
}
