using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>The stages before and after the passes of a transform: operands into scratch memory, and results out to where they belong.</summary>
/// <param name="f">The kernel.</param>
/// <param name="math">Its arithmetic.</param>
/// <param name="step">With operands and targets over the kernel's rows.</param>
/// <param name="across">The axis of the transforms in the lanes.</param>
/// <param name="sizes">How large everything is.</param>
/// <param name="scale">What results are multiplied by.</param>
internal sealed class FourierStages(FunctionBuilder f, FourierArithmetic math, FourierStep step, Axis? across, FourierSizes sizes, FourierScale scale)
{
    private const int Lanes = Vector.Lanes;

    /// <summary>One transform, or one in each lane; the passes are given two areas, and give the one with the results first.</summary>
    public void Row(ExprEmitter emitter, I32 roots, LocalI32 first, LocalI32 second, Func<LocalI32, LocalI32, (LocalI32 Result, LocalI32 Other)> passes)
    {
        using var scope = f.Scope();
        Load(emitter, roots, first);
        var (from, to) = passes(first, second);
        if (sizes.IsSplit)
        {
            Combine(emitter, roots, from, to);
            if (sizes.Form == FourierForm.RealToComplex)
            {
                RealSpectrum(emitter, roots, to);
            }
        }
        else if (sizes.Form == FourierForm.RealToComplex)
        {
            RealSpectrum(emitter, roots, from);
        }
        else
        {
            StoreRows(emitter, from);
        }
    }

    /// <summary>The same for an odd number of real elements, transformed as complex ones.</summary>
    public void OddRow(ExprEmitter emitter, LocalI32 first, LocalI32 second, I32 outputs, Func<LocalI32, LocalI32, (LocalI32 Result, LocalI32 Other)> passes)
    {
        using var scope = f.Scope();
        var (whole, real, imaginary) = Whole();
        var (n, pointer) = (f.I32("n"), f.Let(first, "pointer"));
        ClearLast(first, sizes.Length);
        f.For(n, 0, sizes.Length, 1, () =>
        {
            using var inner = f.Scope();
            var at = Along(emitter, whole, n);
            at.Expect(real, imaginary);
            Put(first, n, pointer, new(at.Vector(real), at.Vector(imaginary)));
            f.Set(pointer, pointer + math.ElementBytes);
        });
        var (from, _) = passes(first, second);
        f.For(n, 0, outputs, 1, () =>
        {
            using var inner = f.Scope();
            var at = Along(emitter, step.Output, n);
            var value = Element(from, n);
            if (sizes.Form == FourierForm.ComplexToReal)
            {
                StoreAt(at, 0, value.Imaginary);
            }
            else
            {
                StoreAt(at, 0, value);
            }
        });
    }

    /// <summary>Real elements as complex ones, or half a spectrum made whole; for an inverse transform, with its parts exchanged.</summary>
    private (Axis Axis, Expr Real, Expr Imaginary) Whole()
    {
        if (sizes.Form == FourierForm.RealToComplex)
        {
            return (step.Input, step.Real, Expr.Const(step.Real.Type, 0L));
        }

        // Backwards from the end come the conjugates.
        var axis = new Axis(step.Size, "n");
        var mirrored = (FourierStep)step.Substitute(atom => ReferenceEquals(atom, step.Input) ? Dim.Min(Dim.Of(axis), step.Size - axis) : null);
        return (axis, Expr.Select(Expr.Of(Dim.Of(axis) * 2) > Expr.Of(step.Size), -mirrored.Imaginary, mirrored.Imaginary), mirrored.Real);
    }

    /// <summary>An emitter of values along an axis, for one of a loop's rounds: the given one's, or that of the transforms in the lanes.</summary>
    private ExprEmitter Along(ExprEmitter emitter, Axis axis, I32 place)
    {
        var at = emitter.Nested(sizes.Use == LaneUse.Single ? null : across ?? axis);
        at.Bind(axis, place);
        return at;
    }

    /// <summary>Places of an operand or a result that a vector takes.</summary>
    private int Step => sizes.IsSplit ? Lanes : 1;

    /// <summary>The complex numbers to transform, by elements.</summary>
    private void Load(ExprEmitter emitter, I32 roots, LocalI32 to)
    {
        var (place, pointer) = (f.I32("n"), f.Let(to, "to"));
        var inputs = sizes.Form == FourierForm.RealToComplex ? 2 : 1;
        var ownRoots = f.Let(roots + sizes.Reals, "roots");
        ClearLast(to, sizes.Length);
        f.For(place, 0, sizes.Length * inputs, Step * inputs, () =>
        {
            using var scope = f.Scope();
            var at = Along(emitter, step.Input, place);
            switch (sizes.Form)
            {
                case FourierForm.Complex:
                    at.Expect(step.Real, step.Imaginary);
                    Put(to, place, pointer, new(at.Vector(step.Real), at.Vector(step.Imaginary)));
                    break;
                case FourierForm.RealToComplex:
                    var next = step.Real.Shift(step.Input, Step);
                    at.Expect(step.Real, next);
                    var (a, b) = (math.Let(at.Vector(step.Real)), math.Let(at.Vector(next)));
                    Put(to, place >>> 1, pointer, sizes.IsSplit ? math.Apart(a, b) : new(a, b));
                    break;
                default:
                    at.Expect(step.Real, step.Imaginary);
                    var z = new ComplexVector(math.Let(at.Vector(step.Real)), math.Let(at.Vector(step.Imaginary)));
                    var behind = Along(emitter, step.Input, f.Let(sizes.Length - (Step - 1) - place));
                    behind.Expect(step.Real, step.Imaginary);
                    var mirrored = new ComplexVector(math.Let(behind.Vector(step.Real)), math.Let(behind.Vector(step.Imaginary)));
                    mirrored = sizes.IsSplit ? math.Reversed(mirrored) : mirrored;
                    var even = new ComplexVector(math.Add(z.Real, mirrored.Real), math.Sub(z.Imaginary, mirrored.Imaginary));
                    var odd = new ComplexVector(math.Sub(z.Real, mirrored.Real), math.Add(z.Imaginary, mirrored.Imaginary));
                    var turned = math.Add(even, math.Mul(odd, RealRoots(ownRoots)));

                    // An inverse transform: the parts change places.
                    Put(to, place, pointer, new(turned.Imaginary, turned.Real));
                    f.Set(ownRoots, ownRoots + (Step * math.NumberBytes));
                    break;
            }

            f.Set(pointer, pointer + math.ElementBytes);
        });
    }

    /// <summary>A number into its place among elements of four, or an element to where the pointer is.</summary>
    private void Put(I32 elements, I32 number, I32 pointer, ComplexVector value)
    {
        if (sizes.Use != LaneUse.Single)
        {
            math.StoreElement(pointer, value);
            return;
        }

        var place = f.Let(math.InElements(elements, number));
        math.StoreNumber(place, math.First(value.Real));
        math.StoreNumber(place, math.First(value.Imaginary), FourierArithmetic.ImaginaryPart);
    }

    /// <summary>What lies behind the last number, in its element, must be one too.</summary>
    private void ClearLast(I32 elements, I32 count)
    {
        if (sizes.Use == LaneUse.Single)
        {
            math.StoreElement(f.Let(elements + (((count - 1) >>> 2) * math.ElementBytes)), new(math.SplatVector(0), math.SplatVector(0)));
        }
    }

    /// <summary>A result, or four.</summary>
    private ComplexVector Element(I32 from, I32 place)
    {
        if (sizes.Use == LaneUse.Rows)
        {
            return math.LoadElement(f.Let(from + (place * math.ElementBytes)));
        }

        var address = f.Let(from + (place * math.NumberBytes));
        var plane = FourierJoint.ImaginaryPlane(math, sizes);
        return sizes.IsSplit ? new(math.Load(address, 0), math.Load(address, plane)) : math.LoadSplats(address, plane);
    }

    private ComplexVector RealRoots(I32 at)
    {
        var imaginary = sizes.RealCount * math.NumberBytes;
        return sizes.IsSplit ? new(math.Load(at, 0), math.Load(at, imaginary)) : math.LoadSplats(at, imaginary);
    }

    /// <summary>The quarters in the lanes joined, and out to their places, or (what a real spectrum is made of) into scratch memory.</summary>
    private void Combine(ExprEmitter emitter, I32 roots, LocalI32 from, LocalI32 to) => FourierJoint.Emit(f, math, sizes, roots, from, (quarter, k, value) =>
    {
        var quarterPlace = sizes.Points * quarter;
        switch (sizes.Form)
        {
            case FourierForm.Complex:
                if (quarterPlace.ConstantInteger is { } known)
                {
                    StoreAt(Along(emitter, step.Output, k), (int)known, value);
                }
                else
                {
                    StoreAt(Along(emitter, step.Output, f.Let(k + quarterPlace)), 0, value);
                }

                break;
            case FourierForm.RealToComplex:
                FourierJoint.ToPlanes(f, math, sizes, to, quarter, k, value);
                break;
            default:
                var (at, place) = quarterPlace.ConstantInteger is { } number
                    ? (Along(emitter, step.Output, f.Let(k << 1)), 2 * (int)number)
                    : (Along(emitter, step.Output, f.Let((k + quarterPlace) << 1)), 0);
                var (first, second) = math.Joined(value.Imaginary, value.Real);
                StoreAt(at, place, first);
                StoreAt(at, place + Lanes, second);
                break;
        }
    });

    /// <summary>Places k and (from the end) length - k of the half spectrum from the same places of the complex one.</summary>
    private void RealSpectrum(ExprEmitter emitter, I32 roots, LocalI32 from)
    {
        var own = f.Let(roots + sizes.Reals, "roots");
        var imaginaryPlane = FourierJoint.ImaginaryPlane(math, sizes);

        // The first element once more behind the last.
        if (sizes.Use == LaneUse.Rows)
        {
            var last = f.Let(from + (sizes.Length * math.ElementBytes));
            math.StoreElement(last, math.LoadElement(from));
        }
        else
        {
            math.Store(from, sizes.Length * math.NumberBytes, math.Load(from, 0));
            math.Store(from, imaginaryPlane + (sizes.Length * math.NumberBytes), math.Load(from, imaginaryPlane));
        }

        var k = f.I32("k");
        f.For(k, 0, (sizes.Length >>> 1) + 1, Step, () =>
        {
            using var scope = f.Scope();
            var behind = f.Let(sizes.Length - (Step - 1) - k);
            var (z, mirrored) = (Element(from, k), Element(from, behind));
            mirrored = sizes.IsSplit ? math.Reversed(mirrored) : mirrored;
            var half = scale.Half;
            var even = new ComplexVector(math.Mul(math.Add(z.Real, mirrored.Real), half), math.Mul(math.Sub(z.Imaginary, mirrored.Imaginary), half));
            var odd = new ComplexVector(math.Sub(z.Real, mirrored.Real), math.Add(z.Imaginary, mirrored.Imaginary));
            odd = math.Mul(odd, RealRoots(own));
            odd = scale.Of(odd);
            Store(Along(emitter, step.Output, k), 0, math.Add(even, odd));
            var conjugate = new ComplexVector(math.Sub(even.Real, odd.Real), math.Sub(odd.Imaginary, even.Imaginary));
            Store(Along(emitter, step.Output, behind), 0, sizes.IsSplit ? math.Reversed(conjugate) : conjugate);
            f.Set(own, own + (Step * math.NumberBytes));
        });
    }

    /// <summary>Elements as they are, each lane to its own transform's place.</summary>
    private void StoreRows(ExprEmitter emitter, LocalI32 from)
    {
        var (k, pointer) = (f.I32("k"), f.Let(from, "from"));
        f.For(k, 0, sizes.Length, 1, () =>
        {
            using var scope = f.Scope();
            var value = sizes.Use == LaneUse.Single ? Element(from, k) : math.LoadElement(pointer);
            if (sizes.Form == FourierForm.Complex)
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

    private void StoreAt(ExprEmitter at, int place, ComplexVector value) => Store(at, place, scale.Of(value));

    private void StoreAt(ExprEmitter at, int place, Vector value) => Store(at, step.Targets[0].Shift(step.Output, place), scale.Of(value));

    private void Store(ExprEmitter at, int place, ComplexVector value)
    {
        Store(at, step.Targets[0].Shift(step.Output, place), value.Real);
        Store(at, step.Targets[1].Shift(step.Output, place), value.Imaginary);
    }

    private void Store(ExprEmitter at, Target target, Vector value)
    {
        if (sizes.Use == LaneUse.Single)
        {
            at.StoreScalar(target, math.First(value));
        }
        else
        {
            at.StoreVector(target, value);
        }
    }
}
