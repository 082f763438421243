using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>The functions that go to and from the space in which a convolution is a product: one of each kind for all layers of a model.</summary>
internal sealed class WinogradTransforms(KernelModule module, int outputs)
{
    private const int VectorBytes = 16;
    private const int PanelBytes = 32;
    private const int Taps = 3;

    private readonly WinogradMatrices matrices = WinogradMatrices.For(outputs);
    private readonly bool fuses = module.Options.FusedMultiplyAdd;

    /// <summary>
    /// (pixels, to, channels · 4, step): one tile, all channels, four at a time. <c>pixels</c> is a table of the addresses of its pixels; values of one point of
    /// the transformed space lie side by side, those of the next are <c>step</c> bytes further.
    /// </summary>
    public FunctionBuilder Input => module.Function(
        $"winograd_{outputs}_input", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None, f =>
        {
            var (pixels, start) = (f.Parameter(0, "pixels").AsI32(), f.Parameter(1, "to").AsI32());
            var (bytes, step) = (f.Parameter(2, "bytes").AsI32(), f.Parameter(3, "step").AsI32());
            var map = new LinearMap(f, fuses, matrices.Input);
            var (at, to) = (f.I32("at"), f.I32("point"));
            f.For(at, 0, bytes, VectorBytes, () =>
            {
                f.Set(to, start + at);
                Square(f, map, matrices.Points, matrices.Points, (column, row) =>
                {
                    var pixel = Memory.LoadI32(pixels, (uint)(((row * matrices.Points) + column) * 4));
                    return Memory.LoadV128(pixel + at);
                }, Scatter(f, to, step));
            });
        });

    /// <summary>(from, to, channels, step): the weights of eight outputs, [channel, tap, output], to points of [channel, output].</summary>
    public FunctionBuilder Weight(Storage.Elementwise elements) => module.Function(
        $"winograd_{outputs}_weight_{elements.Name}", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None, f =>
        {
            var (from, start) = (f.Parameter(0, "from").AsI32(), f.Parameter(1, "to").AsI32());
            var (channels, step) = (f.Parameter(2, "channels").AsI32(), f.Parameter(3, "step").AsI32());
            var map = new LinearMap(f, fuses, matrices.Weight);
            var (vector, panel, read) = (4 * elements.Size, 8 * elements.Size, StorageReader.For(f, elements));
            var (at, to, end) = (f.I32("at"), f.I32("point"), f.Let(channels * PanelBytes));
            f.For(at, 0, end, VectorBytes, () =>
            {
                f.Set(to, start + at);
                Square(
                    f, map, Taps, matrices.Points, (column, row) => read(from, (uint)(((row * Taps) + column) * panel)), Scatter(f, to, step));

                // The second half of a channel's outputs, then the next channel.
                f.Set(from, from + (at & VectorBytes).Select((Taps * Taps * panel) - vector, vector));
            });
        });

    /// <summary>(from, to, tiles, step): points of [tile, eight outputs] to [tile, half, pixel, four outputs].</summary>
    public FunctionBuilder Output => module.Function(
        $"winograd_{outputs}_output", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None, f =>
        {
            var (from, to) = (f.Parameter(0, "from").AsI32(), f.Parameter(1, "to").AsI32());
            var (tiles, step) = (f.Parameter(2, "tiles").AsI32(), f.Parameter(3, "step").AsI32());
            var map = new LinearMap(f, fuses, matrices.Output);
            var (at, point, end) = (f.I32("at"), f.I32("point"), f.Let(tiles * PanelBytes));
            f.For(at, 0, end, VectorBytes, () =>
            {
                f.Set(point, from + at);
                Square(
                    f, map, matrices.Points, outputs, Gather(f, point, step),
                    (column, row, value) => f.StoreV128(to, value, (uint)(((row * outputs) + column) * VectorBytes)));
                f.Set(to, to + (outputs * outputs * VectorBytes));
            });
        });

    /// <summary>
    /// The map along both sides of a square: along each line as it is loaded (line, place), then across the lines, which gives for each place of the first
    /// result (place, line) those of the second.
    /// </summary>
    private static void Square(FunctionBuilder f, LinearMap map, int from, int to, Func<int, int, V128> load, Action<int, int, V128> store)
    {
        using (f.Scope())
        {
            var lines = new LocalV128[from][];
            for (var line = 0; line < from; line++)
            {
                lines[line] = map.Apply([.. Enumerable.Range(0, from).Select(place => f.Let(load(line, place)))]);
            }

            for (var place = 0; place < to; place++)
            {
                var values = map.Apply([.. lines.Select(line => line[place])]);
                for (var line = 0; line < to; line++)
                {
                    store(place, line, values[line]);
                }
            }
        }
    }

    /// <summary>Stores to one point after the other.</summary>
    private static Action<int, int, V128> Scatter(FunctionBuilder f, LocalI32 to, I32 step) => (_, _, value) =>
    {
        f.StoreV128(to, value);
        f.Set(to, to + step);
    };

    private static Func<int, int, V128> Gather(FunctionBuilder f, LocalI32 from, I32 step) => (_, _) =>
    {
        var value = f.Let(Memory.LoadV128(from));
        f.Set(from, from + step);
        return value;
    };
}
