using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>Convolutions of real models, as their prepared kernels: the input padded and channels-last already.</summary>
internal static class Convolutions
{
    private sealed record Layer(string Model, int Channels, int Outputs, int Size, int Window, int Stride = 1, int Groups = 1);

    public static IEnumerable<Case> Cases()
    {
        Layer[] layers =
        [
            new("resnet", 3, 64, 224, 7, 2), new("resnet", 64, 64, 56, 1), new("resnet", 64, 64, 56, 3), new("resnet", 64, 256, 56, 1),
            new("resnet", 256, 64, 56, 1), new("resnet", 256, 128, 56, 1), new("resnet", 128, 128, 56, 3, 2), new("resnet", 256, 512, 56, 1, 2),
            new("resnet", 128, 512, 28, 1), new("resnet", 512, 128, 28, 1), new("resnet", 128, 128, 28, 3), new("resnet", 256, 256, 28, 3, 2),
            new("resnet", 512, 1024, 28, 1, 2), new("resnet", 256, 1024, 14, 1), new("resnet", 1024, 256, 14, 1), new("resnet", 256, 256, 14, 3),
            new("resnet", 512, 512, 14, 3, 2), new("resnet", 1024, 2048, 14, 1, 2), new("resnet", 512, 2048, 7, 1), new("resnet", 2048, 512, 7, 1),
            new("resnet", 512, 512, 7, 3),
            new("mobilenet", 3, 32, 224, 3, 2), new("mobilenet", 32, 32, 112, 3, 1, 32), new("mobilenet", 96, 96, 112, 3, 2, 96),
            new("mobilenet", 144, 144, 56, 3, 1, 144), new("mobilenet", 576, 576, 14, 3, 1, 576), new("mobilenet", 960, 960, 7, 3, 1, 960),
            new("efficientnet", 240, 240, 28, 5, 1, 240), new("convnext", 96, 96, 56, 7, 1, 96), new("convnext", 768, 768, 7, 7, 1, 768),
            new("resnext", 128, 128, 56, 3, 1, 32), new("resnext", 512, 512, 14, 3, 1, 32), new("regnet", 64, 64, 56, 3, 1, 8),
        ];
        foreach (var relaxed in new[] { true, false })
        {
            foreach (var layer in layers)
            {
                yield return Make(layer, relaxed);
            }
        }
    }

    /// <summary>Windows of 3 x 3 in each form that could compute them: what the estimates in WinogradCost were fitted to.</summary>
    public static IEnumerable<Case> Windows()
    {
        (int Channels, int Outputs, int Size)[] shapes =
        [
            (8, 16, 112), (16, 16, 56), (16, 32, 112), (32, 16, 28), (32, 32, 256), (32, 32, 28), (32, 192, 14), (64, 64, 56), (64, 64, 128), (96, 96, 23), (128, 128, 28), (256, 256, 14),
            (256, 256, 56), (512, 512, 7), (512, 512, 16), (512, 64, 5), (64, 512, 7), (64, 64, 9), (192, 320, 8), (1024, 1024, 4), (128, 24, 10), (320, 24, 20), (256, 256, 1), (512, 512, 3),
        ];
        foreach (var relaxed in new[] { true, false })
        {
            foreach (var (channels, outputs, size) in shapes)
            {
                foreach (var form in new[] { ConvolutionForm.Direct, ConvolutionForm.Winograd2x2, ConvolutionForm.Winograd4x4 })
                {
                    yield return Make(new("window", channels, outputs, size, 3), relaxed, form);
                }
            }
        }
    }

    private static Case Make(Layer layer, bool relaxed, ConvolutionForm? form = null)
    {
        var padded = layer.Size + layer.Window - 1;
        var size = ((padded - layer.Window) / layer.Stride) + 1;
        Axis[] input = [new(1, "n"), new(layer.Channels, "c"), new(padded, "h"), new(padded, "w")];
        Axis[] weight = [new(layer.Outputs, "o"), new(layer.Channels / layer.Groups, "c"), new(layer.Window, "kh"), new(layer.Window, "kw")];
        Axis[] output = [new(1, "n"), new(layer.Outputs, "o"), new(size, "h"), new(size, "w")];
        var source = new LoadExpr(Image("x", input), [.. input.Select(axis => Dim.Of(axis))]);
        var weights = new LoadExpr(new TensorBuffer("w", DType.Float32, [.. weight.Select(axis => axis.Extent)], BufferKind.Constant), [.. weight.Select(axis => Dim.Of(axis))]);
        var bias = new LoadExpr(new TensorBuffer("bias", DType.Float32, [layer.Outputs], BufferKind.Constant), [output[1]]);
        var epilogue = (new AccumulatorExpr(0, DType.Float32) + bias).Apply(BinaryOp.Max, Expr.Const(DType.Float32, 0.0));
        var step = new ConvolutionStep(
            Target.Whole(Image("y", output), [.. output]), [.. output], [.. input], source, [.. weight], weights,
            [layer.Stride, layer.Stride], [1, 1], layer.Groups, epilogue);
        var module = new Module();
        var kernels = new KernelModule(module, new KernelOptions { RelaxedSimd = relaxed });
        var call = KernelGenerator.Generate(ConvolutionPreparation.Prepare(step, form ?? ConvolutionForms.For(step))[^1], kernels);
        var flops = 2.0 * size * size * layer.Outputs * (layer.Channels / layer.Groups) * layer.Window * layer.Window;
        var name = $"{layer.Model} {layer.Channels}>{layer.Outputs} {layer.Size}² k{layer.Window} s{layer.Stride}";
        return Case.Of(name, relaxed, call, module, flops);
    }

    private static TensorBuffer Image(string name, Axis[] axes) => new(name, DType.Float32, [.. axes.Select(axis => axis.Extent)]) { Order = [0, 2, 3, 1] };
}
