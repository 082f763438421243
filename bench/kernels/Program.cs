using System.Globalization;
using System.Text;
using Sconce.Bench.Kernels;

// Writes the kernels of a sweep as modules, with a list that sweep.mjs times: Sconce.Bench.Kernels SWEEP FOLDER
var (sweep, folder) = args is [var a, var b] ? (a, b) : throw new ArgumentException("usage: Sconce.Bench.Kernels tiles|products|quantised|convolutions|windows FOLDER");
var cases = sweep switch
{
    "tiles" => TileSweep.Cases(),
    "products" => Products.Cases(),
    "quantised" => QuantisedProducts.Cases(),
    "convolutions" => Convolutions.Cases(),
    "windows" => Convolutions.Windows(),
    _ => throw new ArgumentException($"There is no sweep '{sweep}'."),
};
Directory.CreateDirectory(folder);
var list = new StringBuilder();
foreach (var (number, item) in cases.Index())
{
    File.WriteAllBytes(Path.Combine(folder, $"{number}.wasm"), item.ToModule());
    list.AppendLine(CultureInfo.InvariantCulture, $"{number}.wasm\t{item.Name}\t{item.Kernel}\t{(item.Relaxed ? "relaxed" : "plain")}\t{string.Join(',', item.Buffers)}\t{string.Join(',', item.Phases.Select(phase => phase.Tiles))}\t{item.Flops:R}");
}

File.WriteAllText(Path.Combine(folder, "list.tsv"), list.ToString());
