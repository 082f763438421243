using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>Inner loops of every size over operands that lie in the caches: what settles the tile.</summary>
internal static class TileSweep
{
    private const int K = 256;
    private const int Rows = 96;
    private const int Columns = 96;

    public static IEnumerable<Case> Cases()
    {
        foreach (var relaxed in new[] { true, false })
        {
            foreach (var (rows, vectors) in new[] { (1, 2), (2, 2), (3, 2), (4, 2), (6, 2), (8, 1), (6, 1), (4, 1), (3, 3), (4, 3), (2, 4) })
            {
                foreach (var pointers in new[] { false, true })
                {
                    yield return Make(relaxed, rows, vectors, pointers);
                }
            }
        }
    }

    private static Case Make(bool relaxed, int rows, int vectors, bool pointers)
    {
        var f = new FunctionBuilder("tile", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32]);
        var (left, right, target) = (f.Parameter(0, "left").AsI32(), f.Parameter(1, "right").AsI32(), f.Parameter(2, "target").AsI32());
        var width = vectors * 4;
        var (m, p) = (f.I32("m"), f.I32("p"));
        var product = new TileProduct(f, relaxed, rows, vectors);
        var count = Columns / width;
        f.For(p, 0, count, 1, () => f.For(m, 0, Rows - (Rows % rows), rows, () =>
        {
            using (f.Scope())
            {
                var start = f.Let(left + (m * (K * 4)));
                var addresses = Enumerable.Range(0, rows)
                    .Select(r => pointers ? new RowAddress(f.Let(start + (r * K * 4)), 0) : new RowAddress(start, (uint)(r * K * 4))).ToArray();
                var panel = f.Let(right + (p * (K * width * 4)));
                product.Emit(addresses, [], K, panel, width, Storage.Plain.Float32);
                var to = f.Let(target + (m * (Columns * 4)) + (p * (width * 4)));
                for (var r = 0; r < rows; r++)
                {
                    for (var v = 0; v < vectors; v++)
                    {
                        f.StoreV128(to, product.Sum(r, v), (uint)((r * Columns * 4) + (v * 16)));
                    }
                }
            }
        }));
        return new Case($"{rows}x{width}", pointers ? "pointers" : "offsets", relaxed, [new Phase(f, 1)], new Module(), [Rows * K * 4, K * Columns * 4, Rows * Columns * 4],
            2.0 * (Rows - (Rows % rows)) * count * width * K);
    }
}
