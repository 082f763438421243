using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Convolutions in one to three dims, and transposed ones.</summary>
internal static class Convolution
{
    public static OperatorFamily Family { get; } = new("convolution", DTypeSet.Numbers)
    {
        { "aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], SymInt[1] dilation=[1], SymInt groups=1) -> Tensor", Numeric },
        { "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor", Numeric },
        { "aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor", Numeric },
        { "aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], str padding=\"valid\", SymInt[1] dilation=[1], SymInt groups=1) -> Tensor", Named },
        { "aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], str padding=\"valid\", SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor", Named },
        { "aten::_convolution_mode(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, str padding, SymInt[] dilation, SymInt groups) -> Tensor", Named },
        { "aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], str padding=\"valid\", SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor", Named },
        { "aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], SymInt[1] padding=[0], SymInt[1] output_padding=[0], SymInt groups=1, SymInt[1] dilation=[1]) -> Tensor", Transposed },
        { "aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], SymInt[2] output_padding=[0, 0], SymInt groups=1, SymInt[2] dilation=[1, 1]) -> Tensor", Transposed },
        { "aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], SymInt[3] output_padding=[0, 0, 0], SymInt groups=1, SymInt[3] dilation=[1, 1, 1]) -> Tensor", Transposed },
        { "aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups) -> Tensor", General },
        { "aten::_convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups, bool benchmark, bool deterministic, bool cudnn_enabled, bool allow_tf32) -> Tensor", General },
        { "aten::_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] dilation, bool transposed, int[] output_padding, SymInt groups, bool benchmark, bool deterministic, bool cudnn_enabled) -> Tensor", General },
        { "aten::conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor", TimeBatchChannel },
    };

    /// <summary>The settings of a convolution, a number for each spatial dim.</summary>
    private sealed record Window(ImmutableArray<int> Stride, ImmutableArray<int> Dilation, ImmutableArray<int> Before, ImmutableArray<int> After, int Groups);

    private static Lowered Numeric(Call call) => Forward(call, Settings(call));

    private static Window Settings(Call call)
    {
        var spatial = call.Tensor("weight").Rank - 2;
        var padding = call.Constants("padding", spatial);
        return new(call.Constants("stride", spatial), call.Constants("dilation", spatial), padding, padding, call.Constant("groups"));
    }

    private static Lowered Named(Call call)
    {
        var weight = call.Tensor("weight");
        var spatial = weight.Rank - 2;
        var dilation = call.Constants("dilation", spatial);
        ImmutableArray<int> total = call.Text("padding") switch
        {
            "valid" => [.. dilation.Select(_ => 0)],
            "same" => [.. dilation.Select((step, i) => step * ((int)weight.Dims[i + 2].Value - 1))],
            var other => throw call.Expected("the padding 'same' or 'valid'", $"'{other}'"),
        };
        return Forward(call, new(call.Constants("stride", spatial), dilation, [.. total.Select(t => t / 2)], [.. total.Select(t => t - (t / 2))], call.Constant("groups")));
    }

    private static Lowered General(Call call) => call.Flag("transposed") ? Transposed(call) : Forward(call, Settings(call));

    private static Lowered Forward(Call call, Window window)
    {
        var (input, weight, bias) = (call.Tensor("input"), call.Tensor("weight"), call.OptionalTensor("bias"));
        return Batched(call.Context, input, weight.Rank, batched =>
        {
            Dims padded = [.. batched.Dims[..2], .. batched.Dims[2..].Select((size, i) => size + window.Before[i] + window.After[i])];
            return Convolve(call.Context, batched.Type, padded, Padded, weight.Dims, w => weight.ValueAt(w), bias, window);

            Expr Padded(Dims place) => batched.AtOr(
                [.. place[..2], .. place[2..].Select((p, i) => p - window.Before[i])], Expr.Const(batched.Type, 0L));
        });
    }

    /// <summary>
    /// A transposed convolution is a convolution of the input with zeros put between its elements, with the weight turned round and
    /// its channels exchanged. The kernels leave out the zeros.
    /// </summary>
    private static Lowered Transposed(Call call)
    {
        var (input, weight, bias) = (call.Tensor("input"), call.Tensor("weight"), call.OptionalTensor("bias"));
        var window = Settings(call);
        var outputPadding = call.Constants("output_padding", window.Stride.Length);
        var (groups, perGroup) = (window.Groups, weight.Dims[1]);
        var inputPerGroup = weight.Dims[0].FloorDiv(groups);
        return Batched(call.Context, input, weight.Rank, batched =>
        {
            ImmutableArray<int> before = [.. weight.Dims[2..].Select((taps, i) => (window.Dilation[i] * ((int)taps.Value - 1)) - window.Before[i])];
            Dims spread = [.. batched.Dims[..2], .. batched.Dims[2..].Select((size, i) =>
                ((size - 1) * window.Stride[i]) + 1 + (2 * before[i]) + outputPadding[i])];
            Dims turned = [perGroup * groups, inputPerGroup, .. weight.Dims[2..]];
            return Convolve(call.Context, batched.Type, spread, Spread, turned, Turned, bias, window with { Stride = [.. window.Stride.Select(_ => 1)] },
                new SpreadInput(window.Stride, before));

            Expr Spread(Dims place)
            {
                Dims source = [.. place[2..].Select((p, i) => p - before[i])];
                var whole = Expr.Const(DType.Bool, 1L);
                for (var i = 0; i < source.Length; i++)
                {
                    whole = BufferLoads.And(whole, Expr.Of(source[i].Mod(window.Stride[i])).EqualTo(Expr.Of(Dim.Zero)));
                }

                var element = batched.AtOr([.. place[..2], .. source.Select((p, i) => p.FloorDiv(window.Stride[i]))], Expr.Const(batched.Type, 0L));
                return BufferLoads.GuardUnlessKnown(whole, element, element.Zero);
            }

            Expr Turned(Dims w) => weight.ValueAt(
            [
                (w[0].FloorDiv(perGroup) * inputPerGroup) + w[1], w[0].Mod(perGroup), .. w[2..].Select((tap, i) => weight.Dims[i + 2] - 1 - tap),
            ]);
        });
    }

    /// <summary>Gives an input without a batch dim one, and takes it away again.</summary>
    private static TensorBuffer Batched(LoweringContext context, TensorBuffer input, int rank, Func<TensorBuffer, TensorBuffer> convolve) =>
        input.Rank == rank ? convolve(input) : context.Select(convolve(context.Unsqueeze(input, 0)), 0, 0);

    private static TensorBuffer Convolve(
        LoweringContext context, DType type, Dims inputDims, Func<Dims, Expr> input, Dims weightDims, Func<Dims, Expr> weight, TensorBuffer? bias, Window window,
        SpreadInput? spread = null)
    {
        for (var i = 2; i < inputDims.Length; i++)
        {
            context.Require(SizeCheck.LessOrEqual(
                (window.Dilation[i - 2] * (weightDims[i] - 1)) + 1, inputDims[i], "the kernel of a convolution is not larger than its padded input"));
        }

        Dims outputDims = [inputDims[0], weightDims[0], .. inputDims[2..].Select((size, i) =>
            (size - (window.Dilation[i] * (weightDims[i + 2] - 1)) - 1).FloorDiv(window.Stride[i]) + 1)];
        var (axes, index) = context.Axes(outputDims, "o");
        var (inputAxes, inputIndex) = context.Axes(inputDims, "x");
        var (weightAxes, weightIndex) = context.Axes(weightDims, "w");
        var result = context.Temporary(type, outputDims);
        Expr sum = new AccumulatorExpr(0, type.Compute());
        context.Add(new ConvolutionStep(
            Target.Whole(result, axes), axes, inputAxes, input(inputIndex), weightAxes, weight(weightIndex),
            window.Stride, window.Dilation, window.Groups, (bias is null ? sum : sum + bias.ValueAt([index[1]])).As(type)) { Spread = spread });
        return result;
    }

    /// <summary>A one-dimensional convolution whose tensors are ordered time, batch, channel.</summary>
    private static Lowered TimeBatchChannel(Call call)
    {
        var (input, weight, bias) = (call.Tensor("self"), call.Tensor("weight"), call.OptionalTensor("bias"));
        var pad = call.Constant("pad");
        Dims padded = [input.Dims[1], input.Dims[2], input.Dims[0] + (2 * pad)];
        var result = Convolve(
            call.Context, input.Type, padded, x => input.AtOr([x[2] - pad, x[0], x[1]], Expr.Const(input.Type, 0L)),
            [weight.Dims[2], weight.Dims[1], weight.Dims[0]], w => weight.ValueAt([w[2], w[1], w[0]]), bias, new([1], [1], [pad], [pad], 1));
        return call.Context.Permute(result, [2, 0, 1]);
    }
}
