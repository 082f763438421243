using Sconce.Cli.Numpy;
using Sconce.Cli.Verification;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Passes.Functionalisation;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Operators;

/// <summary>
/// Every operator case of tests/models through frontend, lowering and evaluator: shapes and dtypes against those that PyTorch recorded,
/// numbers against those that it gave.
/// </summary>
public sealed class OperatorCaseTests
{
    /// <summary>What Sconce does not compile yet: the list that <c>./test models</c> keeps to, too.</summary>
    private static readonly HashSet<string> unsupported =
    [
        .. File.ReadLines(Path.Combine(ModelFiles.Operators, "..", "later.txt")).Select(line => line.Split('#')[0].Trim()).Where(name => name.Length > 0),
    ];

    public static TheoryData<string> Cases =>
    [
        .. Directory.GetFiles(ModelFiles.Operators, "*.pt2").Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void GivesTheNumbersOfPyTorch(string name)
    {
        var file = Path.Combine(ModelFiles.Operators, name + ".pt2");
        if (unsupported.Contains(name))
        {
            var error = Assert.Throws<SconceException>(() => Lower(file));
            Assert.Equal(ErrorKind.Unsupported, error.Kind);
            return;
        }

        var program = Lower(file).Program;
        var problems = Calls(file).SelectMany(test => Compare(program, test)).ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static LoweredGraph Lower(string file)
    {
        var graph = Frontend.Read(File.ReadAllBytes(file), Path.GetFileName(file));
        Functionalise.Run(graph);
        DeadCode.Run(graph);
        return GraphLowering.Lower(graph);
    }

    /// <summary>The npz beside the model, and the sequence of calls where there is one.</summary>
    private static IEnumerable<Case> Calls(string file)
    {
        var (single, sequence) = (Path.ChangeExtension(file, ".npz"), file[..^".pt2".Length] + "-sequence.npz");
        if (File.Exists(single))
        {
            yield return CaseReader.Single(single, Arrays(single));
        }

        if (File.Exists(sequence))
        {
            yield return CaseReader.Sequence(sequence, Arrays(sequence));
        }
    }

    private static IReadOnlyDictionary<string, TensorData> Arrays(string file)
    {
        using var stream = File.OpenRead(file);
        return Npz.Read(stream, file);
    }

    private static IEnumerable<string> Compare(Compiler.Tensors.TensorProgram program, Case test)
    {
        var evaluator = new Evaluator();
        foreach (var (number, call) in test.Calls.Index())
        {
            evaluator = call.Reset ? new Evaluator() : evaluator;
            Assert.Equal(program.Inputs.Count, call.Inputs.Length);
            Assert.Equal(program.Outputs.Count, call.Outputs.Length);
            var inputs = call.Inputs.Zip(program.Inputs, (data, input) => TensorValue.Of(HalfPrecision.ForType(data, input.Buffer.Type))).ToList();
            if (call.Raised)
            {
                Assert.Throws<SconceException>(() => evaluator.Run(program, inputs));
                continue;
            }

            var outputs = evaluator.Run(program, inputs);
            for (var i = 0; i < outputs.Count; i++)
            {
                var comparison = Comparison.Of(program.Outputs[i].Name, call.Outputs[i], program.Outputs[i].Buffer.Outward(outputs[i]), new Tolerance());
                if (!comparison.IsRight)
                {
                    yield return $"call {number}: {comparison.Problem}";
                }
            }
        }
    }
}
