namespace Sconce.Compiler.Kernels.Mathematics;

// The error function: a polynomial up to 1; beyond, 1 - e^p(|x|), p approximating ln erfc.
internal sealed partial class VectorMath
{
    public Bundle Erf(Bundle x)
    {
        var a = Let(x);
        var magnitude = Let(Bundle.Abs(a));
        var square = Let(Bundle.Mul(a, a));
        var near = Polynomial(
            square, 1.283791661e-01f, -3.761262596e-01f, 1.128358543e-01f, -2.685381286e-02f, 5.188328214e-03f, -8.010198362e-04f, 7.853877469e-05f);
        var small = Let(Madd(near, a, a));

        // From 4 on the result is 1.
        var t = Let(Bundle.Pmin(magnitude, Splat(4f)));
        var p = Polynomial(
            t, -1.128688574e+00f, -6.349917054e-01f, -1.064957231e-01f, 2.398100309e-02f, -3.744245274e-03f, 3.474506084e-04f, -1.365868957e-05f);
        var large = CopySign(Bundle.Sub(Splat(1f), ExpWithin(Bundle.Mul(p, t))), a);
        return Bundle.Bitselect(small, large, Bundle.Le(magnitude, Splat(1f)));
    }
}
