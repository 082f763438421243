using System.Globalization;
using System.Text;

namespace Sconce.Cli.Terminal;

/// <summary>
/// What a person reads, whoever wrote the names in it: characters that a terminal obeys, that turn the direction of text, or that XML does not have are shown by
/// their numbers. Standard output and error go through here, and so does every picture; our own colours pass, by a mark that no file can know.
/// </summary>
internal sealed class CleanWriter(TextWriter output) : TextWriter(CultureInfo.InvariantCulture)
{
    /// <summary>Stands for the escape character in our own text: made anew in every process.</summary>
    public static string Mark { get; } = $"\0{Guid.NewGuid():N}";

    public override Encoding Encoding => output.Encoding;

    /// <summary>Puts itself before the console's streams.</summary>
    public static void Install()
    {
        Console.SetOut(new CleanWriter(Console.Out));
        Console.SetError(new CleanWriter(Console.Error));
    }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    public override void Write(ReadOnlySpan<char> text)
    {
        while (IndexOfUnclean(text) is >= 0 and var at)
        {
            output.Write(text[..at]);
            if (text[at..].StartsWith(Mark, StringComparison.Ordinal))
            {
                output.Write('\e');
                text = text[(at + Mark.Length)..];
            }
            else
            {
                output.Write(text[at] < 256 ? $"\\x{(int)text[at]:x2}" : $"\\u{(int)text[at]:x4}");
                text = text[(at + 1)..];
            }
        }

        output.Write(text);
    }

    public override void Flush() => output.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            output.Dispose();
        }

        base.Dispose(disposing);
    }

    private static int IndexOfUnclean(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' and not ('\n' or '\t' or '\r') or (>= '\u007f' and <= '\u009f')
                or (>= '\u200e' and <= '\u200f') or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or >= '\ufffe'
                || (text[i] == '\r' && !(i + 1 < text.Length && text[i + 1] == '\n')))
            {
                return i;
            }
        }

        return -1;
    }
}
