using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Functionalisation;

/// <summary>Batch normalisation that was exported in training mode writes its running statistics, although its name does not say so.</summary>
internal static class RunningStatistics
{
    private const string WithUpdate = "aten::_batch_norm_with_update";

    /// <summary>The running mean and variance that the node writes; null for a node that writes none.</summary>
    public static (Value Mean, Value Variance)? WrittenBy(Node node) =>
        ((node.Operator is "aten::batch_norm" or "aten::native_batch_norm" or "aten::_native_batch_norm_legit" && node.IsTrue("training", 5))
            || node.Operator is WithUpdate)
        && node.FindValue("running_mean", 3) is { } mean && node.FindValue("running_var", 4) is { } variance
            ? (mean, variance)
            : null;

    /// <summary>The mean of the batch over all dims but that of the channels, mixed into the running one.</summary>
    public static Argument NextMean(NodeEmitter emitter, Node node, Value input, Value running) =>
        Mix(emitter, node, running, emitter.Emit("aten::mean", "dim", Like(running), new("self", input), new("dim", Batch(input))));

    /// <summary>The same of the variance, which is the unbiased one here.</summary>
    public static Argument NextVariance(NodeEmitter emitter, Node node, Value input, Value running) => Mix(
        emitter, node, running, emitter.Emit(
            "aten::var", "correction", Like(running), new("self", input), new("dim", Batch(input)), new("correction", new Argument.Int(1))));

    private static Value Mix(NodeEmitter emitter, Node node, Value running, Value batch) => emitter.Emit(
        "aten::lerp", "Scalar", Like(running),
        new("self", running), new("end", batch), new("weight", node.Find("momentum", node.Operator is WithUpdate ? 5 : 6) ?? new Argument.Float(0.1)));

    private static Argument Batch(Value input) => Enumerable.Range(0, NodeEmitter.Known((GraphType.Tensor)input.Type).Length)
        .Where(dim => dim != 1).Select(dim => (Dim)dim).ToArgument();

    private static GraphType.Tensor Like(Value value) => NodeEmitter.Plain((GraphType.Tensor)value.Type);
}
