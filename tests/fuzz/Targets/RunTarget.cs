using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>
/// Models with other arguments, sizes, dtypes and operators: whatever compiles must run without leaving its memory, by the reference evaluator (whose arrays have
/// bounds) and in Node (between guarded bytes), and both must say the same.
/// </summary>
internal sealed partial class RunTarget : ITarget, IDisposable
{
    private const long LargestWork = 1 << 22;
    private const int MostRepairs = 8;

    private static readonly Tolerance Loose = new(1e-2, 1e-2);

    private readonly Lazy<NodeRunner> node = new(() => new NodeRunner());

    public string Name => "run";

    public string Extension => ".pt2";

    public double Share => 6;

    public void Dispose()
    {
        if (node.IsValueCreated)
        {
            node.Value.Dispose();
        }
    }

    public byte[] Make(Recipe recipe)
    {
        var archive = new ArchiveFile(recipe.Base.Of(Seeds.Models));
        var name = archive.Find("models/model.json");
        var model = archive.Json(name);
        var mutator = new ModelMutator(model, Seeds.Model);
        foreach (var random in recipe.Mutations)
        {
            mutator.MutateMeaning(random);
        }

        return Repaired(archive, name, model);
    }

    public void Try(byte[] file)
    {
        var compilation = Compilation.Compile(file, "case.pt2");
        var program = compilation.Program;
        var sizes = program.Symbols.ToDictionary(symbol => (Atom)symbol, Size);
        if (Work(program, sizes) > LargestWork || program.Checks.Any(check => !check.Condition.Evaluate(leaf => sizes[leaf])))
        {
            return;
        }

        var random = new Random(file.Length);
        ImmutableArray<TensorData> inputs = [.. program.Inputs.Select(input => Input(input.Buffer, sizes, random))];
        var expected = ReferenceRun.Read(file, "case.pt2", new CompileOptions()).Run(inputs).Outputs;
        var actual = node.Value.Run(compilation, inputs);
        if (actual is null)
        {
            return;
        }

        foreach (var (output, right, given) in program.Outputs.Zip(expected, actual))
        {
            if (Comparison.Of(output.Name, right, TensorData.Dense(right.Type, right.Shape, given), Loose).Problem is { } problem)
            {
                throw new Finding("other numbers than the reference evaluator: " + string.Join(' ', program.Steps.Select(step => step.Origin?.Operator).Distinct().Take(4)));
            }
        }
    }

    private static long Size(Symbol symbol) => Math.Min(Math.Max(symbol.Min, 3), symbol.Max ?? long.MaxValue);

    private static Int128 Work(TensorProgram program, Dictionary<Atom, long> sizes)
    {
        Int128 total = 0;
        try
        {
            foreach (var step in program.Steps)
            {
                total += StepCost.Flops(step).Least.Evaluate(leaf => sizes[leaf]);
                total += StepCost.Bytes(step).Least.Evaluate(leaf => sizes[leaf]);
            }
        }
        catch (Exception error) when (error is ArithmeticException or KeyNotFoundException)
        {
            return Int128.MaxValue;
        }

        return total;
    }

    private static TensorData Input(TensorBuffer buffer, Dictionary<Atom, long> sizes, Random random)
    {
        ImmutableArray<long> shape = [.. buffer.Dims.Select(dim => dim.Evaluate(leaf => sizes[leaf]))];
        var value = new Compiler.Tensors.TensorValue(buffer.Type, shape);
        for (var i = 0L; i < value.Count; i++)
        {
            if (buffer.Type.IsFloat()) value.SetFloat(i, (random.NextDouble() * 4) - 2);
            else value.SetInteger(i, random.Next(2));
        }

        return value.ToData();
    }

    /// <summary>
    /// With the shapes and dtypes recorded that the operators really give: a file that contradicts itself is refused at its first operator, and the ones
    /// after it would never be reached.
    /// </summary>
    private static byte[] Repaired(ArchiveFile archive, string name, JsonObject model)
    {
        for (var round = 0; ; round++)
        {
            archive.Set(name, model);
            var file = archive.ToBytes();
            if (round == MostRepairs)
            {
                return file;
            }

            try
            {
                Compilation.Compile(file, "case.pt2");
                return file;
            }
            catch (SconceException error) when (Repair(model, error.Message))
            {
            }
            catch (Exception)
            {
                return file;
            }
        }
    }

    private static bool Repair(JsonObject model, string message)
    {
        if (Contradiction().Match(message) is not { Success: true } match
            || model["graph_module"]?["graph"]?["tensor_values"]?[match.Groups["value"].Value] is not JsonObject meta)
        {
            return false;
        }

        if (match.Groups["type"] is { Success: true, Value: var type })
        {
            meta["dtype"] = ScalarTypes.GetValueOrDefault(type, 7);
            return true;
        }

        var sizes = match.Groups["shape"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        meta["sizes"] = new JsonArray([.. sizes.Select(size => long.TryParse(size, out var number)
            ? new JsonObject { ["as_int"] = number }
            : new JsonObject { ["as_expr"] = new JsonObject { ["expr_str"] = size } })]);
        return true;
    }

    private static readonly Dictionary<string, int> ScalarTypes = new()
    {
        ["uint8"] = 1, ["int8"] = 2, ["int16"] = 3, ["int32"] = 4, ["int64"] = 5, ["float16"] = 6, ["float32"] = 7, ["float64"] = 8,
        ["complex32"] = 9, ["complex64"] = 10, ["complex128"] = 11, ["bool"] = 12, ["bfloat16"] = 13, ["uint16"] = 28, ["uint32"] = 34, ["uint64"] = 35,
    };

    [GeneratedRegex(@"%(?<value>[^:]+): .*? should (have shape \[.*?\], but has \[(?<shape>.*?)\]\.|be \w+, but is (?<type>\w+)\.)")]
    private static partial Regex Contradiction();
}
