using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>
/// Products whose weights are kept in 8 bits, with a scale for each row, or in 4, with one for each 32 numbers, beside float32: of floats, and of bytes as quantised activations are.
/// </summary>
internal static class QuantisedProducts
{
    public static IEnumerable<Case> Cases()
    {
        (int M, int N, int K)[] shapes = [(1, 4096, 4096), (1, 768, 3072), (1, 3072, 768), (1, 288, 288), (2, 4096, 4096), (4, 4096, 4096), (8, 4096, 4096), (64, 4096, 4096), (197, 768, 3072)];
        foreach (var relaxed in new[] { true, false })
        {
            foreach (var (m, n, k) in shapes)
            {
                foreach (var (bits, type) in new[] { (32, DType.Float32), (8, DType.Float32), (4, DType.Float32), (8, DType.UInt8), (4, DType.UInt8) })
                {
                    var (rows, columns, depth) = (new Axis(m, "m"), new Axis(n, "n"), new Axis(k, "k"));
                    var left = new LoadExpr(new TensorBuffer("a", type, [m, k]), [rows, depth]);
                    var target = Target.Whole(new TensorBuffer("c", DType.Float32, [m, n]), [rows, columns]);
                    var (right, scale) = Right(bits, columns, depth);
                    var ofIntegers = type == DType.UInt8 && bits == 8;
                    var step = ofIntegers
                        ? new ContractionStep(target, [], rows, columns, depth, left.As(DType.Int32), right.As(DType.Int32), new AccumulatorExpr(0, DType.Int32).As(DType.Float32) * scale!)
                        : new ContractionStep(
                            target, [], rows, columns, depth, left.As(DType.Float32), scale is null ? right : right.As(DType.Float32) * scale, new AccumulatorExpr(0, DType.Float32));
                    var module = new Module();
                    var kernels = new KernelModule(module, new KernelOptions { RelaxedSimd = relaxed });
                    var call = KernelGenerator.Generate(KernelPreparation.Prepare(step)[^1], kernels);
                    yield return Case.Of($"{m}x{n}x{k} {(bits == 32 ? "float32" : $"int{bits}")}{(type == DType.UInt8 ? " of bytes" : "")}", relaxed, call, module, 2.0 * m * n * k);
                }
            }
        }
    }

    private static (Expr Right, Expr? Scale) Right(int bits, Axis columns, Axis depth)
    {
        var (n, k) = (columns.Extent.Value, depth.Extent.Value);
        if (bits == 32)
        {
            return (new LoadExpr(new TensorBuffer("b", DType.Float32, [n, k], BufferKind.Constant), [columns, depth]), null);
        }

        var steps = new byte[n * k];
        (steps[0], steps[1]) = bits == 4 ? ((byte)0xF8, (byte)7) : ((byte)0x80, (byte)0x7F);
        var weight = new LoadExpr(new TensorBuffer("b", DType.Int8, [n, k], BufferKind.Constant, TensorData.Dense(DType.Int8, [n, k], steps)), [columns, depth]);
        var scale = bits == 4
            ? new LoadExpr(new TensorBuffer("s", DType.Float32, [n, k / 32], BufferKind.Constant), [columns, Dim.Of(depth).FloorDiv(32)])
            : new LoadExpr(new TensorBuffer("s", DType.Float32, [n], BufferKind.Constant), [columns]);
        return (weight, scale);
    }
}
