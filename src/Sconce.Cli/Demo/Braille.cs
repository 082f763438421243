using System.Text;

namespace Sconce.Cli.Demo;

/// <summary>Pictures in a terminal: each character has 2 x 4 dots, so that 28 x 28 pixels take 14 x 7 characters, with no colour needed.</summary>
internal static class Braille
{
    private const int DotsAcross = 2, DotsDown = 4;
    private const char Blank = '\u2800';

    // How Unicode numbers the dots of a character: down the left column, down the right, and then the lowest row, which came later.
    private static readonly int[,] Bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <summary>The lines of a picture; a dot is set where a pixel is above the threshold.</summary>
    public static string[] Draw(ReadOnlySpan<float> pixels, int width, int height, float threshold = 0.4f)
    {
        var lines = new string[(height + DotsDown - 1) / DotsDown];
        for (var row = 0; row < lines.Length; row++)
        {
            var line = new StringBuilder();
            for (var left = 0; left < width; left += DotsAcross)
            {
                line.Append((char)(Blank + Cell(pixels, width, height, left, row * DotsDown, threshold)));
            }

            lines[row] = line.ToString();
        }

        return lines;
    }

    public static bool IsBlank(string line) => !line.AsSpan().ContainsAnyExcept(Blank);

    private static int Cell(ReadOnlySpan<float> pixels, int width, int height, int left, int top, float threshold)
    {
        var bits = 0;
        for (var y = 0; y < DotsDown && top + y < height; y++)
        {
            for (var x = 0; x < DotsAcross && left + x < width; x++)
            {
                bits |= pixels[((top + y) * width) + left + x] > threshold ? Bits[y, x] : 0;
            }
        }

        return bits;
    }
}
