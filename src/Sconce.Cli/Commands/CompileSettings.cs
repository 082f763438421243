using System.CommandLine;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;

namespace Sconce.Cli.Commands;

/// <summary>The options that say how to compile, alike in every command that does.</summary>
internal sealed class CompileSettings
{
    private readonly Option<string?> model = new("--model")
    {
        Description = "Which model of an archive that holds several.", HelpName = "NAME",
    };

    private readonly Option<bool> exact = new("--exact")
    {
        Description = "Nothing that rounds differently from PyTorch for the sake of speed: no fused multiply-add, no Winograd, and subnormal weights stay.",
    };

    private readonly Option<int?> budget = CommonOptions.Count(
        "--budget", 1000, "How many times the usual limits of work and memory a file may take: for a large model that you trust.");

    private readonly Option<int?> split = ShardSize.Option();

    private readonly Option<string[]> input = new("--input")
    {
        Description = "Of TorchScript, which records no shapes: what an input is like, as x=1x3x224x224, x=Nx3x?x? (sizes that each run decides, within a range where it is 1..8), ids=int64:1x?,"
            + " rate=16000 for a number. May be given several times. Without it the arrays of NAME.npz beside the model tell, or the inputs that it was traced with.",
        HelpName = "NAME=SIZES",
    };

    private readonly Option<string[]> method = new("--method")
    {
        Description = "A method beside forward that goes into the same file, over the same weights and state; METHOD.x=SIZES for --input says what its inputs are like. Of TorchScript one of the"
            + " model's own; of a .pt2 the same program for sizes that it leaves open, with kernels for these. May be given several times.",
        HelpName = "NAME",
    };

    private readonly Option<string?> weights = new("--weights")
    {
        Description = "Keep the float32 weights of products, convolutions and embeddings in fewer bits: int8 (a scale for each row), int4 (a scale for each 32 numbers of one) or float16."
            + " How far each is from what it was is told.",
        HelpName = "FORMAT",
    };

    private readonly Option<string[]> keep = new("--keep")
    {
        Description = "With --weights: names of weights that stay as they are, * for any part of one. May be given several times.", HelpName = "PATTERN",
    };

    /// <param name="command">The command.</param>
    /// <param name="input">Whether it has no option --input of its own, which may say shapes too.</param>
    /// <param name="parts">Whether it takes several models or methods in a file, and weights beside it.</param>
    public void AddTo(Command command, bool input = true, bool parts = true)
    {
        if (input)
        {
            command.Options.Add(this.input);
        }

        if (parts)
        {
            command.Options.Add(method);
            command.Options.Add(model);
            command.Options.Add(split);
        }

        command.Options.Add(exact);
        command.Options.Add(budget);
        command.Options.Add(weights);
        command.Options.Add(keep);
    }

    public CompileOptions From(ParseResult parsed) => new()
    {
        Model = parsed.GetValue(model), Exact = parsed.GetValue(exact), Budget = parsed.GetValue(budget) ?? 1, ShardBytes = parsed.GetValue(split),
        Methods = [.. (parsed.GetValue(method) ?? []).Where(name => name != Manifest.MainMethod).Distinct()],
        Inputs = InputSpecParser.Parse(parsed.GetResult(input) is null ? [] : parsed.GetValue(input) ?? []),
        Weights = WeightFormats.Parse(parsed.GetValue(weights)), Keep = [.. parsed.GetValue(keep) ?? []],
    };

    /// <summary>The one method that a command is about; null for the main one.</summary>
    public string? MethodOf(ParseResult parsed) => (parsed.GetValue(method) ?? []) switch
    {
        [] or [Manifest.MainMethod] => null,
        [var one] => one,
        var several => throw SconceException.Expected("one --method", $"{several.Length}"),
    };
}
