using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>Eigenvalues of matrices that need not be symmetric: balance, zeros below the second diagonal, Francis's double steps, and vectors solved for backwards, in LAPACK's steps.</summary>
internal sealed partial class MatrixFunctions
{
    private const int MostDoubleSteps = 30;
    private const double LeastApart = 1e-140;

    private void GeneralEigen()
    {
        var ((n, _), h, real, imaginary) = (SizeOfOperand(0), Operand(0, "a"), Result(0, "real"), Result(1, "imaginary"));
        var (vectors, others, z) = (Result(2, "vectors"), Result(3, "vectors.imaginary"), Work);
        var scales = Kept(At(z, n * n), "scales");
        var room = Kept(At(scales, n), "room");
        var rowBytes = Kept(Bytes(n), "apart");
        f.Call(Part("matrix_balance", 3, part => part.Balance()), h, scales, n);
        Clear(z, n * n);
        For("i", 0, n, i => f.StoreF64(At(z, n, i, i), 1));
        For("k", 0, n - 2, k =>
        {
            var (v, rest) = (Kept(At(h, n, k + 1, k), "v"), Kept(n - k - 1, "rest"));
            var factor = Kept(columns.Reflector(v, rest), "factor");
            columns.Apply(v, factor, v + rowBytes, rest, rest, rowBytes);
            var beta = Kept(Load(v), "beta");
            f.StoreF64(v, 1);
            FromRight(h);
            FromRight(z);
            Clear(v, rest);
            f.StoreF64(v, beta);

            // Takes factor · (c · v) · vᵀ off the columns from k + 1 on.
            void FromRight(I32 c)
            {
                Clear(room, n);
                For("j", 0, rest, j => columns.Add(room, At(c, n, 0, k + 1 + j), n, Load(At(v, j))));
                For("j", 0, rest, j => columns.Add(At(c, n, 0, k + 1 + j), room, n, -(Load(At(v, j)) * factor)));
            }
        });
        f.Call(Part("matrix_francis", 5, part => part.Francis()), h, z, real, imaginary, n);
        f.Call(Part("matrix_vectors", 9, part => part.Vectors()), h, z, real, imaginary, vectors, others, scales, room, n);
    }

    /// <summary>Of (a, scales, n): multiplies rows and divides columns by powers of two until both are alike in length.</summary>
    private void Balance()
    {
        var (a, scales, n) = (f.Parameter(0, "a").AsI32(), f.Parameter(1, "scales").AsI32(), f.Parameter(2, "n").AsI32());
        var (again, round, c, r, factor, sum) = (f.I32("again"), f.I32("round"), f.F64("c"), f.F64("r"), f.F64("factor"), f.F64("sum"));
        For("i", 0, n, i => f.StoreF64(At(scales, i), 1));
        f.Set(again, 1);
        f.Set(round, 0);
        f.While(again & round.LtS(100), () =>
        {
            f.Set(again, 0);
            f.Set(round, round + 1);
            For("i", 0, n, i =>
            {
                var column = Kept(At(a, n, 0, i), "column");
                f.Set(c, columns.Dot(column, column, n).Sqrt());
                f.Set(r, 0);
                For("j", 0, n, j => f.Set(r, r + (Load(At(a, n, i, j)) * Load(At(a, n, i, j)))));
                f.Set(r, r.Sqrt());
                f.If(c.Gt(0) & r.Gt(0) & c.Lt(double.PositiveInfinity) & r.Lt(double.PositiveInfinity), () =>
                {
                    f.Set(factor, 1);
                    f.Set(sum, c + r);
                    f.While(c.Lt(r * 0.5), () =>
                    {
                        f.Set(c, c * 2);
                        f.Set(r, r * 0.5);
                        f.Set(factor, factor * 2);
                    });
                    f.While((c * 0.5).Ge(r), () =>
                    {
                        f.Set(c, c * 0.5);
                        f.Set(r, r * 2);
                        f.Set(factor, factor * 0.5);
                    });
                    f.If((c + r).Lt(sum * 0.95), () =>
                    {
                        f.Set(again, 1);
                        f.StoreF64(At(scales, i), Load(At(scales, i)) * factor);
                        For("j", 0, n, j => f.StoreF64(At(a, n, i, j), Load(At(a, n, i, j)) / factor));
                        columns.Scale(column, n, factor);
                    });
                });
            });
        });
    }

    /// <summary>Of (h, z, real, imaginary, n): h into blocks of one and two along its diagonal, z's columns turned with it.</summary>
    private void Francis()
    {
        var (h, z, real, imaginary, n) = (
            f.Parameter(0, "h").AsI32(), f.Parameter(1, "z").AsI32(), f.Parameter(2, "real").AsI32(), f.Parameter(3, "imaginary").AsI32(), f.Parameter(4, "n").AsI32());
        var rounding = 2 * epsilon;
        var (i, low, count, turns, m, place) = (f.I32("i"), f.I32("low"), f.I32("count"), f.I32("turns"), f.I32("m"), f.I32("place"));
        var (a, b, c, d) = (f.F64("a"), f.F64("b"), f.F64("c"), f.F64("d"));
        var (x, y, s, t) = (f.F64("x"), f.F64("y"), f.F64("s"), f.F64("t"));
        var (cosine, sine) = (f.F64("cosine"), f.F64("sine"));
        var (firstReal, firstImaginary, secondReal, secondImaginary) = (f.F64("first.real"), f.F64("first.imaginary"), f.F64("second.real"), f.F64("second.imaginary"));
        LocalF64[] v = [f.F64("v0"), f.F64("v1"), f.F64("v2")];
        F64 H(I32 row, I32 column) => Load(At(h, n, row, column));
        var small = Kept(F64.ConvertI32S(n) * (Tiny / rounding), "small");
        f.Set(turns, (n.GtS(10).Select(n, 10)) * MostDoubleSteps);
        f.Set(i, n - 1);
        f.Block(done => f.Loop(again =>
        {
            f.BranchIf(done, i.LtS(0));
            f.Set(low, i);
            f.Block(found => f.Loop(next =>
            {
                f.BranchIf(found, low.LeS(0));
                Splits(found);
                f.Set(low, low - 1);
                f.Branch(next);
            }));
            f.If(low.GtS(0), () => f.StoreF64(At(h, n, low, low - 1), 0));
            f.If(low.Eq(i), () =>
            {
                f.StoreF64(At(real, i), H(i, i));
                f.StoreF64(At(imaginary, i), 0);
                f.Set(i, i - 1);
                f.Set(count, 0);
                f.Branch(again);
            });
            f.If(low.Eq(i - 1), () =>
            {
                Pair();
                f.Set(i, i - 2);
                f.Set(count, 0);
                f.Branch(again);
            });
            f.If(turns.LeS(0), () =>
            {
                For("j", 0, i + 1, j =>
                {
                    f.StoreF64(At(real, j), double.NaN);
                    f.StoreF64(At(imaginary, j), 0);
                });
                f.Return();
            });
            f.Set(turns, turns - 1);
            f.Set(count, count + 1);
            Shifts();
            Start();
            f.Set(place, m);
            f.Loop(next =>
            {
                Reflection();
                f.Set(place, place + 1);
                f.BranchIf(next, place.LtS(i));
            });
            f.Branch(again);
        }));

        // Leaves where the element before the diagonal's counts as zero.
        void Splits(Label found)
        {
            f.Set(x, H(low, low - 1).Abs());
            f.BranchIf(found, x.Le(small));
            f.Set(a, H(low - 1, low - 1));
            f.Set(d, H(low, low));
            f.Set(s, a.Abs() + d.Abs());
            f.If(s.Eq(0), () =>
            {
                f.If(low.GeS(2), () => f.Set(s, H(low - 1, low - 2).Abs()));
                f.If(low.LtS(n - 1), () => f.Set(s, s + H(low + 1, low).Abs()));
            });
            f.If(x.Le(s * rounding), () =>
            {
                f.Set(y, H(low - 1, low).Abs());
                f.Set(a, (a - d).Abs());
                f.Set(d, d.Abs());
                f.Set(t, d.Max(a));
                f.Set(s, t + x.Max(y));
                f.BranchIf(found, (x.Min(y) * (x.Max(y) / s)).Le(small.Max(d.Min(a) * (t / s) * rounding)));
            });
        }

        void Shifts()
        {
            f.Set(a, H(i - 1, i - 1));
            f.Set(b, H(i - 1, i));
            f.Set(c, H(i, i - 1));
            f.Set(d, H(i, i));
            f.If(count.RemU(10).Eqz(), () =>
            {
                // Shifts of another kind, where the usual ones lead round and round.
                f.If(count.RemU(20).Eqz(), () =>
                {
                    f.Set(c, c.Abs() + H(i - 1, i - 2).Abs());
                    f.Set(a, (c * 0.75) + d);
                }, () =>
                {
                    f.Set(c, H(low + 1, low).Abs() + H(low + 2, low + 1).Abs());
                    f.Set(a, (c * 0.75) + H(low, low));
                });
                f.Set(b, c * -0.4375);
                f.Set(d, a);
            });
            f.Set(firstReal, 0);
            f.Set(firstImaginary, 0);
            f.Set(secondReal, 0);
            f.Set(secondImaginary, 0);
            f.Set(s, a.Abs() + b.Abs() + c.Abs() + d.Abs());
            f.If(s.Ne(0), () =>
            {
                foreach (var element in new[] { a, b, c, d })
                {
                    f.Set(element, element / s);
                }

                f.Set(x, (a + d) * 0.5);
                f.Set(y, ((a - x) * (d - x)) - (b * c));
                f.Set(t, y.Abs().Sqrt());
                f.If(y.Ge(0), () =>
                {
                    f.Set(firstReal, x * s);
                    f.Set(secondReal, firstReal);
                    f.Set(firstImaginary, t * s);
                    f.Set(secondImaginary, -firstImaginary);
                }, () =>
                {
                    f.Set(firstReal, (x + t - d).Abs().Le((x - t - d).Abs()).Select(x + t, x - t) * s);
                    f.Set(secondReal, firstReal);
                });
            });
        }

        // Where the double step begins, and with what vector.
        void Start()
        {
            f.Set(m, i - 2);
            f.Block(found => f.Loop(next =>
            {
                f.Set(a, H(m, m));
                f.Set(d, H(m + 1, m + 1));
                f.Set(c, H(m + 1, m));
                f.Set(s, (a - secondReal).Abs() + secondImaginary.Abs() + c.Abs());
                f.Set(c, c / s);
                f.Set(v[0], (c * H(m, m + 1)) + ((a - firstReal) * ((a - secondReal) / s)) - (firstImaginary * (secondImaginary / s)));
                f.Set(v[1], c * (a + d - firstReal - secondReal));
                f.Set(v[2], c * H(m + 2, m + 1));
                f.Set(s, v[0].Abs() + v[1].Abs() + v[2].Abs());
                foreach (var element in v)
                {
                    f.Set(element, element / s);
                }

                f.BranchIf(found, m.LeS(low));
                f.BranchIf(found, (H(m, m - 1).Abs() * (v[1].Abs() + v[2].Abs())).Le(v[0].Abs() * rounding * (H(m - 1, m - 1).Abs() + a.Abs() + d.Abs())));
                f.Set(m, m - 1);
                f.Branch(next);
            }));
        }

        // One of the step's reflections, of three rows and columns from a place on; of two at the end.
        void Reflection()
        {
            using var scope = f.Scope();
            var three = Kept(place.LtS(i - 1), "three");
            var before = Kept(At(h, n, place, place - 1), "before");
            f.If(place.GtS(m), () =>
            {
                f.Set(v[0], Load(before));
                f.Set(v[1], Load(before + Number));
                f.If(three, () => f.Set(v[2], Load(before + (2 * Number))));
            });
            f.If(three.Eqz(), () => f.Set(v[2], 0));

            // The reflection of v: s its factor, x the length that it leaves.
            var rest = Kept(Hypot(v[1], v[2]), "rest");
            f.If(rest.Eq(0), () =>
            {
                f.Set(s, 0);
                f.Set(x, v[0]);
            }, () =>
            {
                f.Set(x, -Hypot(v[0], rest).Copysign(v[0]));
                f.Set(s, (x - v[0]) / x);
                f.Set(y, F64.Const(1) / (v[0] - x));
                f.Set(v[1], v[1] * y);
                f.Set(v[2], v[2] * y);
            });
            f.If(place.GtS(m), () =>
            {
                f.StoreF64(before, x);
                f.StoreF64(before + Number, 0);
                f.If(three, () => f.StoreF64(before + (2 * Number), 0));
            }, () => f.If(m.GtS(low), () => f.StoreF64(before, Load(before) * (F64.Const(1) - s))));
            For("j", place, n, j => Combine(At(h, n, place, j), Number, Number * 2));
            var last = Kept(place + 3, "last");
            f.Set(last, last.LtS(i).Select(last, i));
            var apart = Kept(Bytes(n), "apart");
            var far = Kept(apart + apart, "far");
            For("j", 0, last + 1, j => Combine(At(h, n, j, place), apart, far));
            For("j", 0, n, j => Combine(At(z, n, j, place), apart, far));

            void Combine(I32 address, I32 second, I32 third)
            {
                var at = Kept(address, "at");
                f.Set(y, Load(at) + (Load(at + second) * v[1]));
                f.If(three, () => f.Set(y, y + (Load(at + third) * v[2])));
                f.Set(y, y * s);
                f.StoreF64(at, Load(at) - y);
                f.StoreF64(at + second, Load(at + second) - (y * v[1]));
                f.If(three, () => f.StoreF64(at + third, Load(at + third) - (y * v[2])));
            }
        }

        void Pair()
        {
            using var scope = f.Scope();
            var k = Kept(i - 1, "k");
            f.Set(a, H(k, k));
            f.Set(b, H(k, i));
            f.Set(c, H(i, k));
            f.Set(d, H(i, i));
            f.Set(cosine, 1);
            f.Set(sine, 0);
            var difference = Kept(a - d, "difference");
            f.If(c.Ne(0), () => f.If(b.Eq(0), () =>
            {
                f.Set(cosine, 0);
                f.Set(sine, 1);
                f.Set(x, d);
                f.Set(d, a);
                f.Set(a, x);
                f.Set(b, -c);
                f.Set(c, 0);
            }, () => f.If(difference.Ne(0) | (b.Lt(0)).Eq(c.Lt(0)), Standardise)));
            f.StoreF64(At(h, n, k, k), a);
            f.StoreF64(At(h, n, k, i), b);
            f.StoreF64(At(h, n, i, k), c);
            f.StoreF64(At(h, n, i, i), d);
            For("j", i + 1, n, j =>
            {
                var at = Kept(At(h, n, k, j), "at");
                f.Set(x, Load(at));
                f.Set(y, Load(at + Number));
                f.StoreF64(at, (cosine * x) + (sine * y));
                f.StoreF64(at + Number, (cosine * y) - (sine * x));
            });
            columns.Rotate(At(h, n, 0, k), At(h, n, 0, i), k, cosine, sine);
            columns.Rotate(At(z, n, 0, k), At(z, n, 0, i), n, cosine, sine);
            f.StoreF64(At(real, k), a);
            f.StoreF64(At(real, i), d);
            f.Set(x, c.Eq(0).Select(F64.Const(0), b.Abs().Sqrt() * c.Abs().Sqrt()));
            f.StoreF64(At(imaginary, k), x);
            f.StoreF64(At(imaginary, i), -x);

            // A block of two into two real eigenvalues, or into one whose diagonal's elements are equal.
            void Standardise()
            {
                var p = Kept(difference * 0.5, "p");
                var sign = Kept((b.Lt(0)).Eq(c.Lt(0)).Select(F64.Const(1), F64.Const(-1)), "sign");
                var (most, least) = (Kept(b.Abs().Max(c.Abs()), "most"), Kept(b.Abs().Min(c.Abs()) * sign, "least"));
                var scale = Kept(p.Abs().Max(most), "scale");
                var w = Kept((p / scale * p) + (most / scale * least), "w");
                f.If(w.Ge(4 * rounding), () =>
                {
                    f.Set(w, p + (scale.Sqrt() * w.Sqrt()).Copysign(p));
                    f.Set(a, d + w);
                    f.Set(d, d - (most / w * least));
                    f.Set(t, Hypot(c, w));
                    f.Set(cosine, w / t);
                    f.Set(sine, c / t);
                    f.Set(b, b - c);
                    f.Set(c, 0);
                }, () =>
                {
                    var sigma = Kept(b + c, "sigma");
                    f.Set(t, Hypot(sigma, difference));
                    f.Set(cosine, (((sigma.Abs() / t) + 1) * 0.5).Sqrt());
                    f.Set(sine, -(p / (t * cosine)) * F64.Const(1).Copysign(sigma));
                    Turned(a, b);
                    Turned(c, d);
                    Turned(a, c);
                    Turned(b, d);
                    f.Set(a, (a + d) * 0.5);
                    f.Set(d, a);
                    f.If(c.Ne(0), () => f.If(b.Eq(0), () =>
                    {
                        f.Set(b, -c);
                        f.Set(c, 0);
                        f.Set(x, cosine);
                        f.Set(cosine, -sine);
                        f.Set(sine, x);
                    }, () => f.If((b.Lt(0)).Eq(c.Lt(0)), () =>
                    {
                        f.Set(x, b.Abs().Sqrt());
                        f.Set(y, c.Abs().Sqrt());
                        f.Set(p, (x * y).Copysign(c));
                        f.Set(t, F64.Const(1) / (b + c).Abs().Sqrt());
                        f.Set(a, a + p);
                        f.Set(d, d - p);
                        f.Set(b, b - c);
                        f.Set(c, 0);
                        f.Set(x, x * t);
                        f.Set(y, y * t);
                        f.Set(t, (cosine * x) - (sine * y));
                        f.Set(sine, (cosine * y) + (sine * x));
                        f.Set(cosine, t);
                    })));
                });
            }

            void Turned(LocalF64 first, LocalF64 second)
            {
                f.Set(x, (first * cosine) + (second * sine));
                f.Set(second, (second * cosine) - (first * sine));
                f.Set(first, x);
            }
        }
    }

    /// <summary>
    /// Of (t, z, real, imaginary, vectors, their imaginary parts, scales, room, n): each vector solved backwards, turned, unbalanced, of length 1, its largest element real.
    /// </summary>
    private void Vectors()
    {
        var (h, z, real, imaginary, vectors) = (
            f.Parameter(0, "t").AsI32(), f.Parameter(1, "z").AsI32(), f.Parameter(2, "real").AsI32(), f.Parameter(3, "imaginary").AsI32(), f.Parameter(4, "vectors").AsI32());
        var (others, scales, room, n) = (f.Parameter(5, "vectors.imaginary").AsI32(), f.Parameter(6, "scales").AsI32(), f.Parameter(7, "room").AsI32(), f.Parameter(8, "n").AsI32());
        var (k, two, last, j) = (f.I32("k"), f.I32("two"), f.I32("last"), f.I32("j"));
        var (p, q, u, w) = (f.F64("p"), f.F64("q"), f.F64("u"), f.F64("w"));
        var (cosine, sine, length) = (f.F64("cosine"), f.F64("sine"), f.F64("length"));
        var (own, turn, least) = (f.F64("own"), f.F64("turn"), f.F64("least"));
        var second = Kept(At(room, n), "second");
        F64 T(I32 row, I32 column) => Load(At(h, n, row, column));
        f.Set(k, 0);
        f.While(k.LtS(n), () =>
        {
            using var scope = f.Scope();
            f.Set(own, Load(At(real, k)));
            f.Set(turn, Load(At(imaginary, k)));
            var pair = Kept(turn.Ne(0), "pair");

            // Equal eigenvalues are taken for so far apart.
            f.Set(least, ((own.Abs() + turn.Abs()) * Math.ScaleB(1, -52)).Max(LeastApart));
            f.Set(last, k + pair);
            f.MemoryFill(room, 0, Bytes(n) * 2);
            f.If(pair, () => f.If(T(k, last).Abs().Ge(T(last, k).Abs()), () =>
            {
                f.StoreF64(At(room, k), 1);
                f.StoreF64(At(second, last), turn / T(k, last));
            }, () =>
            {
                f.StoreF64(At(room, k), -turn / T(last, k));
                f.StoreF64(At(second, last), 1);
            }), () => f.StoreF64(At(room, k), 1));

            // What an element found takes off those above: the room holds right sides there.
            Off(k, k);
            f.If(pair, () => Off(last, k));
            f.Set(j, k - 1);
            f.While(j.GeS(0), () =>
            {
                f.Set(two, 0);
                f.If(j.GtS(0), () => f.Set(two, T(j, j - 1).Ne(0)));
                f.If(two, () =>
                {
                    Two();
                    Off(j, j - 1);
                    Off(j - 1, j - 1);
                    f.Set(j, j - 2);
                }, () =>
                {
                    f.Set(u, T(j, j) - own);
                    Divide(Load(At(room, j)), Load(At(second, j)), u, -turn, least);
                    f.StoreF64(At(room, j), p);
                    f.StoreF64(At(second, j), q);
                    Off(j, j);
                    f.Set(j, j - 1);
                });
            });
            var (to, also) = (Kept(At(vectors, n, 0, k), "to"), Kept(At(others, n, 0, k), "also"));
            Clear(to, n);
            Clear(also, n);
            For("i", 0, last + 1, i =>
            {
                columns.Add(to, At(z, n, 0, i), n, Load(At(room, i)));
                f.If(pair, () => columns.Add(also, At(z, n, 0, i), n, Load(At(second, i))));
            });
            f.Set(length, -1);
            f.Set(u, 0);
            f.Set(w, 0);
            For("i", 0, n, i =>
            {
                f.StoreF64(At(to, i), Load(At(to, i)) * Load(At(scales, i)));
                f.StoreF64(At(also, i), Load(At(also, i)) * Load(At(scales, i)));
                f.Set(p, (Load(At(to, i)) * Load(At(to, i))) + (Load(At(also, i)) * Load(At(also, i))));
                f.If(p.Gt(length), () =>
                {
                    f.Set(length, p);
                    f.Set(u, Load(At(to, i)));
                    f.Set(w, Load(At(also, i)));
                });
            });
            Givens(u, w, cosine, sine, length);
            columns.Rotate(to, also, n, cosine, sine);
            f.Set(length, F64.Const(1) / (columns.Dot(to, to, n) + columns.Dot(also, also, n)).Sqrt());
            columns.Scale(to, n, length);
            columns.Scale(also, n, length);
            f.If(pair, () =>
            {
                Copy(to + Bytes(n), to, n);
                Copy(also + Bytes(n), also, n);
                columns.Scale(also + Bytes(n), n, F64.Const(-1));
            });
            f.Set(k, last + 1);
        });

        // Takes a found element times its column off the right sides above.
        void Off(I32 element, I32 rows)
        {
            var place = Kept(element, "place");
            columns.Add(room, At(h, n, 0, place), rows, -Load(At(room, place)));
            columns.Add(second, At(h, n, 0, place), rows, -Load(At(second, place)));
        }

        // (a + b i) / (c + d i) into p and q; the divisor is no less than it should be.
        void Divide(F64 a, F64 b, F64 c, F64 d, F64 smallest)
        {
            using var scope = f.Scope();
            var (x, y, s, t, bound) = (Kept(a, "x"), Kept(b, "y"), Kept(c, "s"), Kept(d, "t"), Kept(smallest, "bound"));
            f.If(s.Abs().Max(t.Abs()).Lt(bound), () =>
            {
                f.Set(s, bound);
                f.Set(t, 0);
            });

            // Squares of what is small would be nothing.
            var scale = Kept(F64.Const(1) / s.Abs().Max(t.Abs()), "scale");
            f.Set(s, s * scale);
            f.Set(t, t * scale);
            f.Set(x, x * scale);
            f.Set(y, y * scale);
            var size = Kept((s * s) + (t * t), "size");
            f.Set(p, ((x * s) + (y * t)) / size);
            f.Set(q, ((y * s) - (x * t)) / size);
        }

        // A block of two rows at j - 1 and j by Cramer's rule; both diagonals have -turn as their imaginary part.
        void Two()
        {
            using var scope = f.Scope();
            var (a, b, c, d) = (Kept(T(j - 1, j - 1) - own, "a"), Kept(T(j - 1, j), "b"), Kept(T(j, j - 1), "c"), Kept(T(j, j) - own, "d"));
            var (x, y, s, t) = (
                Kept(Load(At(room, j - 1)), "x"), Kept(Load(At(second, j - 1)), "y"), Kept(Load(At(room, j)), "s"), Kept(Load(At(second, j)), "t"));
            var (m, o) = (Kept((a * d) - (turn * turn) - (b * c), "m"), Kept(-((a + d) * turn), "o"));
            Divide((d * x) + (turn * y) - (b * s), (d * y) - (turn * x) - (b * t), m, o, least * least);
            f.StoreF64(At(room, j - 1), p);
            f.StoreF64(At(second, j - 1), q);
            Divide((a * s) + (turn * t) - (c * x), (a * t) - (turn * s) - (c * y), m, o, least * least);
            f.StoreF64(At(room, j), p);
            f.StoreF64(At(second, j), q);
        }
    }
}
