using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// A few rows of bytes times a panel of quantised weights, in integers: four bytes of a row, which follow one another along K, are multiplied with the four of each column at once,
/// and the sums are exact. The second operand of the engine's dot product is the one that may have all 8 bits, and that is the row; what the engine makes of it has been asked
/// (<see cref="ByteDot"/>). Where none of it helps, and without relaxed SIMD, bytes are widened to 16 bits.
/// </summary>
internal sealed class ByteProduct
{
    private const int InQuad = 4;

    private readonly FunctionBuilder f;
    private readonly bool fuses;
    private readonly int vectors;
    private readonly long run;
    private readonly TapRun[] taps;
    private readonly Storage.Integers elements;
    private readonly LocalI32? kind;
    private readonly LocalV128? zero;
    private readonly LocalV128? mask;

    /// <param name="f">The function that is written.</param>
    /// <param name="module">The module that it is written for.</param>
    /// <param name="vectors">Vectors of columns in a panel.</param>
    /// <param name="run">Bytes that follow one another in a row.</param>
    /// <param name="taps">Loops around the runs.</param>
    /// <param name="elements">How codes are stored.</param>
    /// <param name="zero">The code that stands for zero.</param>
    public ByteProduct(FunctionBuilder f, KernelModule module, int vectors, long run, TapRun[] taps, Storage.Integers elements, int zero)
    {
        (this.f, this.vectors, this.run, this.taps, this.elements) = (f, vectors, run, taps, elements);
        fuses = module.Options.FusedMultiplyAdd;
        kind = module.Options.RelaxedSimd ? f.Let(ByteDot.Kind(module, f), "dot") : null;
        this.zero = zero == 0 ? null : Everywhere((byte)zero, "zero");
        mask = elements.Width == 8 ? null : Everywhere((byte)elements.Mask, "mask");
    }

    private int Groups => elements.Group == 0 ? 1 : (int)(run / elements.Group);

    private long GroupRun => elements.Group == 0 ? run : elements.Group;

    private int WordBytes => vectors * 16;

    private LocalV128 Everywhere(byte value, string name) => f.Let(V128.Const(Enumerable.Repeat(value, 16).ToArray()), name);

    /// <summary>How four bytes of a row are multiplied with those of the columns.</summary>
    private enum Form
    {
        Unsigned, Signed, Widened,
    }

    /// <summary>The sums of each row and vector of columns: int32, or where there are scales float32, each group's times its scale. Pointers of rows are left as they are.</summary>
    /// <param name="rows">Where they begin.</param>
    /// <param name="panel">Where words and scales begin.</param>
    /// <param name="isFloat">Whether the sums are float32.</param>
    public LocalV128[,] Emit(RowAddress[] rows, IntegerPanelAt panel, bool isFloat)
    {
        var sums = new LocalV128[rows.Length, vectors];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var v = 0; v < vectors; v++)
            {
                sums[row, v] = f.V128($"sum{row}_{v}");
            }
        }

        if (kind is null)
        {
            Widened();
            return sums;
        }

        var isNarrow = elements.Width == 4;
        f.If(
            isNarrow ? kind.Eq(ByteDot.Unsigned) | kind.Eq(ByteDot.UnsignedOfNibbles) : kind.Eq(ByteDot.Unsigned),
            () => Part(Form.Unsigned, 0, rows.Length),
            () => f.If(
                isNarrow ? kind.Eq(ByteDot.Signed) | kind.Eq(ByteDot.SignedOfNibbles) : kind.Eq(ByteDot.Signed),
                () => Part(Form.Signed, 0, rows.Length),
                Widened));
        return sums;

        void Widened()
        {
            var most = Math.Max(1, TileSizes.Bytes.WidenedSums / vectors);
            var each = (int)Rounding.CeilDiv(rows.Length, Rounding.CeilDiv(rows.Length, most));
            for (var first = 0; first < rows.Length; first += each)
            {
                Part(Form.Widened, first, Math.Min(each, rows.Length - first));
            }
        }

        void Part(Form form, int first, int count)
        {
            using var scope = f.Scope();
            new Walk(this, form, rows[first..(first + count)], panel).Emit((row, v) => sums[first + row, v], isFloat);
        }
    }

    /// <summary>The way through the operands in one form.</summary>
    private sealed class Walk
    {
        private readonly ByteProduct product;
        private readonly FunctionBuilder f;
        private readonly Form form;
        private readonly RowAddress[] rows;
        private readonly LocalI32[] pointers;
        private readonly LocalI32 words;
        private readonly LocalI32? scales;
        private readonly LocalV128[][] sums;
        private readonly LocalV128[] totals;
        private readonly LocalV128? highest;
        private readonly LocalV128? half;
        private readonly LocalV128? even;
        private int quads;

        public Walk(ByteProduct product, Form form, RowAddress[] rows, IntegerPanelAt panel)
        {
            (this.product, this.form, f) = (product, form, product.f);
            var copies = new Dictionary<Local, LocalI32>();
            foreach (var row in rows)
            {
                if (!copies.ContainsKey(row.Pointer.Local))
                {
                    copies.Add(row.Pointer.Local, f.Let(row.Pointer, "row"));
                }
            }

            this.rows = [.. rows.Select(row => row with { Pointer = copies[row.Pointer.Local] })];
            pointers = [.. copies.Values];
            words = f.Let(panel.Words, "words");
            scales = panel.Scales is null ? null : f.Let(panel.Scales, "scales");
            var splits = form == Form.Widened ? 1 : Math.Clamp(TileSizes.Bytes.Sums / (rows.Length * product.vectors), 1, TileSizes.Bytes.Unroll);
            sums = [.. Enumerable.Range(0, splits == 3 ? 2 : splits).Select(s => Enumerable.Range(0, rows.Length * product.vectors).Select(i => f.V128($"sum{s}_{i}")).ToArray())];
            highest = form == Form.Signed ? product.Everywhere(0x80, "highest") : null;
            half = form == Form.Signed ? product.Everywhere(0x40, "half") : null;
            totals = form == Form.Signed ? [.. Enumerable.Range(0, product.vectors).Select(v => f.V128($"total{v}"))] : [];
            even = form == Form.Widened ? f.Let(V128.Const(0x00FF00FF, 0x00FF00FF, 0x00FF00FF, 0x00FF00FF), "even") : null;
        }

        private int PerWord => product.elements.PerWord;

        public void Emit(Func<int, int, LocalV128> result, bool isFloat)
        {
            if (product.Groups == 1)
            {
                Clear();
                Taps(product.taps);
                Collect();
                ForEach((row, v) => f.Set(result(row, v), isFloat ? Scaled(row, v) : sums[0][At(row, v)]));
                return;
            }

            ForEach((row, v) => f.Set(result(row, v), V128.Zero));
            f.ForAtLeastOnce(f.I32("group"), 0, product.Groups, 1, () =>
            {
                using var inner = f.Scope();
                Clear();
                Run();
                Collect();
                ForEach((row, v) => f.Set(result(row, v), product.fuses && scales is not null
                    ? F32x4.RelaxedMadd(F32x4.ConvertI32x4S(sums[0][At(row, v)]), Scale(v), result(row, v))
                    : F32x4.Add(result(row, v), Scaled(row, v))));
                if (scales is not null)
                {
                    f.Set(scales, scales + product.WordBytes);
                }
            });
        }

        private int At(int row, int v) => (row * product.vectors) + v;

        private void ForEach(Action<int, int> each)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                for (var v = 0; v < product.vectors; v++)
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
                    f.Set(sums[0][i], I32x4.Add(sums[0][i], I32x4.Shl(totals[i % product.vectors], 1)));
                }
            }
        }

        private void Taps(ReadOnlySpan<TapRun> loops)
        {
            if (loops.IsEmpty)
            {
                Run();
                return;
            }

            var (loop, inner) = (loops[0], loops[1..].ToArray());
            using var scope = f.Scope();
            var starts = pointers.Select(pointer => f.I32()).ToArray();
            f.For(f.I32("tap"), 0, loop.Count, 1, () =>
            {
                for (var i = 0; i < pointers.Length; i++)
                {
                    f.Set(starts[i], pointers[i]);
                }

                Taps(inner);
                for (var i = 0; i < pointers.Length; i++)
                {
                    f.Set(pointers[i], starts[i] + loop.Step);
                }
            });
        }

        /// <summary>A run, or a group's part of it: rounds of several words, then those left over.</summary>
        private void Run()
        {
            var words = (int)Rounding.CeilDiv(product.GroupRun, PerWord);
            var (rounds, rest) = (words / TileSizes.Bytes.Unroll, words % TileSizes.Bytes.Unroll);
            if (rounds > 0)
            {
                f.ForAtLeastOnce(f.I32("round"), 0, rounds, 1, () => Words(TileSizes.Bytes.Unroll, TileSizes.Bytes.Unroll * PerWord));
            }

            Words(rest, (int)product.GroupRun - (rounds * TileSizes.Bytes.Unroll * PerWord));
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
                var loaded = Enumerable.Range(0, product.vectors).Select(v => Memory.LoadV128(words, (uint)((word * product.WordBytes) + (v * 16)))).ToArray();
                var start = word * PerWord;
                if (product.mask is not { } mask)
                {
                    // Around 128, a changed highest bit is the difference.
                    Quad(loaded.Select(codes => f.Let(product.zero is { } zero ? codes ^ zero : codes, "weights")).ToArray(), start, bytes - start);
                    continue;
                }

                var kept = loaded.Select(codes => f.Let(codes, "codes")).ToArray();
                Quad(kept.Select(codes => Steps(codes & mask)).ToArray(), start, bytes - start);
                if (start + InQuad < bytes)
                {
                    Quad(kept.Select(codes => Steps(I32x4.ShrU(codes, product.elements.Width) & mask)).ToArray(), start + InQuad, bytes - start - InQuad);
                }
            }

            foreach (var pointer in pointers)
            {
                f.Set(pointer, pointer + (count * PerWord));
            }

            f.Set(words, words + (count * product.WordBytes));
        }

        private LocalV128 Steps(V128 codes) => f.Let(product.zero is { } zero ? I8x16.Sub(codes, zero) : codes, "weights");

        /// <summary>Four bytes of a row in each lane. Of fewer, which end a run, the others meet weights of zero: they may be anything, but are not read.</summary>
        private static V128 Splat(RowAddress row, uint offset, int count) => count switch
        {
            1 => Memory.Load8Splat(row.Pointer, offset),
            2 => Memory.Load16Splat(row.Pointer, offset),
            3 => I32x4.Splat(Memory.LoadI32_16U(row.Pointer, offset) | (Memory.LoadI32_8U(row.Pointer, offset + 2) << 16)),
            _ => Memory.Load32Splat(row.Pointer, offset),
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
                var loaded = Splat(rows[row], rows[row].Offset + (uint)offset, left);
                var bytes = f.Let(form == Form.Signed ? loaded ^ highest! : loaded, "bytes");
                var (low, high) = form == Form.Widened ? (f.Let(bytes & even!, "low"), f.Let(I16x8.ShrU(bytes, 8), "high")) : (bytes, bytes);
                for (var v = 0; v < product.vectors; v++)
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
