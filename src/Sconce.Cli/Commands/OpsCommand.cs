using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sconce.Cli.Coverage;
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
        (DTypeSet.Bool, "bool"), (DTypeSet.Integers, "integers"), (DTypeSet.Floats, "floats"), (DTypeSet.Float8, "8-bit floats"), (DTypeSet.Complex, "complex"),
    ];

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "Only operators whose name holds this.", Arity = ArgumentArity.ZeroOrOne,
        };
        var missing = new Option<bool>("--missing") { Description = "List what is left of PyTorch's own operators instead, by the reason why they are not supported." };
        var markdown = new Option<bool>("--markdown") { Description = "Print tables in Markdown." };
        var json = new Option<bool>("--json") { Description = "Print one JSON array." };
        var command = new Command("ops", "List the supported operators and their element types, or those that are missing.") { name, missing, markdown, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(markdown) && (result.GetValue(json) || result.GetValue(missing)))
            {
                result.AddError("--markdown goes with neither --json nor --missing.");
            }
        });
        command.SetAction(parsed => (parsed.GetValue(missing), parsed.GetValue(json)) switch
        {
            (true, var asJson) => PrintMissing(parsed.GetValue(name) ?? "", asJson),
            (_, true) => PrintJson(Chosen(parsed.GetValue(name) ?? "")),
            _ => Print(Chosen(parsed.GetValue(name) ?? ""), parsed.GetValue(markdown)),
        });
        return command;
    }

    private static Operator[] Chosen(string name)
    {
        var operators = OperatorTable.All.Where(op => Holds(op.FullName, name)).ToArray();
        return operators.Length > 0
            ? operators
            : throw SconceException.Expected("a part of an operator's name", $"'{name}', which no operator's name holds", hint: "`sconce ops` lists them all");
    }

    private static bool Holds(string fullName, string name) => fullName.Contains(name, StringComparison.OrdinalIgnoreCase);

    private static int PrintJson(Operator[] operators)
    {
        Console.WriteLine(JsonSerializer.Serialize(
            [.. operators.Select(op => new SupportedOperator(op.FullName, op.Family, Describe(op.Types), op.Signature))], OpsJson.Default.SupportedOperatorArray));
        return ExitCode.Success;
    }

    private static int PrintMissing(string name, bool json)
    {
        MissingOperator[] missing = [.. MissingOperators.All.Where(op => Holds(op.Name, name))];
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(missing, OpsJson.Default.MissingOperatorArray));
            return ExitCode.Success;
        }

        foreach (var reason in missing.GroupBy(op => op.Reason))
        {
            Console.WriteLine(Paint.Strong(reason.Key ?? "no reason"));
            foreach (var op in reason)
            {
                Console.WriteLine($"  {op.Name}{(op.Core ? "  (Core ATen)" : "")}");
            }

            Console.WriteLine();
        }

        var core = missing.Count(op => op.Core);
        Console.WriteLine($"{missing.Length} of PyTorch's {MissingOperators.PyTorch.Count(op => Holds(op.Name, name))} operators are missing, {core} of them of Core ATen");
        return ExitCode.Success;
    }

    private static int Print(Operator[] operators, bool markdown)
    {
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

/// <summary>An operator as <c>sconce ops --json</c> has it.</summary>
internal sealed record SupportedOperator(string Name, string Family, string Types, string Signature);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SupportedOperator[]))]
[JsonSerializable(typeof(MissingOperator[]))]
internal sealed partial class OpsJson : JsonSerializerContext;
