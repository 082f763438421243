using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Terminal;

/// <summary>Numbers as people read them: three digits and a unit.</summary>
internal static class Quantity
{
    public static string Bytes(long count) => count < 1000 ? $"{count} B" : Scaled(count, " ", ["", "k", "M", "G", "T"]) + "B";

    /// <summary>1.82 G, as in multiply-adds.</summary>
    public static string Count(long count) => count < 1000 ? $"{count}" : Scaled(count, " ", ["", "k", "M", "G", "T"]);

    public static string Milliseconds(double value) => value switch
    {
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.0} s"),
        >= 100 => string.Create(CultureInfo.InvariantCulture, $"{value:0} ms"),
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms"),
    };

    /// <summary>A size that may hang on the input's: its range over all inputs the model takes.</summary>
    public static string Of(Dim size, Func<long, string> text)
    {
        var least = UsualSizes.AtLeast(size);
        return UsualSizes.AtMost(size) switch
        {
            null => $"from {text(least)}",
            { } most when most == least => text(least),
            { } most => $"{text(least)} to {text(most)}",
        };
    }

    private static string Scaled(double value, string space, string[] units)
    {
        var unit = 0;
        while (value >= 999.5 && unit < units.Length - 1)
        {
            (value, unit) = (value / 1000, unit + 1);
        }

        var format = value < 10 ? "0.00" : value < 100 ? "0.0" : "0";
        return value.ToString(format, CultureInfo.InvariantCulture) + space + units[unit];
    }
}
