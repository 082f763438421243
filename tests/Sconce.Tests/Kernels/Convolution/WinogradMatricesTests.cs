using Sconce.Compiler.Kernels.Convolution.Winograd;

namespace Sconce.Tests.Kernels.Convolution;

public class WinogradMatricesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_tap_and_input_reach_the_outputs_they_should(int outputs)
    {
        var matrices = WinogradMatrices.For(outputs);
        Assert.Equal((outputs, outputs + 2), (matrices.Outputs, matrices.Points));
        for (var output = 0; output < outputs; output++)
        {
            for (var input = 0; input < outputs + 2; input++)
            {
                for (var tap = 0; tap < 3; tap++)
                {
                    var sum = Enumerable.Range(0, matrices.Points).Sum(point =>
                        matrices.Output[output][point] * matrices.Input[point][input] * matrices.Weight[point][tap]);
                    Assert.Equal(input == output + tap ? 1 : 0, sum, 1e-13);
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Floats_hold_what_meets_weights_and_sums(int outputs)
    {
        var matrices = WinogradMatrices.For(outputs);
        Assert.All([.. matrices.Weight, .. matrices.Output], row => Assert.All(row, element => Assert.Equal(element, (float)element)));
    }

    [Fact]
    public void Only_two_and_four_outputs() => Assert.Throws<ArgumentOutOfRangeException>(() => WinogradMatrices.For(3));
}
