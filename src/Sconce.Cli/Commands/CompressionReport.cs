using System.Globalization;
using Sconce.Cli.Terminal;
using Sconce.Cli.Verification;
using Sconce.Compiler;

namespace Sconce.Cli.Commands;

/// <summary>What <c>--weights</c> made of weights, those that it changed most first; where outputs of layers were compared, those whose outputs changed most.</summary>
internal static class CompressionReport
{
    private const int MostRows = 12;

    public static void Print(IReadOnlyList<CompressedWeight> weights, LayerErrors? errors)
    {
        if (weights.Count == 0)
        {
            return;
        }

        var changed = weights.Where(weight => weight.Kept is null).OrderByDescending(weight => errors?.Layers.GetValueOrDefault(weight.Name) ?? weight.Error).ToList();
        var kept = weights.Where(weight => weight.Kept is not null).ToList();
        Console.WriteLine();
        Console.WriteLine($"{Quantity.Bytes(changed.Sum(weight => weight.Before))} of weights are {Quantity.Bytes(changed.Sum(weight => weight.After))} now. Most changed are:");
        var grid = new Grid([.. Enumerable.Repeat("", errors is null ? 4 : 5)]);
        foreach (var weight in changed.Take(MostRows))
        {
            string[] cells = [weight.Name, string.Join('x', weight.Shape), Name(weight.Format), Off(weight.Error)];
            grid.Add(errors is null ? cells : [.. cells, errors.Layers.TryGetValue(weight.Name, out var error) ? $"its layer's results {Off(error)}" : ""]);
        }

        grid.Print(Console.Out, indent: "  ");
        if (changed.Count > MostRows)
        {
            Console.WriteLine($"  … and {changed.Count - MostRows} more");
        }

        if (errors is { Calls: > 0 })
        {
            Console.WriteLine($"The model's outputs: {string.Join(", ", errors.Outputs.Select(output => $"{output.Name} {Off(output.Error)}"))} ({errors.Note}).");
        }
        else if (errors is not null)
        {
            Console.WriteLine($"Layers were not compared: {errors.Note}.");
        }

        if (kept.Count > 0)
        {
            var reasons = kept.GroupBy(weight => weight.Kept).Select(group => $"{group.Count()} ({group.Key}: {group.First().Name}{(group.Skip(1).Any() ? ", …" : "")})");
            Console.WriteLine($"Kept as they are: {string.Join(", ", reasons)}.");
        }
    }

    private static string Off(double error) => string.Create(CultureInfo.InvariantCulture, $"{100 * error:0.00} % off");

    private static string Name(WeightFormat format) => format.ToString().ToLowerInvariant();
}
