using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Passes.Compression;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler;

/// <summary>
/// A model run by the reference evaluator straight from its lowering, with no pass over the program and no code: what it gives
/// at each node says where an artifact goes wrong. Slow.
/// </summary>
public sealed class ReferenceRun
{
    private readonly LoweredGraph lowered;
    private Evaluator? evaluator;

    private ReferenceRun(LoweredGraph lowered, IReadOnlyList<Probe> probes, ILookup<string, Probe> readers, DType? half) =>
        (this.lowered, Probes, Readers, Half) = (lowered, probes, readers, half);

    /// <summary>What sums products, where that is not the evaluator itself.</summary>
    private SumProducts? Sum { get; init; }

    private Evaluator Evaluator => evaluator ??= new(Sum);

    public IReadOnlyList<Probe> Probes { get; }

    /// <summary>The probes of the nodes that read a parameter, by its name, as the file has it: those of a weight that <see cref="CompileOptions.Weights"/> keeps in fewer bits too.</summary>
    public ILookup<string, Probe> Readers { get; }

    /// <summary>The coarsest type of half precision that the model computes in; null where it uses none.</summary>
    public DType? Half { get; }

    /// <summary>What a run costs, before it is begun.</summary>
    public Dim MultiplyAdds => Dim.Sum(lowered.Program.Steps.Select(StepCost.MultiplyAdds));

    /// <summary>Operations and bytes moved, which say better how long a run takes where it is not mostly products.</summary>
    public Dim Work => Dim.Sum(lowered.Program.Steps.Select(step => StepCost.Flops(step).Least + StepCost.Bytes(step).Least));

    /// <summary>Reads a model. With <paramref name="widened"/> it computes in float32 where the model says half precision: without that rounding.</summary>
    /// <exception cref="Diagnostics.SconceException">As <see cref="Compilation.Compile(ReadOnlyMemory{byte}, string, CompileOptions?, IProgress{CompileProgress}?)"/> has it.</exception>
    public static ReferenceRun Read(ReadOnlyMemory<byte> bytes, string name, CompileOptions options, bool widened = false) =>
        Read(ModelBytes.Of(bytes), name, options, widened);

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string, CompileOptions, bool)"/>
    /// <remarks><paramref name="sum"/> sums products, where that is not to be the evaluator itself.</remarks>
    public static ReferenceRun Read(ModelBytes bytes, string name, CompileOptions options, bool widened = false, SumProducts? sum = null)
    {
        var graph = Frontend.Read(bytes, name, options.OfFrontend);
        var half = SinglePrecision.HalfOf(graph);
        if (widened)
        {
            SinglePrecision.Widen(graph);
        }

        Pipeline.Run(graph, options.Verify);
        var names = graph.Inputs.Where(input => input.Data is not null).ToDictionary(input => input.Value, input => input.Name);
        var read = graph.Body.Nodes.SelectMany(node => node.Arguments.SelectMany(argument => argument.Argument.Values()).Distinct()
            .Where(names.ContainsKey).Select(value => (Node: node, Name: names[value]))).ToLookup(pair => pair.Node, pair => pair.Name);
        CompressWeights.Run(graph, options.Weights, options.Keep, []);
        var lowered = Budget.InSixtyFourBits(() => GraphLowering.Lower(graph));
        IReadOnlyList<Probe> probes = [.. Probe.AllOf(graph).Where(probe => lowered.Values.GetValueOrDefault(probe.Value) is Lowered.Tensor)];
        var readers = probes.SelectMany(probe => read[probe.Node].Select(weight => (Weight: weight, Probe: probe))).ToLookup(pair => pair.Weight, pair => pair.Probe);
        return new(lowered, probes, readers, half) { Sum = sum };
    }

    /// <summary>States are again what they are at the beginning.</summary>
    public void Reset() => evaluator = null;

    /// <summary>One call: the model's outputs, and the probes' values, each in order. A seed begins other random numbers; without one they go on.</summary>
    public (IReadOnlyList<TensorData> Outputs, IReadOnlyList<TensorData> Probes) Run(IReadOnlyList<TensorData> inputs, long? seed = null)
    {
        if (seed is { } given && lowered.Program.Seed is { } state)
        {
            Evaluator.Set(state, TensorProgram.SeedOf(given));
        }

        var outputs = Evaluator.Run(lowered.Program, [.. inputs.Select(TensorValue.Of)]);
        return (
            [.. outputs.Zip(lowered.Program.Outputs, (output, port) => port.Buffer.Outward(output))],
            [.. Probes.Select(probe => Evaluator.Get(((Lowered.Tensor)lowered.Values[probe.Value]).Buffer).ToData())]);
    }
}
