using System.CommandLine;
using Sconce.Compiler;

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

    public void AddTo(Command command)
    {
        command.Options.Add(model);
        command.Options.Add(exact);
        command.Options.Add(budget);
        command.Options.Add(split);
    }

    public CompileOptions From(ParseResult parsed) => new()
    {
        Model = parsed.GetValue(model), Exact = parsed.GetValue(exact), Budget = parsed.GetValue(budget) ?? 1, ShardBytes = parsed.GetValue(split),
    };
}
