using Sconce.Compiler.Kernels;

namespace Sconce.Tests.Kernels;

public sealed class RandomStepTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1000, false)]
    [InlineData(2000, true)]
    public void Random_steps_agree_with_the_evaluator(int start, bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        for (var seed = start; seed < start + 150; seed++)
        {
            var draw = new RandomStep(seed);
            var step = draw.Draw();
            harness.Add($"seed {seed}", [step], symbols: draw.Symbols, inputs: draw.Inputs);
        }

        harness.Run();
    }
}
