using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>Where a panel's codes begin, and its scales and zeros, each vector of the panel after the other, group after group.</summary>
internal sealed record IntegerPanelAt(LocalI32 Words, LocalI32? Scales, LocalI32? Zeros);

/// <summary>
/// A few rows of floats times a panel of quantised weights, which are never anywhere as floats: a mask takes the codes of one K from a vector of words, in place, so that code c at
/// place p is read as c · 2^(8 · p). Products of one place are summed by themselves and made smaller once at the end of a group; what a code is too large by, its zero, is taken from
/// the sum of the row's own elements.
/// </summary>
internal sealed class IntegerProduct
{
    /// <summary>Codes that each lie in a byte of their own: those that share it lie above them, and are moved down first.</summary>
    private const int PlacesInPlace = 4;

    private readonly FunctionBuilder f;
    private readonly bool relaxed;
    private readonly int vectors;
    private readonly int depth;
    private readonly Storage.Integers elements;
    private readonly double zero;
    private readonly LocalV128[] masks;

    /// <param name="f">The function that is written.</param>
    /// <param name="relaxed">With fused multiply-add.</param>
    /// <param name="vectors">Vectors of columns in a panel.</param>
    /// <param name="depth">The whole of K.</param>
    /// <param name="elements">How codes are stored.</param>
    /// <param name="zero">The code that stands for zero, where no zeros are stored.</param>
    public IntegerProduct(FunctionBuilder f, bool relaxed, int vectors, int depth, Storage.Integers elements, double zero)
    {
        (this.f, this.relaxed, this.vectors, this.depth, this.elements, this.zero) = (f, relaxed, vectors, depth, elements, zero);
        masks = [.. Enumerable.Range(0, Math.Min(PlacesInPlace, elements.PerWord)).Select(place => Splat(unchecked((int)((uint)elements.Mask << elements.Shift(place))), $"mask{place}"))];
    }

    private int Groups => elements.Group == 0 ? 1 : depth / elements.Group;

    private int GroupDepth => elements.Group == 0 ? depth : elements.Group;

    private int WordBytes => vectors * 16;

    private LocalV128 Splat(int bits, string name) => f.Let(V128.Const(bits, bits, bits, bits), name);

    private static V128 Splat(float value) => V128.Const(value, value, value, value);

    private V128 MultiplyAdd(V128 a, V128 b, V128 sum) => relaxed ? F32x4.RelaxedMadd(a, b, sum) : F32x4.Add(sum, F32x4.Mul(a, b));

    /// <summary>The sums of each row and vector of columns. Pointers of rows are left as they are.</summary>
    public LocalV128[,] Emit(ReadOnlySpan<RowAddress> rows, IntegerPanelAt panel)
    {
        var sums = new LocalV128[rows.Length, vectors];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var v = 0; v < vectors; v++)
            {
                sums[row, v] = f.V128($"sum{row}_{v}");
            }
        }

        for (var row = 0; row < rows.Length; row += TileSizes.Integers.Rows)
        {
            Rows(rows.Slice(row, Math.Min(TileSizes.Integers.Rows, rows.Length - row)).ToArray(), row, sums, panel);
        }

        return sums;
    }

    private void Rows(RowAddress[] rows, int first, LocalV128[,] sums, IntegerPanelAt panel)
    {
        using var scope = f.Scope();
        var pointers = rows.Select(row => f.Let(row.Pointer + (int)row.Offset, "row")).ToArray();
        var (words, scales, zeros) = (f.Let(panel.Words, "words"), Copy(panel.Scales, "scales"), Copy(panel.Zeros, "zeros"));
        if (Groups == 1)
        {
            var group = Group(pointers, words);
            Finish((row, v, sum) => f.Set(sums[first + row, v], sum), group, scales, zeros);
            return;
        }

        for (var row = 0; row < rows.Length; row++)
        {
            for (var v = 0; v < vectors; v++)
            {
                f.Set(sums[first + row, v], V128.Zero);
            }
        }

        f.ForAtLeastOnce(f.I32("group"), 0, Groups, 1, () =>
        {
            using var inner = f.Scope();
            var group = Group(pointers, words);
            Finish((row, v, sum) => f.Set(sums[first + row, v], F32x4.Add(sums[first + row, v], sum)), group, scales, zeros);
            NextGroup(scales, zeros);
        });
    }

    private void NextGroup(params ReadOnlySpan<LocalI32?> pointers)
    {
        foreach (var pointer in pointers)
        {
            if (pointer is not null)
            {
                f.Set(pointer, pointer + WordBytes);
            }
        }
    }

    private LocalI32? Copy(LocalI32? pointer, string name) => pointer is null ? null : f.Let(pointer, name);

    /// <summary>Sums of codes by place, row and vector, and each row's own sum.</summary>
    private sealed record GroupSums(LocalV128[][][] Codes, LocalV128[] Rows);

    private GroupSums Group(LocalI32[] rows, LocalI32 words)
    {
        // Sums by places where there are registers for them; else codes are made smaller as they are read.
        var apart = rows.Length * vectors * masks.Length <= TileSizes.Integers.Sums;
        var group = new GroupSums(
            [.. Enumerable.Range(0, apart ? masks.Length : 1).Select(place => rows.Select((_, row) => Enumerable.Range(0, vectors).Select(v => Zero($"sum{place}_{row}_{v}")).ToArray()).ToArray())],
            [.. rows.Select((_, row) => Zero($"row{row}"))]);
        Words(places => Word(rows, words, places, group, apart));
        return group;
    }

    /// <summary>The words of a group, whole ones in a loop, and what is left over of a last one.</summary>
    private void Words(Action<int> word)
    {
        var (whole, rest) = (GroupDepth / elements.PerWord, GroupDepth % elements.PerWord);
        if (whole > 0)
        {
            f.ForAtLeastOnce(f.I32("word"), 0, whole, 1, () => word(elements.PerWord));
        }

        if (rest > 0)
        {
            word(rest);
        }
    }

    private LocalV128 Zero(string name)
    {
        var local = f.V128(name);
        f.Set(local, V128.Zero);
        return local;
    }

    private void Word(LocalI32[] rows, LocalI32 words, int places, GroupSums group, bool apart)
    {
        using var scope = f.Scope();
        var loaded = Enumerable.Range(0, vectors).Select(v => f.Let(Memory.LoadV128(words, (uint)(v * 16)), "word")).ToArray();
        var codes = f.V128("codes");
        for (var place = 0; place < places; place++)
        {
            var at = place % PlacesInPlace;
            if (place > 0 && at == 0)
            {
                foreach (var word in loaded)
                {
                    f.Set(word, I32x4.ShrU(word, elements.Width));
                }
            }

            for (var v = 0; v < vectors; v++)
            {
                // The topmost code of a word of four would have the sign's bit: moved down, it is as those at place 0.
                var isTop = elements.Shift(at) + elements.Width == 32;
                var taken = F32x4.ConvertI32x4S(isTop ? I32x4.ShrU(loaded[v], elements.Shift(at)) : loaded[v] & masks[at]);
                var kind = isTop ? 0 : at;
                f.Set(codes, apart || kind == 0 ? taken : F32x4.Mul(taken, Splat(MathF.ScaleB(1, -elements.Shift(kind)))));
                for (var row = 0; row < rows.Length; row++)
                {
                    var sum = group.Codes[apart ? kind : 0][row][v];
                    f.Set(sum, MultiplyAdd(Memory.Load32Splat(rows[row], (uint)(place * 4)), codes, sum));
                }
            }
        }

        for (var row = 0; row < rows.Length; row++)
        {
            for (var place = 0; place < places; place += 4)
            {
                // Past the end of a row may lie anything.
                f.Set(group.Rows[row], places - place >= 4
                    ? F32x4.Add(group.Rows[row], Memory.LoadV128(rows[row], (uint)(place * 4)))
                    : Enumerable.Range(place, places - place).Aggregate((V128)group.Rows[row], (sum, one) => F32x4.Add(sum, Memory.Load32Zero(rows[row], (uint)(one * 4)))));
            }

            f.Set(rows[row], rows[row] + (places * 4));
        }

        f.Set(words, words + WordBytes);
    }

    /// <summary>The group's sums with what codes are too large by taken away, times the scales.</summary>
    private void Finish(Action<int, int, V128> add, GroupSums group, LocalI32? scales, LocalI32? zeros)
    {
        for (var row = 0; row < group.Rows.Length; row++)
        {
            var own = zeros is null && zero == 0 ? null : f.Let(Everywhere(group.Rows[row]), "own");
            for (var v = 0; v < vectors; v++)
            {
                V128 sum = group.Codes[0][row][v];
                for (var place = 1; place < group.Codes.Length; place++)
                {
                    sum = MultiplyAdd(group.Codes[place][row][v], Splat(MathF.ScaleB(1, -elements.Shift(place))), sum);
                }

                if (own is not null)
                {
                    var one = zeros is null ? Splat((float)zero) : Memory.LoadV128(zeros, (uint)(v * 16));
                    sum = F32x4.Sub(sum, F32x4.Mul(own, one));
                }

                add(row, v, scales is null ? sum : F32x4.Mul(sum, Memory.LoadV128(scales, (uint)(v * 16))));
            }
        }
    }

    /// <summary>The sum of a vector's lanes, in each of them.</summary>
    private V128 Everywhere(LocalV128 vector)
    {
        var halves = f.Let(F32x4.Add(vector, I8x16.Shuffle(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)), "halves");
        return F32x4.Add(halves, I8x16.Shuffle(halves, halves, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    }

    /// <summary>Writes the panel as floats, K after K.</summary>
    public void Widen(IntegerPanelAt panel, I32 to)
    {
        using var scope = f.Scope();
        var (words, scales, zeros, at) = (f.Let(panel.Words, "words"), Copy(panel.Scales, "scales"), Copy(panel.Zeros, "zeros"), f.Let(to, "at"));
        f.ForAtLeastOnce(f.I32("group"), 0, Groups, 1, () =>
        {
            using var inner = f.Scope();
            var scale = Enumerable.Range(0, vectors).Select(v => scales is null ? null : f.Let(Memory.LoadV128(scales, (uint)(v * 16)), "scale")).ToArray();
            var nought = Enumerable.Range(0, vectors).Select(v => f.Let(zeros is null ? Splat((float)zero) : Memory.LoadV128(zeros, (uint)(v * 16)), "zero")).ToArray();
            Words(WidenWord);
            NextGroup(scales, zeros);

            void WidenWord(int places)
            {
                for (var v = 0; v < vectors; v++)
                {
                    using var each = f.Scope();
                    var word = f.Let(Memory.LoadV128(words, (uint)(v * 16)), "word");
                    for (var place = 0; place < places; place++)
                    {
                        var shifted = place == 0 ? (V128)word : I32x4.ShrU(word, elements.Shift(place));
                        var steps = F32x4.Sub(F32x4.ConvertI32x4S(elements.Shift(place) + elements.Width == 32 ? shifted : shifted & masks[0]), nought[v]);
                        f.StoreV128(at, scale[v] is { } factor ? F32x4.Mul(steps, factor) : steps, (uint)(((place * vectors) + v) * 16));
                    }
                }

                f.Set(words, words + WordBytes);
                f.Set(at, at + (places * WordBytes));
            }
        });
    }
}
