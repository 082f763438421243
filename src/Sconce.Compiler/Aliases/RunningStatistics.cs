using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Aliases;

/// <summary>Batch and instance normalisation that were exported in training mode write their running statistics, although their names do not say so.</summary>
internal static class RunningStatistics
{
    private const string WithUpdate = "aten::_batch_norm_with_update";
    private const string Instance = "aten::instance_norm";

    /// <summary>The running mean and variance that the node writes; null for a node that writes none.</summary>
    public static (Value Mean, Value Variance)? WrittenBy(Node node) =>
        ((node.Operator is "aten::batch_norm" or "aten::native_batch_norm" or "aten::_native_batch_norm_legit" && node.IsTrue("training", 5))
            || (node.Operator is Instance && node.IsTrue("use_input_stats", 5)) || node.Operator is WithUpdate)

        // An empty vector, which PyTorch lets through, has no channels.
        && node.Self()?.Shape() is not { Length: < 2 }
        && node.FindValue("running_mean", 3) is { } mean && node.FindValue("running_var", 4) is { } variance
            ? (mean, variance)
            : null;

    /// <summary>The mean of the batch over all dims but that of the channels, mixed into the running one.</summary>
    public static Argument NextMean(NodeEmitter emitter, Node node, Value input, Value running) => Wide(emitter, input, running, (input, running) =>
        Mix(emitter, node, running, emitter.Emit("aten::mean", "dim", Like(running), new("self", input), new("dim", Batch(input)))));

    /// <summary>The same of the variance, which is the unbiased one here: of the batch, or the mean over the batch of each instance's own.</summary>
    public static Argument NextVariance(NodeEmitter emitter, Node node, Value input, Value running) =>
        Wide(emitter, input, running, (input, running) => NextVariance(emitter, node, (GraphType.Tensor)input.Type, input, running));

    private static Value NextVariance(NodeEmitter emitter, Node node, GraphType.Tensor type, Value input, Value running)
    {
        if (node.Operator is not Instance)
        {
            return Mix(emitter, node, running, Variance(emitter, input, Like(running), Batch(input)));
        }

        var shape = NodeEmitter.Known(type);
        var each = Variance(emitter, input, new(Like(running).Type, shape[..2]), Places(Enumerable.Range(2, shape.Length - 2)));
        return Mix(emitter, node, running, emitter.Emit("aten::mean", "dim", Like(running), new("self", each), new("dim", Places([0]))));
    }

    /// <summary>As PyTorch does it on the CPU: those of float16 are rounded once, at the end, where those of bfloat16 are rounded before they are mixed too.</summary>
    private static Argument Wide(NodeEmitter emitter, Value input, Value running, Func<Value, Value, Value> next)
    {
        if (running.ElementType() is not DType.Float16)
        {
            return next(input, running);
        }

        Value Widened(Value value) => ((Argument.OfValue)emitter.Cast(value, DType.Float32)).Value;
        return emitter.Cast(next(Widened(input), Widened(running)), DType.Float16);
    }

    private static Value Variance(NodeEmitter emitter, Value input, GraphType.Tensor type, Argument over) =>
        emitter.Emit("aten::var", "correction", type, new("self", input), new("dim", over), new("correction", new Argument.Int(1)));

    private static Value Mix(NodeEmitter emitter, Node node, Value running, Value batch) => emitter.Emit(
        "aten::lerp", "Scalar", Like(running),
        new("self", running), new("end", batch), new("weight", node.Find("momentum", node.Operator is WithUpdate ? 5 : 6) ?? new Argument.Float(0.1)));

    private static Argument Batch(Value input) =>
        Places(Enumerable.Range(0, NodeEmitter.Known((GraphType.Tensor)input.Type).Length).Where(dim => dim != 1));

    private static Argument Places(IEnumerable<int> dims) => dims.Select(dim => (Dim)dim).ToArgument();

    private static GraphType.Tensor Like(Value value) => NodeEmitter.Plain((GraphType.Tensor)value.Type);
}
