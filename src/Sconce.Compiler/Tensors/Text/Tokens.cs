using System.Globalization;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>A program's text, word by word: names, numbers, strings in quotes, and signs of one or two characters.</summary>
internal sealed class Tokens(string text)
{
    private static readonly string[] LongSigns = ["->", "//", "..", "<=", ">=", "==", "!="];
    private int start;
    private int end;
    private bool read;

    public bool AtEnd => Peek().Length == 0;

    /// <summary>The next token without taking it; empty at the end.</summary>
    public string Peek()
    {
        if (!read)
        {
            Find();
            read = true;
        }

        return text[start..end];
    }

    public string Next()
    {
        var token = Peek();
        read = false;
        return token;
    }

    public bool TryTake(string token)
    {
        if (Peek() != token)
        {
            return false;
        }

        read = false;
        return true;
    }

    public void Take(string token)
    {
        if (!TryTake(token))
        {
            throw Expected($"'{token}'");
        }
    }

    /// <summary>Whether such a token stands in the parenthesis that comes next. Nothing is taken.</summary>
    public bool Encloses(Func<string, bool> wanted)
    {
        var (from, to, known, depth, found) = (start, end, read, 0, false);
        do
        {
            var token = Next();
            depth += token == "(" ? 1 : token is ")" or "" ? -1 : 0;
            found |= wanted(token);
        }
        while (depth > 0 && !found);
        (start, end, read) = (from, to, known);
        return found;
    }

    public bool IsName => Peek() is [var first, ..] && (char.IsAsciiLetter(first) || first is '_' || (first == '%' && Peek().Length > 1));

    public bool IsNumber => Peek() is [var first, ..] && char.IsAsciiDigit(first);

    public bool IsString => Peek() is ['"', ..];

    public string Name() => IsName ? Next() : throw Expected("a name");

    /// <summary>The word before a number's dtype: digits, a point, an exponent, or nan and inf.</summary>
    public string Number()
    {
        var sign = TryTake("-") ? "-" : "";
        return IsNumber || Peek() is "nan" or "inf" ? sign + Next() : throw Expected("a number");
    }

    public long Integer() => long.TryParse(Number(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Expected("an integer");

    public string String()
    {
        if (!IsString)
        {
            throw Expected("a string in quotes");
        }

        var quoted = Next();
        var value = new System.Text.StringBuilder();
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == '\\' && quoted[i + 1] == 'u')
            {
                value.Append((char)int.Parse(quoted.AsSpan(i + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 5;
            }
            else
            {
                i += quoted[i] == '\\' ? 1 : 0;
                value.Append(quoted[i]);
            }
        }

        return value.ToString();
    }

    public FormatException Expected(string expected) => Wrong($"expected {expected}, but got {(AtEnd ? "the end" : $"'{Peek()}'")}");

    public FormatException Wrong(string problem)
    {
        _ = Peek();
        return new($"line {text.AsSpan(0, start).Count('\n') + 1}: {problem}");
    }

    private void Find()
    {
        start = end;
        while (start < text.Length && (char.IsWhiteSpace(text[start]) || text[start] == ';'))
        {
            // From a semicolon on a line is a comment.
            start = text[start] == ';' ? (text.IndexOf('\n', start) is >= 0 and var line ? line : text.Length) : start + 1;
        }

        end = start;
        if (start == text.Length)
        {
            return;
        }

        var first = text[start];
        if (first == '"')
        {
            for (end = start + 1; end < text.Length && text[end] != '"'; end++)
            {
                end += text[end] == '\\' ? 1 : 0;
            }

            end = end < text.Length ? end + 1 : throw new FormatException("a string without its end");
        }
        else if (char.IsAsciiLetter(first) || first == '_' || (first == '%' && Follows(1, char.IsAsciiDigit)))
        {
            for (end = start + 1; end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_' || IsPoint(end)); end++)
            {
            }
        }
        else if (char.IsAsciiDigit(first))
        {
            // A point belongs to the number, two are a range; so does an exponent's sign.
            for (end = start + 1; end < text.Length && (char.IsAsciiDigit(text[end]) || IsPoint(end) || text[end] == 'E'
                || (text[end] is '-' or '+' && text[end - 1] == 'E')); end++)
            {
            }
        }
        else
        {
            end = start + (LongSigns.Any(sign => text.AsSpan(start).StartsWith(sign, StringComparison.Ordinal)) ? 2 : 1);
        }
    }

    /// <summary>A point, and not the first of two, which are a range.</summary>
    private bool IsPoint(int at) => text[at] == '.' && !(at + 1 < text.Length && text[at + 1] == '.');

    private bool Follows(int at, Func<char, bool> suits) => start + at < text.Length && suits(text[start + at]);
}
