using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>
/// Reads a <c>.debug_pkl</c>, which lies beside each file of code: ranges of the text, each with the piece of Python that it was made of. That piece holds its text, the file's name and the
/// number of its first line; since PyTorch 1.9 the texts lie in a table of lines.
/// </summary>
internal static class SourceRangesReader
{
    private const string WithTable = "FORMAT_WITH_STRING_TABLE";

    /// <summary>Lines are told where they can be: a file without them, or with damaged ones, is as good.</summary>
    public static IReadOnlyList<(int Offset, SourceLocation? Location)> Read(ReadOnlyMemory<byte> pickle, Where place)
    {
        PickleValue value;
        try
        {
            value = PickleReader.Read(pickle, place);
        }
        catch (SconceException)
        {
            return [];
        }

        if (value is not PickleValue.Tuple { Items: var ranges })
        {
            return [];
        }

        var table = Array.Empty<string>();
        if (ranges is [PickleValue.Text { Value: WithTable }, PickleValue.Tuple { Items: var texts }, PickleValue.Tuple { Items: var inner }])
        {
            (table, ranges) = ([.. texts.Select(text => text is PickleValue.Text { Value: var line } ? line : "")], inner);
        }

        var sources = new Dictionary<PickleValue, Original?>(ReferenceEqualityComparer.Instance);
        var result = new List<(int Offset, SourceLocation? Location)>(ranges.Length);
        foreach (var range in ranges)
        {
            if (range is not PickleValue.Tuple
                {
                    Items: [PickleValue.Int { Value: >= 0 and <= int.MaxValue and var offset }, PickleValue.Tuple { Items: [var source, PickleValue.Int start, ..] }, ..],
                })
            {
                continue;
            }

            if (!sources.TryGetValue(source, out var original))
            {
                sources.Add(source, original = Original.Of(source, table));
            }

            result.Add(((int)offset, original?.At(start.Value)));
        }

        result.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        return result;
    }

    /// <summary>A piece of Python.</summary>
    private sealed class Original(string file, long firstLine, string[] lines)
    {
        public static Original? Of(PickleValue source, string[] table)
        {
            if (source is not PickleValue.Tuple { Items: [var text, var name, PickleValue.Int { Value: >= 0 and <= int.MaxValue / 2 and var line }] } || Text(name, table) is not { Length: > 0 } file)
            {
                return null;
            }

            string[] pieces = text switch
            {
                PickleValue.Text { Value: var whole } => [whole],
                PickleValue.Object { Arguments: PickleValue.Tuple { Items: [PickleValue.List { Items: var numbers }] } } => [.. numbers.Select(number => Text(number, table) ?? "")],
                _ => [],
            };
            Budget.Spend(pieces.Length);
            Budget.Take(16L * pieces.Length);
            return new(file, line, [.. pieces.SelectMany(Lines)]);
        }

        private readonly SourceLocation? traced = lines.Length > 0 && Frame(lines[0]) is not null ? PythonFrames.Choose(Stack(lines)) : null;

        public SourceLocation? At(long position)
        {
            if (traced is not null)
            {
                return traced;
            }

            // Positions are bytes.
            for (var i = 0; i < lines.Length && position >= 0; i++)
            {
                var bytes = Encoding.UTF8.GetByteCount(lines[i]);
                if (position < bytes)
                {
                    return new(file, (int)firstLine + i, null, lines[i].Trim(), null);
                }

                position -= bytes;
            }

            return null;
        }

        /// <summary>What a trace has instead of code: its stack, innermost frame first, which ends in the tracer.</summary>
        private static IEnumerable<SourceLocation> Stack(string[] lines) =>
            lines.Select(Frame).OfType<SourceLocation>().TakeWhile(frame => !frame.File!.EndsWith("torch/jit/_trace.py", StringComparison.Ordinal));

        /// <summary><c>x.py(3): forward</c>.</summary>
        private static SourceLocation? Frame(string line)
        {
            const string end = "): ";
            var close = line.IndexOf(end, StringComparison.Ordinal);
            var open = close < 0 ? -1 : line.LastIndexOf('(', close);
            return open > 0 && int.TryParse(line.AsSpan(open + 1, close - open - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new(line[..open], number, line[(close + end.Length)..].Trim(), null, null)
                : null;
        }

        private static string? Text(PickleValue value, string[] table) => value switch
        {
            PickleValue.Text { Value: var text } => text,
            PickleValue.Int { Value: var number } when number >= 0 && number < table.Length => table[number],
            _ => null,
        };

        /// <summary>With their ends, since positions count these too.</summary>
        private static IEnumerable<string> Lines(string text)
        {
            for (var start = 0; start < text.Length;)
            {
                var end = text.IndexOf('\n', start) is >= 0 and var at ? at + 1 : text.Length;
                yield return text[start..end];
                start = end;
            }
        }
    }
}
