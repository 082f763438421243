using System.Globalization;
using Sconce.Cli.Terminal;
using Sconce.Compiler;

namespace Sconce.Cli.Commands;

/// <summary>What <c>--weights</c> made of weights, those that it changed most first.</summary>
internal static class CompressionReport
{
    private const int MostRows = 12;

    public static void Print(IReadOnlyList<CompressedWeight> weights)
    {
        if (weights.Count == 0)
        {
            return;
        }

        var (changed, kept) = (weights.Where(weight => weight.Kept is null).OrderByDescending(weight => weight.Error).ToList(), weights.Where(weight => weight.Kept is not null).ToList());
        Console.WriteLine();
        Console.WriteLine($"{Quantity.Bytes(changed.Sum(weight => weight.Before))} of weights are {Quantity.Bytes(changed.Sum(weight => weight.After))} now. Most changed are:");
        var grid = new Grid("", "", "", "");
        foreach (var weight in changed.Take(MostRows))
        {
            grid.Add(weight.Name, string.Join('x', weight.Shape), Name(weight.Format), string.Create(CultureInfo.InvariantCulture, $"{100 * weight.Error:0.00} % off"));
        }

        grid.Print(Console.Out, indent: "  ");
        if (changed.Count > MostRows)
        {
            Console.WriteLine($"  … and {changed.Count - MostRows} more");
        }

        if (kept.Count > 0)
        {
            var reasons = kept.GroupBy(weight => weight.Kept).Select(group => $"{group.Count()} ({group.Key}: {group.First().Name}{(group.Skip(1).Any() ? ", …" : "")})");
            Console.WriteLine($"Kept as they are: {string.Join(", ", reasons)}.");
        }
    }

    private static string Name(WeightFormat format) => format.ToString().ToLowerInvariant();
}
