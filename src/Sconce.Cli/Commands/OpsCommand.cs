using System.CommandLine;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce ops</c>: what is supported, read from the operator table.</summary>
internal static class OpsCommand
{
    private static readonly (DTypeSet Set, string Name)[] Groups =
    [
        (DTypeSet.Bool, "bool"), (DTypeSet.Integers, "integers"), (DTypeSet.Floats, "floats"), (DTypeSet.Complex, "complex"),
    ];

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "Only operators whose name holds this.", Arity = ArgumentArity.ZeroOrOne,
        };
        var markdown = new Option<bool>("--markdown") { Description = "Print tables in Markdown, as the documentation has them." };
        var command = new Command("ops", "List the supported operators and their element types.") { name, markdown };
        command.SetAction(parsed => Run(parsed.GetValue(name) ?? "", parsed.GetValue(markdown)));
        return command;
    }

    private static int Run(string name, bool markdown)
    {
        var operators = OperatorTable.All.Where(op => op.FullName.Contains(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (operators.Length == 0)
        {
            throw SconceException.Expected("a part of an operator's name", $"'{name}', which no operator's name holds", hint: "`sconce ops` lists them all");
        }

        foreach (var family in operators.GroupBy(op => op.Family))
        {
            var rows = family.OrderBy(op => op.FullName, StringComparer.Ordinal).Select(op => (Name: op.FullName, Types: Describe(op.Types)));
            if (markdown)
            {
                PrintMarkdown(family.Key, rows);
            }
            else
            {
                Print(family.Key, rows);
            }
        }

        var names = operators.Select(op => op.Schema.Name).Distinct().Count();
        Console.WriteLine($"{names} operators, {operators.Length} with their overloads");
        return ExitCode.Success;
    }

    private static void Print(string family, IEnumerable<(string Name, string Types)> rows)
    {
        var grid = new Grid("", "");
        foreach (var row in rows)
        {
            grid.Add(row.Name, row.Types);
        }

        Console.WriteLine(Paint.Strong(family));
        grid.Print(Console.Out, indent: "  ");
        Console.WriteLine();
    }

    private static void PrintMarkdown(string family, IEnumerable<(string Name, string Types)> rows)
    {
        Console.WriteLine($"## {family}\n\n| operator | element types |\n|---|---|");
        foreach (var row in rows)
        {
            Console.WriteLine($"| `{row.Name}` | {row.Types} |");
        }

        Console.WriteLine();
    }

    /// <summary>Whole groups by their name, and what is left by its own.</summary>
    private static string Describe(DTypeSet types)
    {
        var names = new List<string>();
        foreach (var (set, name) in Groups)
        {
            names.AddRange((types & set) == set ? [name] : (types & set).Each().Select(type => type.Name()));
        }

        return string.Join(", ", names);
    }
}
