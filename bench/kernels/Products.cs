using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>Matrix products of real models, as their prepared kernels.</summary>
internal static class Products
{
    public static IEnumerable<Case> Cases()
    {
        (int M, int N, int K)[] shapes =
        [
            (1024, 1024, 1024), (512, 512, 512), (256, 256, 256),
            (3136, 64, 64), (3136, 256, 64), (784, 512, 128), (784, 128, 512), (196, 1024, 256), (196, 256, 1024), (49, 2048, 512), (49, 512, 2048),
            (197, 768, 768), (197, 3072, 768), (197, 768, 3072), (197, 197, 64), (197, 64, 197),
            (1, 1000, 2048), (1, 4096, 1024), (1, 288, 288), (8, 288, 768), (3136, 1, 64), (3136, 3, 64), (3136, 21, 256),
        ];
        foreach (var relaxed in new[] { true, false })
        {
            foreach (var (m, n, k) in shapes)
            {
                var (rows, columns, depth) = (new Axis(m, "m"), new Axis(n, "n"), new Axis(k, "k"));
                var left = new LoadExpr(new TensorBuffer("a", DType.Float32, [m, k]), [rows, depth]);
                var right = new LoadExpr(new TensorBuffer("b", DType.Float32, [n, k], BufferKind.Constant), [columns, depth]);
                var bias = new LoadExpr(new TensorBuffer("bias", DType.Float32, [n], BufferKind.Constant), [columns]);
                var target = Target.Whole(new TensorBuffer("c", DType.Float32, [m, n]), [rows, columns]);
                var step = new ContractionStep(target, [], rows, columns, depth, left, right, new AccumulatorExpr(0, DType.Float32) + bias);
                var module = new Module();
                var kernels = new KernelModule(module, new KernelOptions { RelaxedSimd = relaxed });
                var call = KernelGenerator.Generate(KernelPreparation.Prepare(step)[^1], kernels);
                yield return Case.Of($"{m}x{n}x{k}", relaxed, call, module, 2.0 * m * n * k);
            }
        }
    }
}
