using System.CommandLine;
using System.Globalization;

namespace Sconce.Cli.Commands;

/// <summary>The option <c>--split [SIZE]</c>.</summary>
internal static class ShardSize
{
    /// <summary>Below what hosts of static files take: 20 MB for jsDelivr, 25 for Cloudflare's.</summary>
    private const int Usual = 16_000_000;

    private const int Least = 4_000, Most = 2_000_000_000;

    private static readonly (string Unit, int Bytes)[] Units = [("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)];

    public static Option<int?> Option() => new("--split")
    {
        Description = "Put the weights into files of their own, weights/SHA-256.bin beside the .wasm, none larger than SIZE (16MB where not given): they are fetched in"
            + " parallel, resumed, and shared with other models and versions.",
        HelpName = "SIZE",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result =>
        {
            if (result.Tokens is not [var token])
            {
                return Usual;
            }

            if (Parse(token.Value) is { } bytes)
            {
                return bytes;
            }

            result.AddError($"--split: expected a size from 4kB to 2GB, such as 16MB, but got '{token.Value}'");
            return null;
        },
    };

    private static int? Parse(string text)
    {
        var (unit, factor) = Units.FirstOrDefault(candidate => text.EndsWith(candidate.Unit, StringComparison.OrdinalIgnoreCase), (Unit: "", Bytes: 1));
        return decimal.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * factor is >= Least and <= Most and var bytes
            ? (int)bytes
            : null;
    }
}
