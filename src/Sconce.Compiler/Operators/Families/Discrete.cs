using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Buffer = Sconce.Compiler.Tensors.Buffer;

namespace Sconce.Compiler.Operators.Families;

/// <summary>The discrete Fourier transform of the rows of a matrix, by products with tables of sines and cosines.</summary>
internal static class Discrete
{
    /// <summary>Up to here one product with the whole table is better than two steps and what lies between them.</summary>
    private const int LargestDirect = 512;

    /// <summary>The first outputs of each row's transform; the direction is the exponent's sign.</summary>
    public static Lowered.Complex Transform(LoweringContext context, Lowered.Complex rows, int size, int outputs, int direction)
    {
        var factor = size <= LargestDirect ? 1 : LargestFactor(size);
        return factor == 1 ? Direct(context, rows, size, outputs, direction) : InTwoSteps(context, rows, size, factor, outputs, direction);
    }

    private static int LargestFactor(int size)
    {
        var factor = (int)Math.Sqrt(size);
        while (size % factor != 0)
        {
            factor--;
        }

        return factor;
    }

    private static Lowered.Complex Direct(LoweringContext context, Lowered.Complex rows, int size, int outputs, int direction)
    {
        var (type, compute, count) = (rows.Real.Type, rows.Real.Type.Compute(), rows.Real.Dims[0]);
        var (cosines, sines) = Circle(context, compute, outputs, size, size, direction);
        Buffer Product(Buffer part, Buffer table) => context.Contract(
            compute, [], count, outputs, size, (_, m, k) => part.ValueAt([m, k]), (_, n, k) => table.At([n, k]));
        Buffer Join(Buffer a, Buffer b, int sign) => context.Pointwise(type, compute, [a, b], x => sign < 0 ? x[0] - x[1] : x[0] + x[1]);
        return new(
            Join(Product(rows.Real, cosines), Product(rows.Imaginary, sines), -1), Join(Product(rows.Real, sines), Product(rows.Imaginary, cosines), 1));
    }

    /// <summary>
    /// Cooley and Tukey's step: of size = a · b, element b · p + q goes into transforms of a elements for each q; their results, turned, into transforms of
    /// b elements for each output r of the first; output r + a · s is output s of that.
    /// </summary>
    private static Lowered.Complex InTwoSteps(LoweringContext context, Lowered.Complex rows, int size, int a, int outputs, int direction)
    {
        var (type, compute, count, b) = (rows.Real.Type, rows.Real.Type.Compute(), rows.Real.Dims[0], size / a);
        Buffer Columns(Buffer part) => context.Reshape(context.View(part, [count, b, a], i => [i[0], (i[2] * b) + i[1]]), [count * b, a]);
        var first = Transform(context, new(Columns(rows.Real), Columns(rows.Imaginary)), a, a, direction);
        var (cosines, sines) = Circle(context, compute, b, a, size, direction);
        Buffer Turned(Buffer x, Buffer y, int sign) => context.Map(type, [count, a, b], i =>
        {
            var (p, q) = (x.ValueAt([(i[0] * b) + i[2], i[1]]) * cosines.At([i[2], i[1]]), y.ValueAt([(i[0] * b) + i[2], i[1]]) * sines.At([i[2], i[1]]));
            return sign < 0 ? p - q : p + q;
        });
        var (real, imaginary) = (Turned(first.Real, first.Imaginary, -1), Turned(first.Imaginary, first.Real, 1));
        var second = Transform(
            context, new(context.Reshape(real, [count * a, b]), context.Reshape(imaginary, [count * a, b])), b, b, direction);
        Buffer Ordered(Buffer part) => context.View(part, [count, outputs], i => [(i[0] * a) + i[1].Mod(a), i[1].FloorDiv(a)]);
        return new(Ordered(second.Real), Ordered(second.Imaginary));
    }

    /// <summary>Cosines and sines of the angles row · column of so many parts of a circle.</summary>
    private static (Buffer Cosines, Buffer Sines) Circle(LoweringContext context, DType type, int rows, int columns, int parts, int direction)
    {
        Buffer Table(UnaryOp op) => context.Map(type, [rows, columns], i =>
            (Expr.Of((i[0] * i[1]).Mod(parts)).As(DType.Float64) * Expr.Const(DType.Float64, direction * 2 * Math.PI / parts)).Apply(op));
        return (Table(UnaryOp.Cos), Table(UnaryOp.Sin));
    }
}
