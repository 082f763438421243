using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>Products whose weights are kept in 8 bits, with a scale for each row, or in 4, with one for each 32 numbers, beside float32.</summary>
internal static class QuantisedProducts
{
    public static IEnumerable<Case> Cases()
    {
        (int M, int N, int K)[] shapes = [(1, 4096, 4096), (1, 768, 3072), (1, 3072, 768), (1, 288, 288), (2, 4096, 4096), (4, 4096, 4096), (8, 4096, 4096), (64, 4096, 4096), (197, 768, 3072)];
        foreach (var relaxed in new[] { true, false })
        {
            foreach (var (m, n, k) in shapes)
            {
                foreach (var bits in new[] { 32, 8, 4 })
                {
                    var (rows, columns, depth) = (new Axis(m, "m"), new Axis(n, "n"), new Axis(k, "k"));
                    var left = new LoadExpr(new TensorBuffer("a", DType.Float32, [m, k]), [rows, depth]);
                    var target = Target.Whole(new TensorBuffer("c", DType.Float32, [m, n]), [rows, columns]);
                    var step = new ContractionStep(target, [], rows, columns, depth, left, Right(bits, columns, depth), new AccumulatorExpr(0, DType.Float32));
                    var module = new Module();
                    var kernels = new KernelModule(module, new KernelOptions { RelaxedSimd = relaxed });
                    var call = KernelGenerator.Generate(KernelPreparation.Prepare(step)[^1], kernels);
                    yield return Case.Of($"{m}x{n}x{k} {(bits == 32 ? "float32" : $"int{bits}")}", relaxed, call, module, 2.0 * m * n * k);
                }
            }
        }
    }

    private static Expr Right(int bits, Axis columns, Axis depth)
    {
        var (n, k) = (columns.Extent.Value, depth.Extent.Value);
        if (bits == 32)
        {
            return new LoadExpr(new TensorBuffer("b", DType.Float32, [n, k], BufferKind.Constant), [columns, depth]);
        }

        var steps = new byte[n * k];
        (steps[0], steps[1]) = bits == 4 ? ((byte)0xF8, (byte)7) : ((byte)0x80, (byte)0x7F);
        var weight = new LoadExpr(new TensorBuffer("b", DType.Int8, [n, k], BufferKind.Constant, TensorData.Dense(DType.Int8, [n, k], steps)), [columns, depth]);
        var scale = bits == 4
            ? new LoadExpr(new TensorBuffer("s", DType.Float32, [n, k / 32], BufferKind.Constant), [columns, Dim.Of(depth).FloorDiv(32)])
            : new LoadExpr(new TensorBuffer("s", DType.Float32, [n], BufferKind.Constant), [columns]);
        return weight.As(DType.Float32) * scale;
    }
}
