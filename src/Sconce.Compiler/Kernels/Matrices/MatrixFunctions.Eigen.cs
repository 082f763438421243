using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>Eigenvalues of symmetric matrices: reflections to three diagonals, and implicit QL or QR from there, in the steps that LAPACK takes, for these settle the vectors' signs.</summary>
internal sealed partial class MatrixFunctions
{
    /// <summary>Turns for each eigenvalue, before a matrix is given up.</summary>
    private const int MostTurns = 30;

    /// <summary>Larger problems LAPACK cuts in two, and joins in a way that settles signs otherwise: what a vector has of the cut is negative.</summary>
    private const int MostWhole = 25;
    private const double Tiny = 2.2250738585072014e-308;

    private void SymmetricEigen()
    {
        var ((n, _), a, d, z, e) = (SizeOfOperand(0), Operand(0, "a"), Result(0, "values"), Result(1, "vectors"), Work);
        var (w, factors, apart) = (Kept(At(e, n), "w"), Kept(At(e, n + n), "factors"), Kept(Bytes(n), "apart"));
        var upper = step.Work == MatrixWork.SymmetricEigenUpper;
        if (upper)
        {
            // An upper half is a lower one backwards.
            Reverse(a, n * n);
        }

        For("j", 0, n, j => For("i", j + 1, n, i => f.StoreF64(At(a, n, j, i), Load(At(a, n, i, j)))));
        For("k", 0, n - 1, k =>
        {
            var (v, rest) = (Kept(At(a, n, k + 1, k), "v"), Kept(n - k - 1, "rest"));
            var factor = Kept(columns.Reflector(v, rest), "factor");
            f.StoreF64(At(factors, k), factor);
            f.StoreF64(At(e, k), Load(v));
            f.StoreF64(v, 1);
            f.If(factor.Ne(0), () =>
            {
                var first = Kept(v + apart, "first");
                var column = Kept(first, "column");
                For("j", 0, rest, j =>
                {
                    f.StoreF64(At(w, j), columns.Dot(column, v, rest) * factor);
                    f.Set(column, column + apart);
                });
                columns.Add(w, v, rest, columns.Dot(w, v, rest) * factor * -0.5);
                f.Set(column, first);
                For("j", 0, rest, j =>
                {
                    columns.Add(column, v, rest, -Load(At(w, j)));
                    columns.Add(column, w, rest, -Load(At(v, j)));
                    f.Set(column, column + apart);
                });
            });
        });
        Clear(z, n * n);
        For("i", 0, n, i =>
        {
            f.StoreF64(At(d, i), Load(At(a, n, i, i)));
            f.StoreF64(At(z, n, i, i), 1);
        });
        Backwards("k", n - 2, 0, k =>
        {
            var rest = Kept(n - k - 1, "rest");
            columns.Apply(At(a, n, k + 1, k), Load(At(factors, k)), At(z, n, k + 1, k + 1), rest, rest, apart);
        });
        if (upper)
        {
            Reverse(z, n * n);
            Reverse(d, n);
            Reverse(e, n - 1);
        }

        var large = Kept(n.GtS(MostWhole), "large");
        f.If(large, () =>
        {
            var before = Kept((n >>> 1) - 1, "before");
            Copy(w, At(z, n, 0, before), n);
            columns.Add(w, At(z, n, 0, before + 1), n, F64.Const(1).Copysign(Load(At(e, before))));
        });
        f.Call(Part("matrix_diagonalise", 4, part => part.Diagonalise()), d, e, z, n);
        f.If(large, () => For("j", 0, n, j =>
        {
            var column = Kept(At(z, n, 0, j), "column");
            f.If(columns.Dot(w, column, n).Gt(0), () => columns.Scale(column, n, F64.Const(-1)));
        }));
        For("i", 0, n, i =>
        {
            var least = Kept(i, "least");
            For("j", i + 1, n, j => f.If(Load(At(d, j)).Lt(Load(At(d, least))), () => f.Set(least, j)));
            f.If(least.Ne(i), () =>
            {
                Exchange(At(d, i), At(d, least));
                columns.Swap(At(z, n, 0, i), At(z, n, 0, least), n);
            });
        });
    }

    /// <summary>The rotation that makes (f, g) into (r, 0).</summary>
    private void Givens(F64 first, F64 second, LocalF64 cosine, LocalF64 sine, LocalF64 length)
    {
        using var scope = f.Scope();
        var (x, y, r) = (Kept(first, "x"), Kept(second, "y"), f.F64("r"));
        f.If(y.Eq(0), () =>
        {
            f.Set(cosine, 1);
            f.Set(sine, 0);
            f.Set(length, x);
        }, () => f.If(x.Eq(0), () =>
        {
            f.Set(cosine, 0);
            f.Set(sine, F64.Const(1).Copysign(y));
            f.Set(length, y.Abs());
        }, () =>
        {
            f.Set(r, ((x * x) + (y * y)).Sqrt().Copysign(x));
            f.Set(cosine, x / r);
            f.Set(sine, y / r);
            f.Set(length, r);
        }));
    }

    /// <summary>Of (d, e, z, n): eigenvalues into d, z's columns turned into vectors.</summary>
    private void Diagonalise()
    {
        var (d, e, z, n) = (f.Parameter(0, "d").AsI32(), f.Parameter(1, "e").AsI32(), f.Parameter(2, "z").AsI32(), f.Parameter(3, "n").AsI32());
        var (start, end, l, last, m, i) = (f.I32("start"), f.I32("end"), f.I32("l"), f.I32("last"), f.I32("m"), f.I32("i"));
        var (step, before, turns) = (f.I32("step"), f.I32("before"), Kept(n * MostTurns, "turns"));
        var (p, g, r, c, s, b) = (f.F64("p"), f.F64("g"), f.F64("r"), f.F64("c"), f.F64("s"), f.F64("b"));
        F64 D(I32 place) => Load(At(d, place));

        // The element between a place and the next in the direction of the step.
        I32 Between(I32 place) => At(e, place + before);
        f.While(start.LtS(n), () =>
        {
            f.Set(end, start);
            f.Block(found => f.Loop(again =>
            {
                f.BranchIf(found, end.GeS(n - 1));
                f.BranchIf(found, Load(At(e, end)).Abs().Gt(D(end).Abs().Sqrt() * D(end + 1).Abs().Sqrt() * epsilon).Eqz());
                f.Set(end, end + 1);
                f.Branch(again);
            }));
            f.If(end.LtS(n - 1), () => f.StoreF64(At(e, end), 0));

            // From the end with the smaller element: QR goes through the same steps backwards.
            f.If(D(end).Abs().Lt(D(start).Abs()), () =>
            {
                f.Set(l, end);
                f.Set(last, start);
                f.Set(step, -1);
            }, () =>
            {
                f.Set(l, start);
                f.Set(last, end);
                f.Set(step, 1);
            });
            f.Set(before, (step - 1) >> 1);
            f.Block(done => f.Loop(again =>
            {
                f.BranchIf(done, ((last - l) * step).LtS(0));
                f.Set(m, l);
                f.Block(found => f.Loop(next =>
                {
                    f.BranchIf(found, m.Eq(last));
                    f.Set(b, Load(Between(m)));
                    f.BranchIf(found, (b * b).Gt((D(m).Abs() * D(m + step).Abs() * (epsilon * epsilon)) + Tiny).Eqz());
                    f.Set(m, m + step);
                    f.Branch(next);
                }));
                f.If(m.Ne(last), () => f.StoreF64(Between(m), 0));
                f.If(m.Eq(l), () =>
                {
                    f.Set(l, l + step);
                    f.Branch(again);
                });
                f.If(m.Eq(l + step), () =>
                {
                    f.Set(i, m.LtS(l).Select(m, l));
                    TwoByTwo();
                    f.Set(l, m + step);
                    f.Branch(again);
                });
                f.If(turns.LeS(0), () => f.Return());
                f.Set(turns, turns - 1);
                Turn();
                f.Branch(again);
            }));
            f.Set(start, end + 1);
        });

        void Turn()
        {
            f.Set(b, Load(Between(l)));
            f.Set(p, D(l));
            f.Set(g, (D(l + step) - p) / (b * 2));
            f.Set(g, D(m) - p + (b / (g + ((g * g) + 1).Sqrt().Copysign(g))));
            f.Set(c, 1);
            f.Set(s, 1);
            f.Set(p, 0);
            f.Set(i, m - step);
            f.Loop(again =>
            {
                using var scope = f.Scope();
                var x = Kept(Load(Between(i)) * s, "x");
                f.Set(b, Load(Between(i)) * c);
                Givens(g, x, c, s, r);
                f.If(i.Ne(m - step), () => f.StoreF64(Between(i + step), r));
                f.Set(g, D(i + step) - p);
                f.Set(r, ((D(i) - g) * s) + (c * b * 2));
                f.Set(p, s * r);
                f.StoreF64(At(d, i + step), g + p);
                f.Set(g, (c * r) - b);
                Turned(c, s * -F64.ConvertI32S(step));
                f.Set(i, i - step);
                f.BranchIf(again, ((i - l) * step).GeS(0));
            });
            f.StoreF64(At(d, l), D(l) - p);
            f.StoreF64(Between(l), g);
        }

        // Rotates the vectors of i and the next one in the direction of the step.
        void Turned(F64 cosine, F64 sine)
        {
            var column = Kept(At(z, n, 0, i + before), "column");
            columns.Rotate(column, column + Bytes(n), n, cosine, sine);
        }

        void TwoByTwo()
        {
            using var scope = f.Scope();
            var (x, y, second) = (Kept(D(i), "x"), Kept(Load(At(e, i)), "y"), Kept(D(i + 1), "second"));
            var (sum, difference, twice) = (Kept(x + second, "sum"), Kept(x - second, "difference"), Kept(y + y, "twice"));
            var root = Kept(((difference * difference) + (twice * twice)).Sqrt(), "root");
            var larger = x.Abs().Gt(second.Abs());
            var first = Kept((sum + sum.Lt(0).Select(-root, root)) * 0.5, "first");
            f.StoreF64(At(d, i), first);
            f.StoreF64(At(d, i + 1), sum.Eq(0).Select(root * -0.5, (larger.Select(x, second) / first * larger.Select(second, x)) - (y / first * y)));
            f.StoreF64(At(e, i), 0);
            var far = Kept(difference + difference.Ge(0).Select(root, -root), "far");
            f.If(far.Abs().Gt(twice.Abs()), () =>
            {
                f.Set(g, -twice / far);
                f.Set(s, F64.Const(1) / ((g * g) + 1).Sqrt());
                f.Set(c, g * s);
            }, () => f.If(twice.Eq(0), () =>
            {
                f.Set(c, 1);
                f.Set(s, 0);
            }, () =>
            {
                f.Set(g, -far / twice);
                f.Set(c, F64.Const(1) / ((g * g) + 1).Sqrt());
                f.Set(s, g * c);
            }));
            f.If(sum.Lt(0).Ne(difference.Ge(0)), () =>
            {
                f.Set(g, c);
                f.Set(c, -s);
                f.Set(s, g);
            });
            var column = Kept(At(z, n, 0, i), "column");
            columns.Rotate(column, column + Bytes(n), n, c, s);
        }
    }
}
