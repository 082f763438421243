using Sconce.Cli.Demo;

namespace Sconce.Tests.Cli.Demo;

public sealed class BrailleTests
{
    [Fact]
    public void BrailleSetsADotForEachPixelOfInk()
    {
        float[] pixels = [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0.9f];
        Assert.Equal(["\u2805\u2888"], Braille.Draw(pixels, width: 4, height: 4));
    }
}
