using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>What tells one function that multiplies bytes from another.</summary>
/// <param name="Rows">Rows at once.</param>
/// <param name="Vectors">Vectors of columns in a panel.</param>
/// <param name="Elements">How codes are stored.</param>
/// <param name="Zero">The code that stands for zero.</param>
/// <param name="IsFloat">Whether sums are float32.</param>
/// <param name="HasScales">Whether there are scales.</param>
/// <param name="Taps">How often each loop around the runs turns, outermost first; null where only the run knows.</param>
/// <param name="HasRounds">Whether a run, or a group's part of it, has rounds of several words.</param>
/// <param name="Rest">Words after these.</param>
/// <param name="RestBytes">Bytes of a row that these are multiplied with.</param>
internal sealed record ByteTileShape(
    int Rows, int Vectors, Storage.Integers Elements, int Zero, bool IsFloat, bool HasScales, int?[] Taps, bool HasRounds, int Rest, int RestBytes)
{
    /// <summary>Parameters: the rows' places, then these, then count and step of each loop.</summary>
    public int Words => Rows;

    public int Scales => Rows + 1;

    public int Kind => Rows + 2;

    public int Rounds => Rows + 3;

    public int Groups => Rows + 4;

    public int FirstTap => Rows + 5;

    public string Name =>
        $"bytes_{Rows}x{Vectors * 4}_{Elements.Name}_{Zero}{(IsFloat ? "_float" : "")}{(HasScales ? "_scaled" : "")}"
        + $"{string.Concat(Taps.Select(tap => $"_{tap}"))}_{(HasRounds ? "rounds" : "")}{Rest}_{RestBytes}";
}

/// <summary>A function that multiplies a few rows of bytes with a panel, in whichever form the engine has been found to be right with.</summary>
internal sealed class ByteTile
{
    private const int InQuad = 4;

    private readonly FunctionBuilder f;
    private readonly KernelModule module;
    private readonly ByteTileShape shape;
    private readonly LocalV128? zero;
    private readonly LocalV128? mask;

    private ByteTile(FunctionBuilder f, KernelModule module, ByteTileShape shape)
    {
        (this.f, this.module, this.shape) = (f, module, shape);
        zero = shape.Zero == 0 ? null : Everywhere((byte)shape.Zero, "zero");
        mask = shape.Elements.Width == 8 ? null : Everywhere((byte)shape.Elements.Mask, "mask");
    }

    /// <summary>Sums that a function leaves behind, all but the first.</summary>
    public static Global Sum(KernelModule module, int number) => module.Variable($"byte_sum{number}", WasmType.V128, V128.Zero);

    public static FunctionBuilder In(KernelModule module, ByteTileShape shape) => module.Function(
        shape.Name, [.. Enumerable.Repeat(WasmType.I32, shape.FirstTap + (2 * shape.Taps.Length))], WasmType.V128, g => new ByteTile(g, module, shape).Emit());

    private int WordBytes => shape.Vectors * 16;

    private LocalI32 Parameter(int number, string name) => f.Parameter(number, name).AsI32();

    private LocalV128 Everywhere(byte value, string name) => f.Let(V128.Const(Enumerable.Repeat(value, 16).ToArray()), name);

    /// <summary>How four bytes of a row are multiplied with those of the columns.</summary>
    private enum Form
    {
        Unsigned, Signed, Widened,
    }

    private void Emit()
    {
        var sums = Enumerable.Range(0, shape.Rows * shape.Vectors).Select(number => f.V128($"sum{number}")).ToArray();
        if (module.Options.RelaxedSimd)
        {
            var (kind, isNarrow) = (Parameter(shape.Kind, "kind"), shape.Elements.Width == 4);
            f.If(
                isNarrow ? kind.Eq(ByteDot.Unsigned) | kind.Eq(ByteDot.UnsignedOfNibbles) : kind.Eq(ByteDot.Unsigned),
                () => Part(Form.Unsigned, 0, shape.Rows),
                () => f.If(
                    isNarrow ? kind.Eq(ByteDot.Signed) | kind.Eq(ByteDot.SignedOfNibbles) : kind.Eq(ByteDot.Signed),
                    () => Part(Form.Signed, 0, shape.Rows),
                    Widened));
        }
        else
        {
            Widened();
        }

        for (var number = 1; number < sums.Length; number++)
        {
            f.Set(Sum(module, number), sums[number]);
        }

        f.Return(sums[0]);

        void Widened()
        {
            var most = Math.Max(1, TileSizes.Bytes.WidenedSums / shape.Vectors);
            var each = (int)Rounding.CeilDiv(shape.Rows, Rounding.CeilDiv(shape.Rows, most));
            for (var first = 0; first < shape.Rows; first += each)
            {
                Part(Form.Widened, first, Math.Min(each, shape.Rows - first));
            }
        }

        void Part(Form form, int first, int count)
        {
            using var scope = f.Scope();
            new Walk(this, form, first, count).Emit((row, v) => sums[((first + row) * shape.Vectors) + v]);
        }
    }

    /// <summary>The way through the operands in one form.</summary>
    private sealed class Walk
    {
        private readonly ByteTile tile;
        private readonly ByteTileShape shape;
        private readonly FunctionBuilder f;
        private readonly Form form;
        private readonly LocalI32[] rows;
        private readonly LocalI32 words;
        private readonly LocalI32? scales;
        private readonly LocalV128[][] sums;
        private readonly LocalV128[] totals;
        private readonly LocalV128? highest;
        private readonly LocalV128? half;
        private readonly LocalV128? even;
        private int quads;

        public Walk(ByteTile tile, Form form, int first, int count)
        {
            (this.tile, this.form, shape, f) = (tile, form, tile.shape, tile.f);
            rows = [.. Enumerable.Range(first, count).Select(row => f.Let(tile.Parameter(row, $"row{row}"), "row"))];
            words = f.Let(tile.Parameter(shape.Words, "words"), "words");
            scales = shape.HasScales ? f.Let(tile.Parameter(shape.Scales, "scales"), "scales") : null;
            var splits = form == Form.Widened ? 1 : Math.Clamp(TileSizes.Bytes.Sums / (rows.Length * shape.Vectors), 1, TileSizes.Bytes.Unroll);
            sums = [.. Enumerable.Range(0, splits == 3 ? 2 : splits).Select(s => Enumerable.Range(0, rows.Length * shape.Vectors).Select(i => f.V128($"sum{s}_{i}")).ToArray())];
            highest = form == Form.Signed ? tile.Everywhere(0x80, "highest") : null;
            half = form == Form.Signed ? tile.Everywhere(0x40, "half") : null;
            totals = form == Form.Signed ? [.. Enumerable.Range(0, shape.Vectors).Select(v => f.V128($"total{v}"))] : [];
            even = form == Form.Widened ? f.Let(V128.Const(0x00FF00FF, 0x00FF00FF, 0x00FF00FF, 0x00FF00FF), "even") : null;
        }

        private int PerWord => shape.Elements.PerWord;

        public void Emit(Func<int, int, LocalV128> result)
        {
            if (shape.Elements.Group == 0)
            {
                Clear();
                Taps(0);
                Collect();
                ForEach((row, v) => f.Set(result(row, v), shape.IsFloat ? Scaled(row, v) : sums[0][At(row, v)]));
                return;
            }

            ForEach((row, v) => f.Set(result(row, v), V128.Zero));
            f.ForAtLeastOnce(f.I32("group"), 0, tile.Parameter(shape.Groups, "groups"), 1, () =>
            {
                using var inner = f.Scope();
                Clear();
                Run();
                Collect();
                ForEach((row, v) => f.Set(result(row, v), tile.module.Options.FusedMultiplyAdd && scales is not null
                    ? F32x4.RelaxedMadd(F32x4.ConvertI32x4S(sums[0][At(row, v)]), Scale(v), result(row, v))
                    : F32x4.Add(result(row, v), Scaled(row, v))));
                if (scales is not null)
                {
                    f.Set(scales, scales + tile.WordBytes);
                }
            });
        }

        private int At(int row, int v) => (row * shape.Vectors) + v;

        private void ForEach(Action<int, int> each)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                for (var v = 0; v < shape.Vectors; v++)
                {
                    each(row, v);
                }
            }
        }

        private V128 Scale(int v) => Memory.LoadV128(scales!, (uint)(v * 16));

        private V128 Scaled(int row, int v)
        {
            var sum = F32x4.ConvertI32x4S(sums[0][At(row, v)]);
            return scales is null ? sum : F32x4.Mul(sum, Scale(v));
        }

        private void Clear()
        {
            foreach (var local in sums.SelectMany(split => split).Concat(totals))
            {
                f.Set(local, V128.Zero);
            }
        }

        /// <summary>Adds up the sums that took turns, and the 128 by which bytes were too small, times the weights: of these 64 have been summed.</summary>
        private void Collect()
        {
            for (var i = 0; i < sums[0].Length; i++)
            {
                for (var s = 1; s < sums.Length; s++)
                {
                    f.Set(sums[0][i], I32x4.Add(sums[0][i], sums[s][i]));
                }

                if (form == Form.Signed)
                {
                    f.Set(sums[0][i], I32x4.Add(sums[0][i], I32x4.Shl(totals[i % shape.Vectors], 1)));
                }
            }
        }

        private void Taps(int loop)
        {
            if (loop == shape.Taps.Length)
            {
                Run();
                return;
            }

            using var scope = f.Scope();
            var starts = rows.Select(row => f.I32()).ToArray();
            I32 count = shape.Taps[loop] is { } known ? known : tile.Parameter(shape.FirstTap + (2 * loop), "count");
            f.For(f.I32("tap"), 0, count, 1, () =>
            {
                for (var i = 0; i < rows.Length; i++)
                {
                    f.Set(starts[i], rows[i]);
                }

                Taps(loop + 1);
                for (var i = 0; i < rows.Length; i++)
                {
                    f.Set(rows[i], starts[i] + tile.Parameter(shape.FirstTap + (2 * loop) + 1, "step"));
                }
            });
        }

        /// <summary>A run, or a group's part of it: rounds of several words, then those left over.</summary>
        private void Run()
        {
            if (shape.HasRounds)
            {
                f.ForAtLeastOnce(f.I32("round"), 0, tile.Parameter(shape.Rounds, "rounds"), 1, () => Words(TileSizes.Bytes.Unroll, TileSizes.Bytes.Unroll * PerWord));
            }

            Words(shape.Rest, shape.RestBytes);
        }

        private void Words(int count, int bytes)
        {
            if (count == 0)
            {
                return;
            }

            using var scope = f.Scope();
            for (var word = 0; word < count; word++)
            {
                using var each = f.Scope();
                var loaded = Enumerable.Range(0, shape.Vectors).Select(v => Memory.LoadV128(words, (uint)((word * tile.WordBytes) + (v * 16)))).ToArray();
                var start = word * PerWord;
                if (tile.mask is not { } mask)
                {
                    // Around 128, a changed highest bit is the difference.
                    Quad(loaded.Select(codes => f.Let(tile.zero is { } zero ? codes ^ zero : codes, "weights")).ToArray(), start, bytes - start);
                    continue;
                }

                var kept = loaded.Select(codes => f.Let(codes, "codes")).ToArray();
                Quad(kept.Select(codes => Steps(codes & mask)).ToArray(), start, bytes - start);
                if (start + InQuad < bytes)
                {
                    Quad(kept.Select(codes => Steps(I32x4.ShrU(codes, shape.Elements.Width) & mask)).ToArray(), start + InQuad, bytes - start - InQuad);
                }
            }

            foreach (var row in rows)
            {
                f.Set(row, row + (count * PerWord));
            }

            f.Set(words, words + (count * tile.WordBytes));
        }

        private LocalV128 Steps(V128 codes) => f.Let(tile.zero is { } zero ? I8x16.Sub(codes, zero) : codes, "weights");

        /// <summary>Four bytes of a row in each lane. Of fewer, which end a run, the others meet weights of zero: they may be anything, but are not read.</summary>
        private static V128 Splat(LocalI32 row, uint offset, int count) => count switch
        {
            1 => Memory.Load8Splat(row, offset),
            2 => Memory.Load16Splat(row, offset),
            3 => I32x4.Splat(Memory.LoadI32_16U(row, offset) | (Memory.LoadI32_8U(row, offset + 2) << 16)),
            _ => Memory.Load32Splat(row, offset),
        };

        /// <summary>Four bytes of each row, or as many as are left, times those of each column.</summary>
        private void Quad(LocalV128[] weights, int offset, int left)
        {
            using var scope = f.Scope();
            var into = sums[quads++ % sums.Length];
            var halves = form != Form.Widened ? [] : weights.Select(four => (
                Even: f.Let(I16x8.ShrS(I16x8.Shl(four, 8), 8), "even"), Odd: f.Let(I16x8.ShrS(four, 8), "odd"))).ToArray();
            for (var v = 0; v < totals.Length; v++)
            {
                f.Set(totals[v], I32x4.RelaxedDotI8x16I7x16AddS(weights[v], half!, totals[v]));
            }

            for (var row = 0; row < rows.Length; row++)
            {
                using var each = f.Scope();
                var loaded = Splat(rows[row], (uint)offset, left);
                var bytes = f.Let(form == Form.Signed ? loaded ^ highest! : loaded, "bytes");
                var (low, high) = form == Form.Widened ? (f.Let(bytes & even!, "low"), f.Let(I16x8.ShrU(bytes, 8), "high")) : (bytes, bytes);
                for (var v = 0; v < shape.Vectors; v++)
                {
                    var sum = into[At(row, v)];
                    f.Set(sum, form == Form.Widened
                        ? I32x4.Add(I32x4.Add(sum, I32x4.DotI16x8S(halves[v].Even, low)), I32x4.DotI16x8S(halves[v].Odd, high))
                        : I32x4.RelaxedDotI8x16I7x16AddS(weights[v], bytes, sum));
                }
            }
        }
    }
}
