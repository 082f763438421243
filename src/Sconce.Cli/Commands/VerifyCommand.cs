using System.CommandLine;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Cli.Verification;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce verify PATH…</c>: compiles models, runs them and compares with what PyTorch gave.</summary>
internal static class VerifyCommand
{
    private const int MostSamples = 10_000;

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "A model (.pt2 or .pt) or a folder of them, searched with all its folders. Beside NAME.pt2 lies NAME.npz with arrays"
                + " in0, in1, … and out0, out1, … in the order in which PyTorch flattens them; NAME-sizes.npz, NAME-sizes-2.npz … hold calls of other sizes, NAME-sequence.npz several calls in a row."
                + " Where there is none, the model is compared with the reference evaluator: on the inputs that the .pt2 keeps, and on random ones.",
            Arity = ArgumentArity.OneOrMore,
        };
        var threads = CommonOptions.Threads("Threads to run with (1 where not given).");
        var noRelaxed = CommonOptions.NoRelaxed();
        var relative = new Option<double>("--rtol")
        {
            Description = "The relative tolerance of floats.", DefaultValueFactory = _ => new Tolerance().Relative,
        };
        var absolute = new Option<double>("--atol")
        {
            Description = "The absolute tolerance of floats, as a part of the output's largest magnitude.",
            DefaultValueFactory = _ => new Tolerance().Absolute,
        };
        var samples = CommonOptions.Count("--samples", MostSamples,
            "Compare with the reference evaluator on so many random inputs, over the whole range of the sizes that a model leaves open (3 where no .npz is there), with one thread and several, with relaxed SIMD and without.");
        var json = new Option<FileInfo?>("--json") { Description = "Write one JSON object for each model to this file, one a line." };
        var later = new Option<FileInfo?>("--later")
        {
            Description = "A file that names, one a line, models known not to be right yet: they are not counted, until they pass; then they count as failed,"
                + " so that the list gets shorter.",
        };
        var operators = new Option<bool>("--operators") { Description = "With --json: also the operators of each model, and the kinds of steps that they were lowered to." };
        var check = new Option<bool>("--check") { Description = "Check graph and program after every pass, for mistakes of sconce's own." };
        var timeout = CommonOptions.Timeout();
        var seed = CommonOptions.Seed("What random numbers are made from, in the model and in the reference evaluator (0 where not given).");
        var output = new Option<string?>("--output", "-o") { Description = "Keep the artifact of the one model, right or wrong, in this file." };

        var command = new Command("verify", "Compile models, run them in Node and compare with PyTorch's outputs, or with the reference evaluator's.")
        {
            paths, threads, noRelaxed, relative, absolute, samples, json, operators, later, check, timeout, seed, output,
        };
        var settings = new CompileSettings();
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(paths),
            new VerifyOptions(
                parsed.GetValue(threads) ?? 1, !parsed.GetValue(noRelaxed),
                new Tolerance(parsed.GetValue(relative), parsed.GetValue(absolute)), TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                settings.From(parsed) with { Verify = parsed.GetValue(check) }, parsed.GetValue(output), parsed.GetValue(samples), parsed.GetValue(operators), parsed.GetValue(seed) ?? 0),
            parsed.GetValue(json)?.FullName,
            KnownGaps.Read(parsed.GetValue(later)?.FullName),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] paths, VerifyOptions options, string? json, KnownGaps gaps, CancellationToken cancellation)
    {
        var models = paths.SelectMany(ModelFile.Find).Distinct().ToArray();
        if (options.Output is not null && models.Length != 1)
        {
            throw SconceException.Expected("one model, whose artifact to keep", $"{models.Length}", hint: "name one model, or leave --output out");
        }

        var nameWidth = models.Max(model => Path.GetFileNameWithoutExtension(model).Length);
        var (passed, failed) = (0, 0);

        using var scratch = new ScratchFolder();
        await using var lines = json is null ? TextWriter.Null : OutputFile.CreateText(json);
        await new Verifier(options, scratch).VerifyAsync(models, Report, cancellation);

        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? ExitCode.Success : ExitCode.Failure;

        void Report(VerifyLine line)
        {
            if (gaps.Explains(line))
            {
                return;
            }

            if (gaps.Contains(line) && line.Status == VerifyStatus.Passed)
            {
                line = line with { Status = VerifyStatus.Failed, Message = "passes now: take it off the list of what is for later" };
            }

            (passed, failed) = line.Status == VerifyStatus.Passed ? (passed + 1, failed) : (passed, failed + 1);
            nameWidth = Math.Max(nameWidth, line.Name.Length);
            Console.WriteLine(Text(line, nameWidth));
            lines.WriteLine(line.ToJson());
            lines.Flush();
        }
    }

    private static string Text(VerifyLine line, int nameWidth)
    {
        var status = line.Status.ToString().ToLowerInvariant().PadRight("unsupported".Length);
        var text = (line.Status switch
        {
            VerifyStatus.Passed => Paint.Good(status),
            VerifyStatus.Unsupported => Paint.Doubtful(status),
            _ => Paint.Bad(status),
        }) + "  " + line.Name.PadRight(nameWidth);
        text += Column("compile", line.CompileMs is { } compile ? Quantity.Milliseconds(compile) : null, 8);
        text += Column("run", line.RunMs is { } run ? Quantity.Milliseconds(run) : null, 8);
        text += Column("code", line.CodeBytes is { } code ? Quantity.Bytes(code) : null, 7);
        text += Column("error", line.MaxError is { } error ? FormattableString.Invariant($"{error:0.0e-00}") : null, 7);
        return line.Message is null ? text : $"{text.TrimEnd()}\n    {line.Message.ReplaceLineEndings("\n    ")}";
    }

    private static string Column(string name, string? value, int width) =>
        value is null ? new string(' ', name.Length + width + 3) : $"  {Paint.Faint(name)} {value.PadLeft(width)}";
}
