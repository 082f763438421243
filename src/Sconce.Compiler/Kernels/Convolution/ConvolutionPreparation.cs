using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Convolution.Winograd;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>
/// Brings a convolution's operands into the form its kernel reads: the input channels-last and with its padding in memory, the weights in panels
/// of output channels. Runs after layouts and before memory is planned; packing of constants is folded afterwards.
/// </summary>
public static class ConvolutionPreparation
{
    public static ImmutableArray<Step> Prepare(ConvolutionStep step, bool exact = false) =>
        TransposedPhases.Split(step) is { } phases ? [.. phases.SelectMany(phase => phase is ConvolutionStep part ? Prepare(part, exact) : [phase])]
        : Prepare(step, ConvolutionForms.For(step, exact));

    /// <summary>Prepares for a form that the step can take, the best or not.</summary>
    public static ImmutableArray<Step> Prepare(ConvolutionStep step, ConvolutionForm form)
    {
        switch (form)
        {
            case ConvolutionForm.Reduction:
                return [AsReduction(step)];
            case ConvolutionForm.Pointwise:
                return ContractionPreparation.Prepare(AsContraction(step));
            case ConvolutionForm.Winograd2x2:
                return WinogradPreparation.Prepare(InFloat32(step), 2);
            case ConvolutionForm.Winograd4x4:
                return WinogradPreparation.Prepare(InFloat32(step), 4);
            case ConvolutionForm.Depthwise:
                return ReadyForDepthwise(step) is { } depthwise ? [step with { Kernel = depthwise }] : WithOperands(InFloat32(step), DepthwiseReads, PackDepthwise);
            case var _ when !step.Input.Type.IsFloat():
                return OfBytes(step) ?? [AsReduction(step)];
            default:
                return ReadyForPanels(step) is { } panels ? [step with { Kernel = panels }] : WithOperands(InFloat32(step), ChannelsLast.Accepts, PackPanels);
        }
    }

    /// <summary>The choice for operands that happen to be in the form that direct convolution reads.</summary>
    private static KernelChoice.Panels? ReadyForPanels(ConvolutionStep step) =>
        Panels.Of(step.Weight) is { } panels && panels.Buffer.Dims.Length == step.WeightAxes.Length + 2 && ChannelsLast.Accepts(step)
        && Access.Of(step.Input)!.Buffer.Type == panels.Elements.Computed && LoadPanels(step, panels).Equals(step.Weight)
            ? panels.ChoiceFor(PixelCount(step))
            : null;

    /// <summary>The choice for operands that happen to be in the form that the depthwise kernel reads.</summary>
    private static KernelChoice.Depthwise? ReadyForDepthwise(ConvolutionStep step) =>
        DepthwiseReads(step) && Access.Of(step.Weight) is { Buffer.Type: DType.Float32 } weight && weight.HasUnitStride(step.WeightAxes[0]) ? ChoiceForDepthwise(step.Input) : null;

    /// <summary>Whether the depthwise kernel reads the input where it lies. Zeros around an image need not be in memory.</summary>
    private static bool DepthwiseReads(ConvolutionStep step) =>
        ChannelsLast.Accepts(step)
        || (step.Stride.Length > 1 && DepthwiseKernel.Taps(step) is <= TileSizes.Depthwise.MostTapsWithoutLoop && PaddedInput.Of(step) is not null);

    private static KernelChoice.Depthwise ChoiceForDepthwise(Expr input) =>
        new(Storage.Plain.Float32, Storage.Plain.Float32, DType.Float32, TileSizes.Depthwise.PixelsPerStrip, IsPadded: Access.Of(input) is null);

    /// <summary>16-bit floats are multiplied and summed in float32 and rounded once.</summary>
    private static ConvolutionStep InFloat32(ConvolutionStep step)
    {
        if (!step.Input.Type.IsHalf())
        {
            return step;
        }

        var type = step.Input.Type;
        var epilogue = new ExprRewriter(accumulators: _ => new AccumulatorExpr(0, DType.Float32).As(type)).Rewrite(step.Epilogue);
        return step with { Input = step.Input.As(DType.Float32), Weight = step.Weight.As(DType.Float32), Epilogue = epilogue };
    }

    /// <summary>Sums one by one: of integers, exactly, and of single channels of float64.</summary>
    private static ReduceStep AsReduction(ConvolutionStep step)
    {
        var type = step.Input.Type;
        var sum = type.IsFloat() ? type : DType.Int64;
        var group = Dim.Of(step.Axes[1]).FloorDiv(step.WeightAxes[0].Extent.FloorDiv(step.Groups));
        var input = new Dictionary<Atom, Dim>
        {
            [step.InputAxes[0]] = step.Axes[0],
            [step.InputAxes[1]] = (group * step.WeightAxes[1].Extent) + step.WeightAxes[1],
        };
        for (var i = 0; i < step.Stride.Length; i++)
        {
            input[step.InputAxes[i + 2]] = (Dim.Of(step.Axes[i + 2]) * step.Stride[i]) + (Dim.Of(step.WeightAxes[i + 2]) * step.Dilation[i]);
        }

        var weight = new Dictionary<Atom, Dim> { [step.WeightAxes[0]] = step.Axes[1] };
        var epilogue = new ExprRewriter(accumulators: _ => new AccumulatorExpr(0, sum).As(type)).Rewrite(step.Epilogue);
        var value = step.Input.Substitute(input).As(sum) * step.Weight.Substitute(weight).As(sum);
        return new ReduceStep([step.Target], step.Axes, [.. step.WeightAxes.Skip(1)], [new Reducer(Combiner.Sum, value)], [epilogue]) { Origin = step.Origin };
    }

    private static ContractionStep AsContraction(ConvolutionStep step)
    {
        var pixels = new Pixels(step.Axes[2..]);
        var channel = step.InputAxes[1];
        var input = new Dictionary<Atom, Dim> { [step.InputAxes[0]] = step.Axes[0] };
        for (var i = 0; i < step.Stride.Length; i++)
        {
            input[step.InputAxes[i + 2]] = pixels.Coordinates[i] * step.Stride[i];
        }

        var weight = new Dictionary<Atom, Dim> { [step.WeightAxes[0]] = step.Axes[1], [step.WeightAxes[1]] = channel };
        foreach (var tap in step.WeightAxes.Skip(2))
        {
            weight[tap] = Dim.Zero;
        }

        return new ContractionStep(
            step.Target.Substitute(pixels.Map),
            [step.Axes[0]],
            pixels.Axis,
            step.Axes[1],
            channel,
            step.Input.Substitute(input),
            step.Weight.Substitute(weight),
            step.Epilogue.Substitute(pixels.Map)) { Origin = step.Origin };
    }

    private static ImmutableArray<Step> WithOperands(
        ConvolutionStep step, Func<ConvolutionStep, bool> reads, Func<ConvolutionStep, (ImmutableArray<MapStep> Packing, Expr Weight, KernelChoice Kernel)> pack)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var input = step.Input;
        if (!reads(step))
        {
            (var copy, input) = ChannelsLast.Copy(step);
            steps.Add(copy);
        }

        step = step with { Input = input };
        var (packing, weight, kernel) = pack(step);
        steps.AddRange(packing);
        steps.Add(step with { Weight = weight, Kernel = kernel });
        return steps.ToImmutable();
    }

    /// <summary>[group, panel, taps…, channel, lane]</summary>
    private static (ImmutableArray<MapStep> Packing, Expr Weight, KernelChoice Kernel) PackPanels(ConvolutionStep step)
    {
        var output = step.WeightAxes[0];
        var perGroup = output.Extent.FloorDiv(step.Groups);
        var (group, column) = (new Axis(step.Groups, "group"), new Axis(perGroup, "column"));
        ImmutableArray<Axis> inner = [.. step.WeightAxes.Skip(2), step.WeightAxes[1]];
        var (pixels, depth) = (PixelCount(step), Dim.Product(inner.Select(axis => axis.Extent)));
        if (IntegerPanels.Pack($"{step.Target.Buffer.Name}.weight", [group], column, [], inner, WeightAt(column)) is var (words, quantised))
        {
            var place = Axis.PlaceIn(inner);
            return (
                words, quantised.Load([Dim.Of(output).FloorDiv(perGroup)], Dim.Of(output).Mod(perGroup), [], place),
                quantised.Words.ChoiceFor(pixels) with { ThreadScratch = WidenedPanel.Of(quantised.Words, depth) });
        }

        var (packing, panels) = Panels.Pack($"{step.Target.Buffer.Name}.weight", [group], column, inner, WeightAt);
        return ([packing], LoadPanels(step, panels), panels.ChoiceFor(pixels) with { ThreadScratch = WidenedPanel.For(panels, pixels, depth) });

        Expr WeightAt(Dim at) => step.Weight.Substitute(new Dictionary<Atom, Dim> { [output] = (Dim.Of(group) * perGroup) + at });
    }

    /// <summary>Bytes times quantised weights, as integers; null where the operands are others.</summary>
    private static ImmutableArray<Step>? OfBytes(ConvolutionStep step)
    {
        if (step.Input is not CastExpr { Type: DType.Int32, Operand: { Type: DType.UInt8 } bytes })
        {
            return null;
        }

        var (steps, ofBytes) = (ImmutableArray.CreateBuilder<Step>(), step with { Input = bytes });
        if (!ChannelsLast.Accepts(ofBytes))
        {
            (var copy, bytes) = ChannelsLast.Copy(ofBytes);
            steps.Add(copy);
        }

        var output = step.WeightAxes[0];
        var perGroup = output.Extent.FloorDiv(step.Groups);
        var (group, column) = (new Axis(step.Groups, "group"), new Axis(perGroup, "column"));
        var runs = WindowRuns.Of(step, Access.Of(bytes)!);
        var weight = step.Weight.Substitute(new Dictionary<Atom, Dim> { [output] = (Dim.Of(group) * perGroup) + column });
        if (IntegerPanels.Pack($"{step.Target.Buffer.Name}.weight", [group], column, runs.Taps, runs.Inner, weight) is not var (packing, panels)
            || panels.ChoiceForBytes(PixelCount(step)) is not { } choice)
        {
            return null;
        }

        return [.. steps, .. packing, step with
        {
            Input = bytes.As(DType.Int32),
            Weight = panels.Load([Dim.Of(output).FloorDiv(perGroup)], Dim.Of(output).Mod(perGroup), [.. runs.Taps.Select(tap => Dim.Of(tap))], runs.Place),
            Kernel = choice,
        }];
    }

    /// <summary>The weights as the step's weight axes see them in panels of each group.</summary>
    private static Expr LoadPanels(ConvolutionStep step, Panels panels)
    {
        var output = step.WeightAxes[0];
        var perGroup = output.Extent.FloorDiv(step.Groups);
        return panels.Load([Dim.Of(output).FloorDiv(perGroup)], Dim.Of(output).Mod(perGroup), [.. step.WeightAxes.Skip(2).Select(axis => Dim.Of(axis)), step.WeightAxes[1]]);
    }

    private static Dim PixelCount(ConvolutionStep step) => Dim.Product(step.Axes.Skip(2).Select(axis => axis.Extent));

    /// <summary>[taps…, channel]. Each weight belongs to many pixels, and there are few of them: those of 16 bits are widened before, in each run.</summary>
    private static (ImmutableArray<MapStep> Packing, Expr Weight, KernelChoice Kernel) PackDepthwise(ConvolutionStep step)
    {
        ImmutableArray<Axis> axes = [.. step.WeightAxes.Skip(2), step.WeightAxes[0]];
        ImmutableArray<Dim> index = [.. axes.Select(axis => Dim.Of(axis))], dims = [.. axes.Select(axis => axis.Extent)];
        var (elements, stored) = StorageChoice.For(step.Weight.Substitute(new Dictionary<Atom, Dim> { [step.WeightAxes[1]] = Dim.Zero }));
        var packed = new TensorBuffer($"{step.Target.Buffer.Name}.weight", elements.Type, dims);
        var packing = new MapStep(Target.Whole(packed, axes), axes, stored);
        if (elements.Type == DType.Float32)
        {
            return ([packing], new LoadExpr(packed, index), ChoiceForDepthwise(step.Input));
        }

        var widened = new TensorBuffer($"{packed.Name}.widened", DType.Float32, dims);
        return ([packing, new MapStep(Target.Whole(widened, axes), axes, elements.Widen(new LoadExpr(packed, index)))], new LoadExpr(widened, index), ChoiceForDepthwise(step.Input));
    }
}
