using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>
/// Fourier transforms, one after the other: operands into scratch memory, passes from there to its other half and back, and out to where results belong.
/// The lanes of a vector are quarters of one transform, or (where it is short or odd) of four transforms, one each.
/// </summary>
internal sealed class FourierKernel
{
    private const int Lanes = Vector.Lanes;

    private readonly FourierStep step;
    private readonly FourierPlan plan;
    private readonly KernelModule module;
    private readonly DType type;
    private readonly ImmutableArray<Axis> rows;

    /// <summary>The axis of the transforms in the lanes.</summary>
    private readonly Axis? across;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly FourierArithmetic math;
    private readonly TilePlan tiles;

    private FourierKernel(FourierStep given, KernelModule module)
    {
        (plan, this.module, type) = (given.Plan, module, given.Real.Type);
        var ordered = IterationSpace.InMemoryOrder(given.Axes, given.Targets[0]);
        var (groups, collapsed) = IterationSpace.Collapse([ordered], given, Substitute);
        (rows, step) = (groups[0], collapsed);
        if (!plan.IsSplit)
        {
            across = rows.IsEmpty ? new Axis(1, "row") : rows[^1];
            if (!across.Extent.IsConstant || across.Extent.Value < Lanes)
            {
                // Too few for all lanes, perhaps: what is left over do the last one again.
                var padded = new Axis(across.Extent.CeilDiv(Lanes) * Lanes, "row");
                var last = across.Extent - 1;
                step = Substitute(step, atom => ReferenceEquals(atom, across) ? Dim.Min(Dim.Of(padded), last) : null);
                across = padded;
            }

            rows = [.. rows.IsEmpty ? rows : rows[..^1], across];
        }

        tiles = TilePlan.For(rows, 2.0 * plan.Size * Math.Log2(plan.Size + 1), plan.IsSplit ? 1 : Lanes);
        frame = new KernelFrame("fft", step, [.. tiles.Dims], module);
        f = frame.Function;
        math = new(f, module, type);
    }

    public static KernelCall Generate(FourierStep step, KernelModule module) => new FourierKernel(step, module).Generate();

    private static FourierStep Substitute(FourierStep step, Func<Atom, Dim?> map)
    {
        var rewriter = new ExprRewriter(dims: dim => dim.Substitute(map));
        return step.With([.. step.Targets.Select(target => target.Substitute(map))], step.Axes, rewriter.Rewrite(step.Real), rewriter.Rewrite(step.Imaginary), step.Table);
    }

    private KernelCall Generate()
    {
        var table = (LoadExpr)step.Table;
        var (roots, _) = frame.Emitter.Address(table.Buffer, Dim.Zero);
        var (scratch, _) = frame.Emitter.Address(step.ThreadScratch!, Dim.Zero);
        var (first, second) = (f.Let(scratch, "first"), f.Let(scratch + ((plan.Points + 1) * math.ElementBytes), "second"));
        tiles.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (remaining.IsEmpty)
            {
                Row(frame.Emitter.Nested());
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, [], [], (emitter, start, end) =>
            {
                var counter = f.I32("row");
                f.For(counter, start, end, across is null ? 1 : Lanes, () =>
                {
                    var inside = emitter.Nested();
                    var at = counter;
                    if (across is { Extent: { IsConstant: true, Value: var count } } && count % Lanes != 0)
                    {
                        // The last lanes do again what those before them have done.
                        at = f.Let(counter.LtS((int)count - Lanes).Select(counter, (int)count - Lanes));
                    }

                    inside.Bind(remaining[^1], at);
                    Row(inside);
                });
            });
        });
        var shape = string.Join(" x ", plan.IsSplit ? plan.Factors.Insert(0, Lanes) : plan.Factors);
        return frame.Finish(tiles.Tiles, $"fft {shape}");

        void Row(ExprEmitter emitter)
        {
            using var scope = f.Scope();
            Load(emitter, roots, first);
            var (from, to) = Passes(roots, first, second);
            if (plan.IsSplit)
            {
                Combine(emitter, roots, from, to);
                if (plan.Form == FourierForm.RealToComplex)
                {
                    RealSpectrum(emitter, roots, to);
                }
            }
            else if (plan.Form == FourierForm.RealToComplex)
            {
                RealSpectrum(emitter, roots, from);
            }
            else
            {
                StoreRows(emitter, from);
            }
        }
    }

    /// <summary>An emitter of values along an axis, for one of a loop's rounds: the given one's, or that of the transforms in the lanes.</summary>
    private ExprEmitter Along(ExprEmitter emitter, Axis axis, I32 place)
    {
        var at = emitter.Nested(across ?? axis);
        at.Bind(axis, place);
        return at;
    }

    /// <summary>Places of an operand or a result that a vector takes.</summary>
    private int Step => plan.IsSplit ? Lanes : 1;

    /// <summary>The complex numbers to transform, by elements.</summary>
    private void Load(ExprEmitter emitter, I32 roots, LocalI32 to)
    {
        var (place, pointer) = (f.I32("n"), f.Let(to, "to"));
        var inputs = plan.Form == FourierForm.RealToComplex ? 2 : 1;
        var ownRoots = f.Let(roots + (plan.RealStart * math.NumberBytes), "roots");
        f.For(place, 0, plan.Length * inputs, Step * inputs, () =>
        {
            using var scope = f.Scope();
            var at = Along(emitter, step.Input, place);
            switch (plan.Form)
            {
                case FourierForm.Complex:
                    at.Expect(step.Real, step.Imaginary);
                    math.StoreElement(pointer, new(at.Vector(step.Real), at.Vector(step.Imaginary)));
                    break;
                case FourierForm.RealToComplex:
                    var next = step.Real.Shift(step.Input, Step);
                    at.Expect(step.Real, next);
                    var (a, b) = (math.Let(at.Vector(step.Real)), math.Let(at.Vector(next)));
                    math.StoreElement(pointer, plan.IsSplit ? math.Apart(a, b) : new(a, b));
                    break;
                default:
                    at.Expect(step.Real, step.Imaginary);
                    var z = new ComplexVector(math.Let(at.Vector(step.Real)), math.Let(at.Vector(step.Imaginary)));
                    var behind = Along(emitter, step.Input, f.Let(plan.Length - (Step - 1) - place));
                    behind.Expect(step.Real, step.Imaginary);
                    var mirrored = new ComplexVector(math.Let(behind.Vector(step.Real)), math.Let(behind.Vector(step.Imaginary)));
                    mirrored = plan.IsSplit ? math.Reversed(mirrored) : mirrored;
                    var even = new ComplexVector(math.Add(z.Real, mirrored.Real), math.Sub(z.Imaginary, mirrored.Imaginary));
                    var odd = new ComplexVector(math.Sub(z.Real, mirrored.Real), math.Add(z.Imaginary, mirrored.Imaginary));
                    var turned = math.Add(even, math.Mul(odd, RealRoots(ownRoots)));

                    // An inverse transform: the parts change places.
                    math.StoreElement(pointer, new(turned.Imaginary, turned.Real));
                    f.Set(ownRoots, ownRoots + (Step * math.NumberBytes));
                    break;
            }

            f.Set(pointer, pointer + math.ElementBytes);
        });
    }

    private ComplexVector RealRoots(I32 at)
    {
        var imaginary = plan.RealCount * math.NumberBytes;
        return plan.IsSplit ? new(math.Load(at, 0), math.Load(at, imaginary)) : math.LoadSplats(at, 0, imaginary);
    }

    /// <summary>Gives where the transforms are, and the other area.</summary>
    private (LocalI32 Result, LocalI32 Other) Passes(I32 roots, LocalI32 from, LocalI32 to)
    {
        var (rest, stride, at) = (plan.Points, math.ElementBytes, 0);
        foreach (var factor in plan.Factors)
        {
            var count = rest / factor;
            var place = count == 1 ? PassPlace.Last : rest == plan.Points ? PassPlace.First : PassPlace.Middle;
            f.Call(FourierPass.For(module, type, factor, place), from, to, roots + (at * math.NumberBytes), (I32)count, (I32)stride);
            (from, to, rest, stride, at) = (to, from, count, stride * factor, at + (count * (factor - 1) * 2));
        }

        return (from, to);
    }

    /// <summary>
    /// The quarters in the lanes become one transform: four elements at a time, turned, so that a vector holds four places of one quarter; multiplied, and joined by a
    /// butterfly, whose results are a quarter of the length apart.
    /// </summary>
    private void Combine(ExprEmitter emitter, I32 roots, LocalI32 from, LocalI32 to)
    {
        var (round, k) = (f.I32("round"), f.I32("k"));
        f.For(round, 0, plan.Points, Lanes, () =>
        {
            using var scope = f.Scope();
            f.Set(k, plan.Points % Lanes == 0 ? round : round.LtS(plan.Points - Lanes).Select(round, plan.Points - Lanes));
            var element = f.Let(from + (k * math.ElementBytes));
            ComplexVector[] given = [.. Enumerable.Range(0, Lanes).Select(i => math.LoadElement(element, i * math.ElementBytes))];
            var (real, imaginary) = (math.Transposed([.. given.Select(z => z.Real)]), math.Transposed([.. given.Select(z => z.Imaginary)]));
            ComplexVector[] x = [.. real.Zip(imaginary, (a, b) => new ComplexVector(a, b))];
            var own = f.Let(roots + (k * math.NumberBytes) + (plan.CombiningStart * math.NumberBytes));
            for (var lane = 1; lane < Lanes; lane++)
            {
                var part = plan.Points * math.NumberBytes;
                x[lane] = math.Mul(x[lane], new(math.Load(own, (lane - 1) * 2 * part), math.Load(own, (((lane - 1) * 2) + 1) * part)));
            }

            var (a, b, c, d) = (math.Add(x[0], x[2]), math.Sub(x[0], x[2]), math.Add(x[1], x[3]), math.Sub(x[1], x[3]));
            Give(0, math.Add(a, c));
            Give(1, new(math.Add(b.Real, d.Imaginary), math.Sub(b.Imaginary, d.Real)));
            Give(2, math.Sub(a, c));
            Give(3, new(math.Sub(b.Real, d.Imaginary), math.Add(b.Imaginary, d.Real)));
        });

        void Give(int quarter, ComplexVector value)
        {
            var place = quarter * plan.Points;
            switch (plan.Form)
            {
                case FourierForm.Complex:
                    StoreAt(Along(emitter, step.Output, k), place, value);
                    break;
                case FourierForm.RealToComplex:
                    var address = f.Let(to + (k * math.NumberBytes));
                    math.Store(address, place * math.NumberBytes, value.Real);
                    math.Store(address, (place + plan.Length + Lanes) * math.NumberBytes, value.Imaginary);
                    break;
                default:
                    var at = Along(emitter, step.Output, f.Let(k << 1));
                    var (first, second) = math.Joined(value.Imaginary, value.Real);
                    StoreAt(at, 2 * place, first);
                    StoreAt(at, (2 * place) + Lanes, second);
                    break;
            }
        }
    }

    /// <summary>Places k and (from the end) length - k of the half spectrum from the same places of the complex one.</summary>
    private void RealSpectrum(ExprEmitter emitter, I32 roots, LocalI32 from)
    {
        var own = f.Let(roots + (plan.RealStart * math.NumberBytes), "roots");
        var imaginaryPlane = (plan.Length + Lanes) * math.NumberBytes;
        if (plan.IsSplit)
        {
            // The first element once more behind the last.
            math.Store(from, plan.Length * math.NumberBytes, math.Load(from, 0));
            math.Store(from, imaginaryPlane + (plan.Length * math.NumberBytes), math.Load(from, imaginaryPlane));
        }
        else
        {
            var last = f.Let(from + (plan.Length * math.ElementBytes));
            math.StoreElement(last, math.LoadElement(from));
        }

        var k = f.I32("k");
        f.For(k, 0, (plan.Length / 2) + 1, Step, () =>
        {
            using var scope = f.Scope();
            var behind = f.Let(plan.Length - (Step - 1) - k);
            var (z, mirrored) = (Element(k), Element(behind));
            mirrored = plan.IsSplit ? math.Reversed(mirrored) : mirrored;
            var half = math.SplatVector(step.Scale / 2);
            var even = new ComplexVector(math.Mul(math.Add(z.Real, mirrored.Real), half), math.Mul(math.Sub(z.Imaginary, mirrored.Imaginary), half));
            var odd = new ComplexVector(math.Sub(z.Real, mirrored.Real), math.Add(z.Imaginary, mirrored.Imaginary));
            odd = math.Mul(odd, RealRoots(own));
            odd = step.Scale == 1 ? odd : math.SplatVector(step.Scale) is var scale ? new(math.Mul(odd.Real, scale), math.Mul(odd.Imaginary, scale)) : odd;
            Store(Along(emitter, step.Output, k), 0, math.Add(even, odd));
            var conjugate = new ComplexVector(math.Sub(even.Real, odd.Real), math.Sub(odd.Imaginary, even.Imaginary));
            Store(Along(emitter, step.Output, behind), 0, plan.IsSplit ? math.Reversed(conjugate) : conjugate);
            f.Set(own, own + (Step * math.NumberBytes));
        });

        ComplexVector Element(I32 place)
        {
            if (!plan.IsSplit)
            {
                return math.LoadElement(f.Let(from + (place * math.ElementBytes)));
            }

            var address = f.Let(from + (place * math.NumberBytes));
            return new(math.Load(address, 0), math.Load(address, imaginaryPlane));
        }
    }

    /// <summary>Elements as they are, each lane to its own transform's place.</summary>
    private void StoreRows(ExprEmitter emitter, LocalI32 from)
    {
        var (k, pointer) = (f.I32("k"), f.Let(from, "from"));
        f.For(k, 0, plan.Length, 1, () =>
        {
            using var scope = f.Scope();
            var value = math.LoadElement(pointer);
            if (plan.Form == FourierForm.Complex)
            {
                StoreAt(Along(emitter, step.Output, k), 0, value);
            }
            else
            {
                var at = Along(emitter, step.Output, f.Let(k << 1));
                StoreAt(at, 0, value.Imaginary);
                StoreAt(at, 1, value.Real);
            }

            f.Set(pointer, pointer + math.ElementBytes);
        });
    }

    private void StoreAt(ExprEmitter at, int place, ComplexVector value)
    {
        var scaled = step.Scale == 1 ? value : math.SplatVector(step.Scale) is var scale ? new(math.Mul(value.Real, scale), math.Mul(value.Imaginary, scale)) : value;
        Store(at, place, scaled);
    }

    private void StoreAt(ExprEmitter at, int place, Vector value) =>
        at.StoreVector(step.Targets[0].Shift(step.Output, place), step.Scale == 1 ? value : math.Mul(value, math.SplatVector(step.Scale)));

    private void Store(ExprEmitter at, int place, ComplexVector value)
    {
        at.StoreVector(step.Targets[0].Shift(step.Output, place), value.Real);
        at.StoreVector(step.Targets[1].Shift(step.Output, place), value.Imaginary);
    }
}
