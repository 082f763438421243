using System.CommandLine;
using System.Diagnostics;
using Sconce.Cli.Compiling;
using Sconce.Cli.Demo;
using Sconce.Cli.Files;
using Sconce.Cli.Serving;
using Sconce.Cli.Terminal;
using Sconce.Compiler;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce demo</c>: the whole trip in one command, first in the terminal, then on a page.</summary>
internal static class DemoCommand
{
    /// <summary>What is drawn in the terminal; all samples are counted.</summary>
    private const int Shown = 10;

    private const int DrawingWidth = Digit.Side / 2, Gap = 3;

    public static Command Create()
    {
        var port = CommonOptions.Port();
        var noServe = new Option<bool>("--no-serve") { Description = "Stop after the terminal's part." };
        var timeout = CommonOptions.Timeout();
        var command = new Command("demo", "Compile a bundled digit recogniser, run it on handwritten digits, and serve a page to draw on.")
        {
            port, noServe, timeout,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(port), parsed.GetValue(noServe), TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int? port, bool noServe, TimeSpan timeout, CancellationToken cancellation)
    {
        var digits = Digit.ReadAll(BundledFile.Find("examples/digits/samples.npz", "demo/samples.npz"));
        using var scratch = new ScratchFolder();

        var started = Stopwatch.GetTimestamp();
        var source = BundledFile.Find("examples/digits/digits.pt2", "demo/digits.pt2");
        var artifact = StageProgress.Show(progress => ModelCompiler.CompileToFile(source, scratch.NewFile(".wasm"), new CompileOptions(), progress));
        var elapsed = Quantity.Milliseconds(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Console.WriteLine($"digits.pt2 ({Quantity.Bytes(new FileInfo(source).Length)}) compiled to digits.wasm in {elapsed}");
        Console.WriteLine();

        var readings = await DigitReader.ReadAsync(artifact.Path, digits, timeout, cancellation);
        Draw(readings.Take(Shown));
        var times = readings.Skip(1).Select(reading => reading.Milliseconds).Order().ToArray();
        Console.WriteLine($"{readings.Count(reading => reading.IsRight)} of {readings.Length} handwritten digits right, "
            + $"{Quantity.Milliseconds(times.Length > 0 ? times[times.Length / 2] : readings[0].Milliseconds)} each on one thread in Node");

        var contents = DemoContents.Read(artifact.Path, digits);
        Console.WriteLine($"shipped to a browser: {Quantity.Bytes(artifact.Contents.TotalBytes)} of model "
            + $"(code {Quantity.Bytes(artifact.Contents.CodeBytes + artifact.Contents.RelaxedBytes)}, weights {Quantity.Bytes(artifact.Contents.WeightBytes)}), "
            + $"{Quantity.Bytes(DemoContents.RuntimeBytes(contents))} of page and runtime");
        if (noServe)
        {
            return ExitCode.Success;
        }

        using var server = PageServer.Start(contents, port);
        Console.WriteLine();
        Console.WriteLine($"Draw a digit at {Paint.Strong(server.Address)} (Ctrl-C stops)");
        await server.ServeAsync(cancellation);
        return ExitCode.Success;
    }

    private static void Draw(IEnumerable<Reading> readings)
    {
        var across = Math.Max((Width() + Gap) / (DrawingWidth + Gap), 1);
        var gap = new string(' ', Gap);
        foreach (var row in readings.Chunk(across))
        {
            var drawings = row.Select(reading => Braille.Draw(reading.Digit.Pixels, Digit.Side, Digit.Side)).ToArray();
            for (var line = 0; line < drawings[0].Length; line++)
            {
                if (drawings.Any(drawing => !Braille.IsBlank(drawing[line])))
                {
                    Console.WriteLine(string.Join(gap, drawings.Select(drawing => drawing[line])));
                }
            }

            Console.WriteLine(string.Join(gap, row.Select(Caption)).TrimEnd());
            Console.WriteLine();
        }
    }

    private static string Caption(Reading reading)
    {
        var text = FormattableString.Invariant($"{reading.Guess}  {100 * reading.Confidence:0.0} %").PadRight(DrawingWidth);
        return reading.IsRight ? Paint.Good(text) : Paint.Bad(text);
    }

    private static int Width()
    {
        const int usual = 80;
        return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? usual : Console.WindowWidth;
    }
}
