using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Numpy;

/// <summary>The header of a .npy file: a Python dictionary of element type, order and shape.</summary>
internal sealed record NpyHeader(DType Type, bool BigEndian, bool FortranOrder, ImmutableArray<long> Shape)
{
    /// <summary>Numpy itself writes 128 bytes; more than this is no header but an attack.</summary>
    public const int LongestText = 64 * 1024;

    /// <summary>As many dimensions as NumPy 2 allows.</summary>
    private const int MostDimensions = 64;

    /// <summary>The number of elements; throws where no array in memory could hold them.</summary>
    public long ElementCount(string file)
    {
        var empty = Shape.Contains(0);
        Int128 count = 1;
        foreach (var size in Shape)
        {
            count *= Math.Max(size, 1);
            if (count * Type.Size() > Array.MaxLength)
            {
                throw new SconceException($"an array of shape {ShapeText(Shape)} is larger than 2 GB", new Where(file));
            }
        }

        return empty ? 0 : (long)count;
    }

    public static string ShapeText(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    public static NpyHeader Parse(ReadOnlySpan<byte> bytes, string file)
    {
        var text = Encoding.Latin1.GetString(bytes).Trim();
        string? descr = null;
        bool? fortran = null;
        ImmutableArray<long>? shape = null;

        var rest = Take(text, "{");
        while (!rest.StartsWith('}'))
        {
            var key = Quoted(ref rest);
            rest = Take(rest, ":");
            switch (key)
            {
                case "descr": descr = Quoted(ref rest); break;
                case "fortran_order": fortran = Boolean(ref rest); break;
                case "shape": shape = Tuple(ref rest); break;
                default: throw Broken($"an unknown key '{key}'");
            }

            if (rest.StartsWith(','))
            {
                rest = Take(rest, ",");
            }
        }

        if (descr is null || fortran is null || shape is null)
        {
            throw Broken("a header without descr, fortran_order or shape");
        }

        return new(ElementType(descr, file), descr.StartsWith('>'), fortran.Value, shape.Value);

        string Take(string from, string what) =>
            from.StartsWith(what, StringComparison.Ordinal) ? from[what.Length..].TrimStart() : throw Broken($"no '{what}' where one belongs");

        string Quoted(ref string from)
        {
            var end = from.Length > 0 && from[0] is '\'' or '"' ? from.IndexOf(from[0], 1) : -1;
            if (end < 0)
            {
                throw Broken("no quoted word where one belongs (structured arrays are not supported)");
            }

            var word = from[1..end];
            from = from[(end + 1)..].TrimStart();
            return word;
        }

        bool Boolean(ref string from)
        {
            var value = from.StartsWith("True", StringComparison.Ordinal);
            from = Take(from, value ? "True" : "False");
            return value;
        }

        ImmutableArray<long> Tuple(ref string from)
        {
            from = Take(from, "(");
            var end = from.IndexOf(')');
            if (end < 0)
            {
                throw Broken("a shape without an end");
            }

            var parts = from[..end].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            from = from[(end + 1)..].TrimStart();
            if (parts.Length > MostDimensions)
            {
                throw Broken($"{parts.Length} dimensions");
            }

            return [.. parts.Select(part =>
                long.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    ? size
                    : throw Broken($"a size '{part}'"))];
        }

        SconceException Broken(string what) => SconceException.Expected("the header of a .npy array", what, new Where(file));
    }

    public string ToText()
    {
        var sizes = string.Concat(Shape.Select(size => $"{size}, ")).TrimEnd(' ');
        var shape = Shape.Length == 1 ? sizes : sizes.TrimEnd(',');
        return $"{{'descr': '{Descr(Type)}', 'fortran_order': {(FortranOrder ? "True" : "False")}, 'shape': ({shape}), }}";
    }

    private static DType ElementType(string descr, string file) => descr.TrimStart('<', '>', '|', '=') switch
    {
        "b1" or "?" => DType.Bool,
        "u1" => DType.UInt8,
        "i1" => DType.Int8,
        "i2" => DType.Int16,
        "i4" => DType.Int32,
        "i8" => DType.Int64,
        "u2" => DType.UInt16,
        "u4" => DType.UInt32,
        "u8" => DType.UInt64,
        "f2" => DType.Float16,
        "f4" => DType.Float32,
        "f8" => DType.Float64,
        "c8" => DType.Complex64,
        "c16" => DType.Complex128,
        _ => throw SconceException.Expected(
            "an array of bool, uint8 … uint64, int8 … int64, float16 … float64 or complex numbers", $"elements of NumPy type '{descr}'",
            new Where(file), "convert it in Python: array.astype(numpy.float32), for example"),
    };

    private static string Descr(DType type) => type switch
    {
        DType.Bool => "|b1",
        DType.UInt8 => "|u1",
        DType.Int8 => "|i1",
        DType.Int16 => "<i2",
        DType.Int32 => "<i4",
        DType.Int64 => "<i8",
        DType.UInt16 => "<u2",
        DType.UInt32 => "<u4",
        DType.UInt64 => "<u8",
        DType.Float32 => "<f4",
        DType.Float64 => "<f8",
        DType.Complex64 => "<c8",
        DType.Complex128 => "<c16",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "the writer keeps half precision as float32"),
    };
}
