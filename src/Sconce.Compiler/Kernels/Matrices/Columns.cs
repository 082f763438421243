using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>What is done to vectors of float64 that lie in a row, as functions: addresses in bytes, lengths in numbers.</summary>
internal sealed class Columns(FunctionBuilder f, KernelModule module)
{
    /// <summary>The sum of the products.</summary>
    public F64 Dot(I32 x, I32 y, I32 count) => f.CallResult(
        module.Function("matrix_dot", [WasmType.I32, WasmType.I32, WasmType.I32], WasmType.F64, f =>
        {
            var (x, y, count) = (f.Parameter(0, "x").AsI32(), f.Parameter(1, "y").AsI32(), f.Parameter(2, "count").AsI32());
            var (first, second, sum) = (f.V128("first"), f.V128("second"), f.F64("sum"));
            Along(f, [x, y], count, 4, () =>
            {
                f.Set(first, F64x2.Add(first, F64x2.Mul(Memory.LoadV128(x), Memory.LoadV128(y))));
                f.Set(second, F64x2.Add(second, F64x2.Mul(Memory.LoadV128(x, 16), Memory.LoadV128(y, 16))));
            }, () => f.Set(sum, sum + (Memory.LoadF64(x) * Memory.LoadF64(y))));
            f.Set(first, F64x2.Add(first, second));
            f.Return(sum + F64x2.ExtractLane(first, 0) + F64x2.ExtractLane(first, 1));
        }), x, y, count).AsF64();

    /// <summary>y += factor · x.</summary>
    public void Add(I32 y, I32 x, I32 count, F64 factor) => f.Call(
        module.Function("matrix_add", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.F64], WasmType.None, f =>
        {
            var (y, x, count, factor) = (f.Parameter(0, "y").AsI32(), f.Parameter(1, "x").AsI32(), f.Parameter(2, "count").AsI32(), f.Parameter(3, "factor").AsF64());
            var splat = f.Let(F64x2.Splat(factor), "factors");
            Along(f, [y, x], count, 4, () =>
            {
                f.StoreV128(y, F64x2.Add(Memory.LoadV128(y), F64x2.Mul(Memory.LoadV128(x), splat)));
                f.StoreV128(y, F64x2.Add(Memory.LoadV128(y, 16), F64x2.Mul(Memory.LoadV128(x, 16), splat)), 16);
            }, () => f.StoreF64(y, Memory.LoadF64(y) + (Memory.LoadF64(x) * factor)));
        }), y, x, count, factor);

    /// <summary>x *= factor.</summary>
    public void Scale(I32 x, I32 count, F64 factor) => f.Call(
        module.Function("matrix_scale", [WasmType.I32, WasmType.I32, WasmType.F64], WasmType.None, f =>
        {
            var (x, count, factor) = (f.Parameter(0, "x").AsI32(), f.Parameter(1, "count").AsI32(), f.Parameter(2, "factor").AsF64());
            var splat = f.Let(F64x2.Splat(factor), "factors");
            Along(
                f, [x], count, 2, () => f.StoreV128(x, F64x2.Mul(Memory.LoadV128(x), splat)), () => f.StoreF64(x, Memory.LoadF64(x) * factor));
        }), x, count, factor);

    /// <summary>x and y become cosine · x + sine · y and cosine · y - sine · x.</summary>
    public void Rotate(I32 x, I32 y, I32 count, F64 cosine, F64 sine) => f.Call(
        module.Function("matrix_rotate", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.F64, WasmType.F64], WasmType.None, f =>
        {
            var (x, y, count) = (f.Parameter(0, "x").AsI32(), f.Parameter(1, "y").AsI32(), f.Parameter(2, "count").AsI32());
            var (cosine, sine) = (f.Parameter(3, "cosine").AsF64(), f.Parameter(4, "sine").AsF64());
            var (cosines, sines) = (f.Let(F64x2.Splat(cosine), "cosines"), f.Let(F64x2.Splat(sine), "sines"));
            var (p, q, a, b) = (f.V128("p"), f.V128("q"), f.F64("a"), f.F64("b"));
            Along(f, [x, y], count, 4, () =>
            {
                Pair(0);
                Pair(16);
            }, () =>
            {
                f.Set(a, Memory.LoadF64(x));
                f.Set(b, Memory.LoadF64(y));
                f.StoreF64(x, (a * cosine) + (b * sine));
                f.StoreF64(y, (b * cosine) - (a * sine));
            });

            void Pair(uint offset)
            {
                f.Set(p, Memory.LoadV128(x, offset));
                f.Set(q, Memory.LoadV128(y, offset));
                f.StoreV128(x, F64x2.Add(F64x2.Mul(p, cosines), F64x2.Mul(q, sines)), offset);
                f.StoreV128(y, F64x2.Sub(F64x2.Mul(q, cosines), F64x2.Mul(p, sines)), offset);
            }
        }), x, y, count, cosine, sine);

    /// <summary>x and y change places.</summary>
    public void Swap(I32 x, I32 y, I32 count) => f.Call(
        module.Function("matrix_swap", [WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None, f =>
        {
            var (x, y, count) = (f.Parameter(0, "x").AsI32(), f.Parameter(1, "y").AsI32(), f.Parameter(2, "count").AsI32());
            var kept = f.F64("kept");
            Along(f, [x, y], count, 1, null, () =>
            {
                f.Set(kept, Memory.LoadF64(x));
                f.StoreF64(x, Memory.LoadF64(y));
                f.StoreF64(y, kept);
            });
        }), x, y, count);

    /// <summary>
    /// Makes a vector into its first element and zeros by a reflection; gives the factor, and leaves the vector behind the first element, whose own first is 1.
    /// </summary>
    public F64 Reflector(I32 x, I32 count) => f.CallResult(
        module.Function("matrix_reflector", [WasmType.I32, WasmType.I32], WasmType.F64, f =>
        {
            var (x, count) = (f.Parameter(0, "x").AsI32(), f.Parameter(1, "count").AsI32());
            var columns = new Columns(f, module);
            f.If(count.LtS(2), () => f.Return(F64.Const(0)));

            // Divided by the largest, for squares go beyond what there is.
            var largest = f.F64("largest");
            var (i, rest) = (f.Let(x + 8, "i"), f.Let(count - 1, "rest"));
            Along(f, [i], f.Let(rest), 1, null, () => f.Set(largest, largest.Max(Memory.LoadF64(i).Abs())));
            f.If(largest.Eq(0), () => f.Return(F64.Const(0)));
            var (first, beta) = (f.Let(Memory.LoadF64(x), "first"), f.F64("beta"));
            f.Set(largest, largest.Max(first.Abs()));
            columns.Scale(x, count, F64.Const(1) / largest);
            f.Set(beta, -(columns.Dot(x, x, count).Sqrt() * largest).Copysign(first));
            columns.Scale(x + 8, rest, largest / (first - beta));
            f.StoreF64(x, beta);
            f.Return((beta - first) / beta);
        }), x, count).AsF64();

    /// <summary>
    /// Takes factor · v · vᵀ · c off c, some columns that lie so many bytes apart; the first element of v counts as 1.
    /// </summary>
    public void Apply(I32 v, F64 factor, I32 c, I32 rows, I32 count, I32 apart) => f.Call(
        module.Function("matrix_reflect_columns", [WasmType.I32, WasmType.F64, WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None, f =>
        {
            var (v, factor, c, rows) = (f.Parameter(0, "v").AsI32(), f.Parameter(1, "factor").AsF64(), f.Parameter(2, "c").AsI32(), f.Parameter(3, "rows").AsI32());
            var (count, apart) = (f.Parameter(4, "count").AsI32(), f.Parameter(5, "apart").AsI32());
            var columns = new Columns(f, module);
            var (kept, j, sum) = (f.Let(Memory.LoadF64(v), "kept"), f.I32("j"), f.F64("sum"));
            f.StoreF64(v, 1);
            f.For(j, 0, count, 1, () =>
            {
                f.Set(sum, -(columns.Dot(v, c, rows) * factor));
                columns.Add(c, v, rows, sum);
                f.Set(c, c + apart);
            });
            f.StoreF64(v, kept);
        }), v, factor, c, rows, count, apart);

    /// <summary>Goes along vectors, by so many numbers at once as there are, and by single ones; uses up addresses and count.</summary>
    private static void Along(FunctionBuilder f, LocalI32[] addresses, LocalI32 count, int together, Action? many, Action one)
    {
        if (many is not null)
        {
            f.While(count.GeS(together), () => Step(many, together));
        }

        f.While(count.GtS(0), () => Step(one, 1));

        void Step(Action body, int numbers)
        {
            body();
            foreach (var address in addresses)
            {
                f.Set(address, address + (numbers * 8));
            }

            f.Set(count, count - numbers);
        }
    }
}
