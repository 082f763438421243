using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>Singular values: reflections from both sides to two diagonals, and implicit QR from there, in the steps that LAPACK takes for matrices of this form.</summary>
internal sealed partial class MatrixFunctions
{
    private static Dim SingularRoom(Dim rows, Dim columns)
    {
        var (high, low) = (Dim.Max(rows, columns), Dim.Min(rows, columns));
        return (rows * columns) + (low * low * 2) + high + (low * 6);
    }

    private void Singular()
    {
        var ((m, n), a, d, u, v) = (SizeOfOperand(0), Operand(0, "a"), Result(0, "values"), Result(1, "u"), Result(2, "v"));
        var (uColumns, vColumns) = (SizeOfResult(1).Columns, SizeOfResult(2).Columns);
        var flat = Kept(m.LtS(n), "flat");
        var (high, low) = (Kept(flat.Select(n, m), "high"), Kept(flat.Select(m, n), "low"));
        var (left, right, width) = (Kept(flat.Select(v, u), "left"), Kept(flat.Select(u, v), "right"), Kept(flat.Select(vColumns, uColumns), "width"));
        var (b, factors) = (Kept(a, "b"), Kept(At(Work, m * n), "factors"));
        var triangle = Kept(At(factors, low), "triangle");
        var room = Kept(At(triangle, low * low), "room");

        // Of a flat matrix the transpose is reduced.
        f.If(flat, () =>
        {
            f.Set(b, Work);
            For("j", 0, n, j => For("i", 0, m, i => f.StoreF64(At(b, n, j, i), Load(At(a, m, i, j)))));
        });
        Clear(left, high * width);
        Clear(right, low * low);
        For("i", 0, width, i => f.StoreF64(At(left, high, i, i), 1));
        For("i", 0, low, i => f.StoreF64(At(right, low, i, i), 1));
        var reduce = Part("matrix_bidiagonal", 11, part => part.Bidiagonal());
        f.If(high.GeS((low * 11).DivS(6)) & high.GtS(low), () =>
        {
            // Of a high one its triangle, or (of a flat one's) that triangle's transpose.
            For("k", 0, low, k =>
            {
                var (column, rest) = (Kept(At(b, high, k, k), "column"), Kept(high - k, "rest"));
                var factor = Kept(columns.Reflector(column, rest), "factor");
                f.StoreF64(At(factors, k), factor);
                columns.Apply(column, factor, column + Bytes(high), rest, low - k - 1, Bytes(high));
            });
            Clear(triangle, low * low);
            For("j", 0, low, j => For("i", 0, j + 1, i => f.StoreF64(At(triangle, low, flat.Select(j, i), flat.Select(i, j)), Load(At(b, high, i, j)))));
            f.Call(reduce, triangle, low, low, d, flat.Select(right, left), flat.Select(low, high), low, flat.Select(left, right), flat.Select(high, low), room, 0);
            Backwards("k", low - 1, 0, k => columns.Apply(At(b, high, k, k), Load(At(factors, k)), At(left, k), high - k, width, Bytes(high)));
        }, () => f.Call(reduce, b, high, low, d, left, high, width, right, low, room, flat));
    }

    /// <summary>
    /// Of (a, m, n, values, u, its rows, its columns, v, its rows, room, lower), for m from n on: u and v begin as identities. Where it says lower, the second diagonal
    /// is taken as lying below the first, and u and v as exchanged.
    /// </summary>
    private void Bidiagonal()
    {
        var (a, m, n, d, u, uRows) = (
            f.Parameter(0, "a").AsI32(), f.Parameter(1, "m").AsI32(), f.Parameter(2, "n").AsI32(), f.Parameter(3, "d").AsI32(), f.Parameter(4, "u").AsI32(), f.Parameter(5, "u.rows").AsI32());
        var (uColumns, v, vRows, rights, lower) = (
            f.Parameter(6, "u.columns").AsI32(), f.Parameter(7, "v").AsI32(), f.Parameter(8, "v.rows").AsI32(), f.Parameter(9, "rights").AsI32(), f.Parameter(10, "lower").AsI32());
        var w = Kept(At(rights, n * n), "w");
        var e = Kept(At(w, m), "e");
        var leftFactors = Kept(At(e, n), "left.factors");
        var rightFactors = Kept(At(leftFactors, n), "right.factors");
        var (cosines, sines) = (Kept(At(rightFactors, n), "cosines"), Kept(At(rightFactors, n + n), "sines"));
        For("k", 0, n, k =>
        {
            var (column, rest) = (Kept(At(a, m, k, k), "column"), Kept(n - k - 1, "rest"));
            var factor = Kept(columns.Reflector(column, m - k), "factor");
            f.StoreF64(At(leftFactors, k), factor);
            f.StoreF64(At(d, k), Load(column));
            columns.Apply(column, factor, column + Bytes(m), m - k, rest, Bytes(m));
            f.If(rest.GtS(0), () =>
            {
                var (y, first, height) = (Kept(At(rights, n, k + 1, k), "y"), Kept(At(a, m, k + 1, k + 1), "first"), Kept(m - k - 1, "height"));
                For("j", 0, rest, j => f.StoreF64(At(y, j), Load(At(a, m, k, k + 1 + j))));
                f.Set(factor, columns.Reflector(y, rest));
                f.StoreF64(At(rightFactors, k), factor);
                f.StoreF64(At(e, k), Load(y));
                f.StoreF64(y, 1);
                Clear(w, height);
                For("j", 0, rest, j => columns.Add(w, At(first, m, 0, j), height, Load(At(y, j))));
                For("j", 0, rest, j => columns.Add(At(first, m, 0, j), w, height, -(Load(At(y, j)) * factor)));
            });
        });
        var diagonalise = Part("matrix_two_diagonals", 7, part => part.DiagonaliseUpper());
        f.If(lower, () =>
        {
            var (c, s, r) = (f.F64("c"), f.F64("s"), f.F64("r"));
            For("i", 0, n - 1, i =>
            {
                Givens(Load(At(d, i)), Load(At(e, i)), c, s, r);
                f.StoreF64(At(d, i), r);
                f.StoreF64(At(e, i), s * Load(At(d, i + 1)));
                f.StoreF64(At(d, i + 1), c * Load(At(d, i + 1)));
                f.StoreF64(At(cosines, i), c);
                f.StoreF64(At(sines, i), s);
            });
            f.Call(diagonalise, d, e, v, vRows, u, uRows, n);
            For("j", 0, n, j => Backwards("i", n - 2, 0, i =>
            {
                var place = Kept(At(v, vRows, i, j), "place");
                var (x, y) = (Kept(Load(place), "x"), Kept(Load(place + Number), "y"));
                f.Set(c, Load(At(cosines, i)));
                f.Set(s, Load(At(sines, i)));
                f.StoreF64(place, (c * x) - (s * y));
                f.StoreF64(place + Number, (c * y) + (s * x));
            }));
        }, () => f.Call(diagonalise, d, e, u, uRows, v, vRows, n));
        Backwards("k", n - 1, 0, k => columns.Apply(At(a, m, k, k), Load(At(leftFactors, k)), At(u, k), m - k, uColumns, Bytes(uRows)));
        Backwards("k", n - 2, 0, k => columns.Apply(At(rights, n, k + 1, k), Load(At(rightFactors, k)), At(v, k + 1), n - k - 1, n, Bytes(vRows)));
    }

    /// <summary>Of (d, e, left, its rows, right, its rows, n): singular values into d, columns turned into vectors.</summary>
    private void DiagonaliseUpper()
    {
        var (d, e, left, leftRows) = (f.Parameter(0, "d").AsI32(), f.Parameter(1, "e").AsI32(), f.Parameter(2, "left").AsI32(), f.Parameter(3, "left.rows").AsI32());
        var (right, rightRows, n) = (f.Parameter(4, "right").AsI32(), f.Parameter(5, "right.rows").AsI32(), f.Parameter(6, "n").AsI32());
        var tolerance = Math.Clamp(Math.Pow(epsilon, -0.125), 10, 100) * epsilon;
        var (low, high, oldLow, oldHigh, turns, i, place) = (f.I32("low"), f.I32("high"), f.I32("old.low"), f.I32("old.high"), f.I32("turns"), f.I32("i"), f.I32("place"));
        var (from, to, step, before, other) = (f.I32("from"), f.I32("to"), f.I32("step"), f.I32("before"), f.I32("other"));
        var (near, nearRows, far, farRows) = (f.I32("near"), f.I32("near.rows"), f.I32("far"), f.I32("far.rows"));
        var (least, mu, threshold, largest, shift, g, h, c, s, r) = (
            f.F64("least"), f.F64("mu"), f.F64("threshold"), f.F64("largest"), f.F64("shift"), f.F64("g"), f.F64("h"), f.F64("c"), f.F64("s"), f.F64("r"));
        var (oldC, oldS, x) = (f.F64("old.c"), f.F64("old.s"), f.F64("x"));
        F64 D(I32 at) => Load(At(d, at));
        F64 E(I32 at) => Load(At(e, at));

        // The element between a place and the next in the direction of the step.
        I32 Between(I32 at) => At(e, at + before);
        f.If(n.LtS(1), () => f.Return());
        f.Set(mu, D(0).Abs());
        f.Set(least, mu);
        For("j", 1, n, j => f.If(least.Ne(0), () =>
        {
            f.Set(mu, D(j).Abs() * (mu / (mu + E(j - 1).Abs())));
            f.Set(least, least.Min(mu));
        }));
        var size = Kept(F64.ConvertI32S(n), "size");
        f.Set(threshold, (least * tolerance / size.Sqrt()).Max(size * size * (6 * Tiny)));
        f.Set(turns, n * n * 6);
        f.Set(high, n - 1);
        f.Set(oldLow, -1);
        f.Set(oldHigh, -1);
        f.Set(step, 1);
        f.Block(done => f.Loop(again =>
        {
            f.BranchIf(done, high.LeS(0) | turns.LeS(0));

            // The last block without a zero on its second diagonal.
            f.Set(largest, D(high).Abs());
            f.Set(low, high - 1);
            f.Block(found => f.Loop(next =>
            {
                f.BranchIf(found, low.LtS(0));
                f.Set(x, E(low).Abs());
                f.BranchIf(found, x.Le(threshold));
                f.Set(largest, largest.Max(x).Max(D(low).Abs()));
                f.Set(low, low - 1);
                f.Branch(next);
            }));
            f.If(low.GeS(0), () => f.StoreF64(At(e, low), 0));
            f.Set(low, low + 1);
            f.If(low.Eq(high), () =>
            {
                f.Set(high, high - 1);
                f.Branch(again);
            });
            f.If(low.Eq(high - 1), () =>
            {
                TriangularTwo();
                f.Set(high, high - 2);
                f.Branch(again);
            });

            // Towards the smaller end.
            f.If(low.GtS(oldHigh) | high.LtS(oldLow), () => f.Set(step, D(low).Abs().Ge(D(high).Abs()).Select(1, -1)));
            f.Set(before, (step - 1) >> 1);
            var down = step.GtS(0);
            f.Set(from, down.Select(low, high));
            f.Set(to, down.Select(high, low));
            f.If(Load(Between(to - step)).Abs().Le(D(to).Abs() * tolerance), () =>
            {
                f.StoreF64(Between(to - step), 0);
                f.Branch(again);
            });
            f.Set(mu, D(from).Abs());
            f.Set(least, mu);
            f.Set(i, from);
            f.Loop(next =>
            {
                f.Set(x, Load(Between(i)).Abs());
                f.If(x.Le(mu * tolerance), () =>
                {
                    f.StoreF64(Between(i), 0);
                    f.Branch(again);
                });
                f.Set(mu, D(i + step).Abs() * (mu / (mu + x)));
                f.Set(least, least.Min(mu));
                f.Set(i, i + step);
                f.BranchIf(next, i.Ne(to));
            });
            f.Set(oldLow, low);
            f.Set(oldHigh, high);
            f.Set(turns, turns - (high - low));
            f.Set(shift, 0);
            f.If((size * tolerance * (least / largest)).Gt(Math.Max(epsilon, 0.01 * tolerance)), () =>
            {
                f.Set(other, down.Select(high - 1, low));
                SmallerOf(D(other), E(other), D(other + 1));
                f.Set(x, D(from).Abs());
                f.If(x.Gt(0), () =>
                {
                    f.Set(x, shift / x);
                    f.If((x * x).Lt(epsilon), () => f.Set(shift, 0));
                });
            });

            // Rotations of one side are of the other where the way is backwards.
            f.Set(near, down.Select(right, left));
            f.Set(nearRows, down.Select(rightRows, leftRows));
            f.Set(far, down.Select(left, right));
            f.Set(farRows, down.Select(leftRows, rightRows));
            f.Set(i, from);
            f.If(shift.Eq(0), Unshifted, Shifted);
            f.Set(x, Load(Between(to - step)));
            f.If(x.Abs().Le(threshold), () => f.StoreF64(Between(to - step), 0));
            f.Branch(again);
        }));
        For("j", 0, n, j =>
        {
            f.If(D(j).Lt(0), () =>
            {
                // Of a single one the left side takes the sign.
                f.StoreF64(At(d, j), -D(j));
                columns.Scale(n.Eq(1).Select(left, At(right, rightRows, 0, j)), n, F64.Const(-1));
            });
            f.If(n.GtS(MostWhole) & Load(At(left, leftRows, n >>> 1, j)).Gt(0), () =>
            {
                columns.Scale(At(left, leftRows, 0, j), n, F64.Const(-1));
                columns.Scale(At(right, rightRows, 0, j), n, F64.Const(-1));
            });
        });
        Backwards("last", n - 1, 1, last =>
        {
            f.Set(place, 0);
            For("j", 1, last + 1, j => f.If(D(j).Le(D(place)), () => f.Set(place, j)));
            f.If(place.Ne(last), () =>
            {
                Exchange(At(d, place), At(d, last));
                columns.Swap(At(left, leftRows, 0, place), At(left, leftRows, 0, last), n);
                columns.Swap(At(right, rightRows, 0, place), At(right, rightRows, 0, last), n);
            });
        });

        void Turn(I32 matrix, I32 rows, F64 cosine, F64 sine)
        {
            var column = Kept(At(matrix, rows, 0, i + before), "column");
            columns.Rotate(column, column + Bytes(rows), n, cosine, sine * F64.ConvertI32S(step));
        }

        void Unshifted()
        {
            f.Set(c, 1);
            f.Set(oldC, 1);
            f.Set(oldS, 0);
            f.Loop(next =>
            {
                using var scope = f.Scope();
                Givens(D(i) * c, Load(Between(i)), c, s, r);
                f.If(i.Ne(from), () => f.StoreF64(Between(i - step), oldS * r));
                Givens(oldC * r, D(i + step) * s, oldC, oldS, x);
                f.StoreF64(At(d, i), x);
                Turn(near, nearRows, c, s);
                Turn(far, farRows, oldC, oldS);
                f.Set(i, i + step);
                f.BranchIf(next, i.Ne(to));
            });
            f.Set(h, D(to) * c);
            f.StoreF64(At(d, to), h * oldC);
            f.StoreF64(Between(to - step), h * oldS);
        }

        void Shifted()
        {
            f.Set(x, D(from));
            f.Set(h, (x.Abs() - shift) * (F64.Const(1).Copysign(x) + (shift / x)));
            f.Set(g, Load(Between(from)));
            f.Loop(next =>
            {
                using var scope = f.Scope();
                Givens(h, g, c, s, r);
                f.If(i.Ne(from), () => f.StoreF64(Between(i - step), r));
                var (first, between, second) = (Kept(D(i), "first"), Kept(Load(Between(i)), "between"), Kept(D(i + step), "second"));
                f.Set(h, (c * first) + (s * between));
                f.Set(between, (c * between) - (s * first));
                f.Set(g, s * second);
                f.Set(second, c * second);
                Turn(near, nearRows, c, s);
                Givens(h, g, c, s, r);
                f.StoreF64(At(d, i), r);
                f.Set(h, (c * between) + (s * second));
                f.StoreF64(At(d, i + step), (c * second) - (s * between));
                f.If(i.Ne(to - step), () =>
                {
                    f.Set(x, Load(Between(i + step)));
                    f.Set(g, s * x);
                    f.StoreF64(Between(i + step), c * x);
                });
                Turn(far, farRows, c, s);
                f.Set(i, i + step);
                f.BranchIf(next, i.Ne(to));
            });
            f.StoreF64(Between(to - step), h);
        }

        // The smaller singular value of [a b; 0 c], as the shift.
        void SmallerOf(F64 a, F64 b, F64 c)
        {
            using var scope = f.Scope();
            var (p, q, t) = (Kept(a.Abs(), "p"), Kept(c.Abs(), "q"), Kept(b.Abs(), "t"));
            var (small, large) = (Kept(p.Min(q), "small"), Kept(p.Max(q), "large"));
            f.If(small.Ne(0), () =>
            {
                var (sum, difference, ratio) = (Kept((small / large) + 1, "sum"), Kept((large - small) / large, "difference"), f.F64("ratio"));
                f.If(t.Lt(large), () =>
                {
                    f.Set(ratio, t / large);
                    f.Set(shift, small * (F64.Const(2) / (Hypot(sum, ratio) + Hypot(difference, ratio))));
                }, () =>
                {
                    f.Set(ratio, large / t);
                    f.Set(sum, sum * ratio);
                    f.Set(difference, difference * ratio);
                    f.Set(shift, small / (((sum * sum) + 1).Sqrt() + ((difference * difference) + 1).Sqrt()) * ratio * 2);
                });
            });
        }

        // Of [d e; 0 d'] at a block of two.
        void TriangularTwo()
        {
            using var scope = f.Scope();
            var (a, b, z) = (Kept(D(low), "a"), Kept(E(low), "b"), Kept(D(high), "z"));
            var exchanged = Kept(z.Abs().Gt(a.Abs()), "exchanged");
            var (ft, ht) = (Kept(exchanged.Select(z, a), "ft"), Kept(exchanged.Select(a, z), "ht"));
            var (fa, ga, ha) = (Kept(ft.Abs(), "fa"), Kept(b.Abs(), "ga"), Kept(ht.Abs(), "ha"));
            var (larger, smaller, lc, ls, rc, rs) = (Kept(fa, "larger"), Kept(ha, "smaller"), f.F64("lc"), f.F64("ls"), f.F64("rc"), f.F64("rs"));
            f.Set(lc, 1);
            f.Set(rc, 1);
            f.Set(ls, 0);
            f.Set(rs, 0);
            f.If(ga.Ne(0), () => f.If(ga.Gt(fa) & (fa / ga).Lt(epsilon), () =>
            {
                f.Set(larger, ga);
                f.Set(smaller, ha.Gt(1).Select(fa / (ga / ha), fa / ga * ha));
                f.Set(ls, ht / b);
                f.Set(rs, 1);
                f.Set(rc, ft / b);
            }, () =>
            {
                var (difference, m) = (Kept(fa - ha, "difference"), Kept(b / ft, "m"));
                var l = Kept(difference / fa, "l");
                var t = Kept(F64.Const(2) - l, "t");
                var p = Kept(Hypot(t, m), "p");
                var q = Kept(l.Eq(0).Select(m.Abs(), Hypot(l, m)), "q");
                var half = Kept((p + q) * 0.5, "half");
                f.Set(larger, fa * half);
                f.Set(smaller, ha / half);
                f.If((m * m).Ne(0), () => f.Set(t, ((m / (p + t)) + (m / (q + l))) * (half + 1)), () => f.If(
                    l.Eq(0),
                    () => f.Set(t, F64.Const(2).Copysign(ft) * F64.Const(1).Copysign(b)),
                    () => f.Set(t, (b / difference.Copysign(ft)) + (m / t))));
                f.Set(l, ((t * t) + 4).Sqrt());
                f.Set(rc, F64.Const(2) / l);
                f.Set(rs, t / l);
                f.Set(lc, (rc + (rs * m)) / half);
                f.Set(ls, ht / ft * rs / half);
            }));
            f.If(exchanged, () =>
            {
                f.Set(x, lc);
                f.Set(lc, rs);
                f.Set(rs, x);
                f.Set(x, ls);
                f.Set(ls, rc);
                f.Set(rc, x);
            });

            // The largest element by magnitude settles the signs.
            F64 One(F64 sign) => F64.Const(1).Copysign(sign);
            var sign = Kept(
                ga.Gt(fa).Select(One(rs) * One(lc) * One(b), exchanged.Select(One(rs) * One(ls) * One(z), One(rc) * One(lc) * One(a))), "sign");
            f.StoreF64(At(d, low), larger.Copysign(sign));
            f.StoreF64(At(d, high), smaller.Copysign(sign * One(a) * One(z)));
            f.StoreF64(At(e, low), 0);
            var column = Kept(At(right, rightRows, 0, low), "column");
            columns.Rotate(column, column + Bytes(rightRows), n, rc, rs);
            f.Set(column, At(left, leftRows, 0, low));
            columns.Rotate(column, column + Bytes(leftRows), n, lc, ls);
        }
    }

    private static F64 Hypot(F64 a, F64 b) => ((a * a) + (b * b)).Sqrt();
}
