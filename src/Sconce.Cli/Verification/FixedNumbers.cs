using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>Numbers among a case's inputs that compiling has made constants of (TorchScript's parameters that are no tensors): a run is not given them.</summary>
internal static class FixedNumbers
{
    public static IReadOnlyList<Case> TakeOut(IReadOnlyList<Case> cases, IReadOnlyList<CompiledMethod> methods)
    {
        var inputs = methods.ToDictionary(method => method.Name, method => method.Graph.Inputs.Where(input => input.Kind == InputKind.User).ToList());
        return inputs.Values.All(method => method.TrueForAll(input => input.Fixed is null)) ? cases
            : [.. cases.Select(@case => @case with { Calls = [.. @case.Calls.Select(call => inputs[call.Method ?? Manifest.MainMethod] is var ports && call.Inputs.Length == ports.Count
                ? TakeOut(@case.File, call, ports) : call)] })];
    }

    private static Call TakeOut(string file, Call call, List<GraphInput> inputs)
    {
        foreach (var (array, input) in call.Inputs.Zip(inputs).Where(pair => pair.Second.Fixed is not null))
        {
            if (!IsSame(array, input.Fixed!))
            {
                throw SconceException.Expected(
                    $"the number that '{input.Name}' was compiled with", $"another, {TensorValue.Of(array).GetFloat(0)}", new Where(file), $"compile with --input {input.Name}=NUMBER for it");
            }
        }

        return call with { Inputs = [.. call.Inputs.Where((_, i) => inputs[i].Fixed is null)] };
    }

    private static bool IsSame(TensorData array, Argument number) => array.ElementCount == 1 && TensorValue.Of(array) is var value && number switch
    {
        Argument.Int { Value: { IsConstant: true, Value: var integer } } => value.GetFloat(0) == integer,
        Argument.Float { Value: var real } => value.GetFloat(0) == real,
        Argument.Bool { Value: var flag } => value.GetFloat(0) != 0 == flag,
        _ => false,
    };
}
