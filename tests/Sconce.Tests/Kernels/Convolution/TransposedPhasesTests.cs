using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Tensors;

namespace Sconce.Tests.Kernels.Convolution;

public class TransposedPhasesTests
{
    private static readonly Layer[] layers =
    [
        new(8, 12, [5, 7], [2, 2]) { Spread = 2, Padding = 1 },
        new(5, 9, [6, 5], [3, 3]) { Spread = 2, Padding = 1 },
        new(6, 10, [6, 5], [4, 4]) { Spread = 2, Padding = 2 },
        new(4, 5, [4, 6], [3, 2]) { Spread = 3, Padding = 2 },
        new(4, 8, [7, 6], [3, 3]) { Spread = 2, Dilation = 2, Padding = 4 },
        new(4, 8, [7, 6], [3, 3]) { Spread = 2, Dilation = 3, Padding = 5 },
        new(6, 6, [7, 6], [3, 3]) { Spread = 2, Groups = 6, Padding = 2 },
        new(3, 4, [9], [20]) { Spread = 10, Padding = 12 },
        new(16, 16, [9, 10], [6, 6]) { Spread = 2, Padding = 5 },
    ];

    [Fact]
    public void PhasesGiveWhatTheWholeGives()
    {
        var check = new StepCheck();
        foreach (var layer in layers)
        {
            check.Add(layer.ToString(), (layer with { Batch = 2 }).Step(), 1e-4);
        }

        check.Run();
    }

    /// <summary>A window as large as its stride meets one input element for each output.</summary>
    [Fact]
    public void AWindowLikeItsStrideBecomesPointwise()
    {
        var phases = TransposedPhases.Split(layers[0].Step())!.Value;
        Assert.Equal(4, phases.Length);
        Assert.All(phases, phase => Assert.Equal(ConvolutionForm.Pointwise, ConvolutionForms.For(Assert.IsType<ConvolutionStep>(phase))));
    }

    /// <summary>Outputs between windows that do not touch get the epilogue of nothing.</summary>
    [Fact]
    public void WindowsSmallerThanTheirStrideLeaveGaps()
    {
        var phases = TransposedPhases.Split(layers[3].Step())!.Value;
        Assert.Equal(3, phases.Count(phase => phase is MapStep));
        Assert.Equal(6, phases.Count(phase => phase is ConvolutionStep));
    }

    [Fact]
    public void TooManyPhasesStayOneConvolution() => Assert.Null(TransposedPhases.Split(new Layer(4, 4, [3, 3], [5, 5]) { Spread = 5 }.Step()));
}
