using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>Triangles: what is left of the matrix is updated column by column.</summary>
internal sealed partial class MatrixFunctions
{
    private void Lu()
    {
        var ((m, n), lu, pivots, info) = (SizeOfOperand(0), Result(0, "lu"), Result(1, "pivots"), Result(2, "info"));
        Copy(lu, Operand(0, "a"), m * n);
        Clear(info, 1);
        var apart = Kept(Bytes(m), "apart");
        var (largest, place, value) = (f.F64("largest"), f.I32("place"), f.F64("value"));
        For("k", 0, SizeOfResult(1).Rows, k =>
        {
            var column = Kept(At(lu, m, 0, k), "column");
            f.Set(largest, -1);
            f.Set(place, k);
            For("i", k, m, i =>
            {
                f.Set(value, Load(At(column, i)).Abs());
                f.If(value.Gt(largest), () =>
                {
                    f.Set(largest, value);
                    f.Set(place, i);
                });
            });
            f.StoreF64(At(pivots, k), F64.ConvertI32S(place + 1));
            f.If(place.Ne(k), () => SwapRows(At(lu, k), At(lu, place), n, apart));
            f.If(largest.Eq(0), () => f.If(Load(info).Eq(0), () => f.StoreF64(info, F64.ConvertI32S(k + 1))), () =>
            {
                var (below, rest) = (Kept(At(column, k) + Number, "below"), Kept(m - k - 1, "rest"));
                columns.Scale(below, rest, F64.Const(1) / Load(At(column, k)));
                For("j", k + 1, n, j =>
                {
                    var other = Kept(At(lu, m, k, j), "other");
                    columns.Add(other + Number, below, rest, -Load(other));
                });
            });
        });
    }

    private void Permutation()
    {
        var ((count, _), rows, pivots, places) = (SizeOfOperand(0), SizeOfResult(0).Rows, Operand(0, "pivots"), Result(0, "places"));
        For("i", 0, rows, i => f.StoreF64(At(places, i), F64.ConvertI32S(i)));
        For("k", 0, Less(count, rows), k => Exchange(At(places, k), At(places, Place(Load(At(pivots, k)), rows))));
    }

    /// <summary>The row that a pivot (from 1) tells of, within the matrix whatever it is.</summary>
    private LocalI32 Place(F64 pivot, I32 rows)
    {
        var place = f.Let(I32.TruncSatF64S(pivot.Abs()) - 1, "place");
        f.Set(place, place.LtS(rows).Select(place, rows - 1));
        f.Set(place, place.GtS(0).Select(place, 0));
        return place;
    }

    private void Cholesky()
    {
        var ((n, _), l, info) = (SizeOfOperand(0), Result(0, "l"), Result(1, "info"));
        Copy(l, Operand(0, "a"), n * n);
        Clear(info, 1);
        For("k", 0, n, k =>
        {
            var diagonal = Kept(At(l, n, k, k), "diagonal");
            Clear(At(l, n, 0, k), k);
            var pivot = Kept(Load(diagonal), "pivot");
            f.If(pivot.Gt(0).Eqz(), () =>
            {
                f.StoreF64(info, F64.ConvertI32S(k + 1));

                // What is not reached stays empty.
                For("j", k + 1, n, j => Clear(At(l, n, 0, j), n));
                Clear(diagonal + Number, n - k - 1);
                f.Return();
            });
            f.Set(pivot, pivot.Sqrt());
            f.StoreF64(diagonal, pivot);
            columns.Scale(diagonal + Number, n - k - 1, F64.Const(1) / pivot);
            For("j", k + 1, n, j =>
            {
                var from = Kept(At(l, n, j, k), "from");
                columns.Add(At(l, n, j, j), from, n - j, -Load(from));
            });
        });
    }

    private void SolveLower()
    {
        var ((n, p), t, x) = (SizeOfOperand(1), Operand(0, "t"), Result(0, "x"));
        Copy(x, Operand(1, "b"), n * p);
        For("j", 0, p, j =>
        {
            var column = Kept(At(x, n, 0, j), "column");
            For("k", 0, n, k =>
            {
                var (place, diagonal) = (Kept(At(column, k), "place"), Kept(At(t, n, k, k), "diagonal"));
                var value = Kept(Load(place) / Load(diagonal), "value");
                f.StoreF64(place, value);
                f.If(value.Ne(0), () => columns.Add(place + Number, diagonal + Number, n - k - 1, -value));
            });
        });
    }

    /// <summary>Bunch and Kaufman's choice: an element of the diagonal, or two with the one between them, which negative numbers tell.</summary>
    private void Ldl()
    {
        var ((n, _), a, pivots, info, room) = (SizeOfOperand(0), Result(0, "ld"), Result(1, "pivots"), Result(2, "info"), Work);
        var alpha = (1 + Math.Sqrt(17)) / 8;
        Copy(a, Operand(0, "a"), n * n);
        Clear(info, 1);
        var (k, size, place, at, largest, other) = (f.I32("k"), f.I32("size"), f.I32("place"), f.I32("at"), f.F64("largest"), f.F64("other"));
        f.While(k.LtS(n), () =>
        {
            using var scope = f.Scope();
            f.Set(size, 1);
            f.Set(place, k);
            f.Set(at, k);
            f.Set(largest, 0);
            var diagonal = Kept(Load(At(a, n, k, k)).Abs(), "diagonal");
            Largest(k + 1, n, i => At(a, n, i, k), largest, at);
            f.If(largest.Max(diagonal).Gt(0).Eqz(), () =>
            {
                f.If(Load(info).Eq(0), () => f.StoreF64(info, F64.ConvertI32S(k + 1)));
                f.StoreF64(At(pivots, k), F64.ConvertI32S(k + 1));
            }, () =>
            {
                f.If(diagonal.Lt(largest * alpha), () =>
                {
                    f.Set(other, 0);
                    Largest(k, at, j => At(a, n, at, j), other, null);
                    Largest(at + 1, n, i => At(a, n, i, at), other, null);
                    f.If(diagonal.Ge(largest * alpha * (largest / other)).Eqz(), () =>
                    {
                        f.Set(place, at);
                        f.Set(size, Load(At(a, n, at, at)).Abs().Ge(other * alpha).Select(1, 2));
                    });
                });
                Pivot();
            });
            f.Set(k, k + size);
        });

        void Largest(I32 from, I32 to, Func<I32, I32> address, LocalF64 found, LocalI32? where)
        {
            var value = f.F64("value");
            For("i", from, to, i =>
            {
                f.Set(value, Load(address(i)).Abs());
                f.If(value.Gt(found), () =>
                {
                    f.Set(found, value);
                    if (where is not null)
                    {
                        f.Set(where, i);
                    }
                });
            });
        }

        void Pivot()
        {
            var to = Kept(k + size - 1, "to");
            f.If(place.Ne(to), () =>
            {
                // Rows and columns of what is left, of which only the lower half is looked at.
                columns.Swap(At(a, n, place + 1, to), At(a, n, place + 1, place), n - place - 1);
                For("j", to + 1, place, j => Exchange(At(a, n, j, to), At(a, n, place, j)));
                Exchange(At(a, n, to, to), At(a, n, place, place));
                f.If(size.Eq(2), () => Exchange(At(a, n, to, k), At(a, n, place, k)));
            });
            var (first, rest) = (Kept(k + size, "first"), Kept(n - k - size, "rest"));
            var left = Kept(At(a, n, first, k), "left");
            f.If(size.Eq(1), () =>
            {
                f.StoreF64(At(pivots, k), F64.ConvertI32S(place + 1));
                Copy(room, left, rest);
                columns.Scale(room, rest, F64.Const(1) / Load(At(a, n, k, k)));
                Update(0);
                Copy(left, room, rest);
            }, () =>
            {
                f.StoreF64(At(pivots, k), F64.ConvertI32S(-1 - place));
                f.StoreF64(At(pivots, to), F64.ConvertI32S(-1 - place));
                var (right, second) = (Kept(At(a, n, first, to), "right"), Kept(At(room, rest), "second"));
                var (x, y, z) = (Kept(Load(At(a, n, k, k)), "x"), Kept(Load(At(a, n, to, k)), "y"), Kept(Load(At(a, n, to, to)), "z"));
                var determinant = Kept((x * z) - (y * y), "determinant");
                f.MemoryFill(room, 0, Bytes(rest) * 2);
                columns.Add(room, left, rest, z / determinant);
                columns.Add(room, right, rest, -y / determinant);
                columns.Add(second, right, rest, x / determinant);
                columns.Add(second, left, rest, -y / determinant);
                Update(0);
                Update(1);
                Copy(left, room, rest);
                Copy(right, second, rest);
            });

            // Takes off what the factors in the room and a column make.
            void Update(int number)
            {
                var (factors, column) = (Kept(number == 0 ? room : At(room, rest), "factors"), Kept(number == 0 ? left : At(a, n, first, to), "column"));
                For("j", 0, rest, j => columns.Add(At(a, n, first + j, first + j), At(factors, j), rest - j, -Load(At(column, j))));
            }
        }
    }

    private void LdlSolve()
    {
        var ((n, p), a, pivots, x) = (SizeOfOperand(2), Operand(0, "ld"), Operand(1, "pivots"), Result(0, "x"));
        Copy(x, Operand(2, "b"), n * p);
        var (k, size, pivot, apart) = (f.I32("k"), f.I32("size"), f.F64("pivot"), Kept(Bytes(n), "apart"));
        f.While(k.LtS(n), () =>
        {
            using var scope = f.Scope();
            f.Set(pivot, Load(At(pivots, k)));
            f.Set(size, (pivot.Lt(0) & k.LtS(n - 1)).Select(2, 1));
            SwapRows(At(x, k + size - 1), At(x, Place(pivot, n)), p, apart);
            var (rest, below) = (Kept(n - k - size, "rest"), Kept(At(a, n, k + size, k), "below"));
            For("j", 0, p, j =>
            {
                var place = Kept(At(x, n, k, j), "place");
                var first = Kept(Load(place), "first");
                columns.Add(At(place, size), below, rest, -first);
                f.If(size.Eq(1), () => f.StoreF64(place, first / Load(At(a, n, k, k))), () =>
                {
                    var second = Kept(Load(place + Number), "second");
                    columns.Add(place + (2 * Number), below + apart, rest, -second);
                    var (u, v, w) = (Kept(Load(At(a, n, k, k)), "u"), Kept(Load(At(a, n, k + 1, k)), "v"), Kept(Load(At(a, n, k + 1, k + 1)), "w"));
                    var determinant = Kept((u * w) - (v * v), "determinant");
                    f.StoreF64(place, ((w * first) - (v * second)) / determinant);
                    f.StoreF64(place + Number, ((u * second) - (v * first)) / determinant);
                });
            });
            f.Set(k, k + size);
        });
        f.Set(k, n - 1);
        f.While(k.GeS(0), () =>
        {
            using var scope = f.Scope();
            f.Set(pivot, Load(At(pivots, k)));
            f.Set(size, (pivot.Lt(0) & k.GtS(0)).Select(2, 1));
            For("j", 0, p, j => Backwards("q", k, k - size + 1, q =>
            {
                var place = Kept(At(x, n, q, j), "place");
                f.StoreF64(place, Load(place) - columns.Dot(At(a, n, k + 1, q), At(x, n, k + 1, j), n - k - 1));
            }));
            SwapRows(At(x, k), At(x, Place(pivot, n)), p, apart);
            f.Set(k, k - size);
        });
    }

    /// <summary>Taylor's series of a power of two of it, in groups of four powers, squared again.</summary>
    private void Exponential()
    {
        const int group = 4, last = 16;
        var ((n, _), a, result) = (SizeOfOperand(0), Operand(0, "a"), Result(0, "result"));
        var (count, halvings, norm, sum) = (Kept(n * n, "count"), f.I32("halvings"), f.F64("norm"), f.F64("sum"));
        var second = Kept(Work, "second");
        var third = Kept(At(second, count), "third");
        var fourth = Kept(At(third, count), "fourth");
        var room = Kept(At(fourth, count), "room");
        For("j", 0, n, j =>
        {
            f.Set(sum, 0);
            For("i", 0, n, i => f.Set(sum, sum + Load(At(a, n, i, j)).Abs()));
            f.Set(norm, norm.Max(sum));
        });
        f.While(norm.Gt(0.5) & halvings.LtS(1100), () =>
        {
            f.Set(norm, norm * 0.5);
            columns.Scale(a, count, F64.Const(0.5));
            f.Set(halvings, halvings + 1);
        });
        Multiply(second, a, a);
        Multiply(third, second, a);
        Multiply(fourth, second, second);
        Clear(result, count);
        columns.Add(result, fourth, count, Coefficient(last));
        for (var k = last - group; k >= 0; k -= group)
        {
            if (k < last - group)
            {
                Multiply(room, result, fourth);
                Copy(result, room, count);
            }

            For("i", 0, n, i => f.StoreF64(At(result, n, i, i), Load(At(result, n, i, i)) + Coefficient(k)));
            columns.Add(result, a, count, Coefficient(k + 1));
            columns.Add(result, second, count, Coefficient(k + 2));
            columns.Add(result, third, count, Coefficient(k + 3));
        }

        For("again", 0, halvings, _ =>
        {
            Multiply(room, result, result);
            Copy(result, room, count);
        });

        static F64 Coefficient(int power) => F64.Const(1 / Enumerable.Range(1, power).Aggregate(1.0, (product, k) => product * k));

        void Multiply(I32 to, I32 left, I32 right)
        {
            Clear(to, count);
            For("j", 0, n, j => For("l", 0, n, l => columns.Add(At(to, n, 0, j), At(left, n, 0, l), n, Load(At(right, n, l, j)))));
        }
    }

    private void Householder()
    {
        var ((m, n), a, factors) = (SizeOfOperand(0), Result(0, "packed"), Result(1, "factors"));
        Copy(a, Operand(0, "a"), m * n);
        For("k", 0, SizeOfResult(1).Rows, k =>
        {
            var (column, rest) = (Kept(At(a, m, k, k), "column"), Kept(m - k, "rest"));
            var factor = Kept(columns.Reflector(column, rest), "factor");
            f.StoreF64(At(factors, k), factor);
            columns.Apply(column, factor, column + Bytes(m), rest, n - k - 1, Bytes(m));
        });
    }

    private void Reflect()
    {
        var ((m, count), vectors, factors, c, (_, width)) = (SizeOfOperand(0), Operand(0, "vectors"), Operand(1, "factors"), Result(0, "product"), SizeOfOperand(2));
        Copy(c, Operand(2, "c"), m * width);
        Action<LocalI32> one = k => columns.Apply(At(vectors, m, k, k), Load(At(factors, k)), At(c, k), m - k, width, Bytes(m));
        if (step.Work == Tensors.MatrixWork.ReflectBack)
        {
            For("k", 0, count, one);
        }
        else
        {
            Backwards("k", count - 1, 0, one);
        }
    }
}
