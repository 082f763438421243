using Sconce.Compiler;
using Sconce.Compiler.Passes;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Passes;

/// <summary>The table of passes in docs/architecture.md is the pipeline's own.</summary>
public sealed class PassTableTests
{
    [Fact]
    public void The_architecture_page_lists_the_passes()
    {
        IEnumerable<string> rows =
        [
            .. Pipeline.GraphPasses.Select(pass => Row(pass.Name, pass.Description, GraphRules.All.Where(rule => rule.After == pass.Name).Select(rule => $"every node {rule.Must}"))),
            Row("lowering", "nodes become steps, by the table of operators", []),
            .. Pipeline.ProgramPasses.Select(pass => Row(pass.Name, pass.Description, ProgramRules.All.Where(rule => rule.After == pass.Name)
                .Select(rule => $"every step {rule.Must}{(rule.Until is null ? "" : $", until {rule.Until}")}"))),
        ];
        var page = File.ReadAllText(Path.Combine(ModelFiles.Repository, "docs", "architecture.md")).ReplaceLineEndings("\n");
        Assert.Contains($"|---|---|---|\n{string.Concat(rows)}\n", page, StringComparison.Ordinal);

        static string Row(string name, string does, IEnumerable<string> holds) => $"| {name} | {does} | {string.Join("; ", holds)} |\n";
    }

    [Fact]
    public void A_rule_names_passes_that_there_are()
    {
        var names = Pipeline.ProgramPasses.Select(pass => pass.Name).ToHashSet();
        Assert.All(ProgramRules.All, rule => Assert.True(names.Contains(rule.After) && names.Contains(rule.Until ?? rule.After), rule.Must));
        Assert.Empty(GraphRules.All.Select(rule => rule.After).Except(Pipeline.GraphPasses.Select(pass => pass.Name)));
    }
}
