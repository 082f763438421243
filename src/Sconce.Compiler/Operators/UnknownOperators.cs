using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Operators;

/// <summary>Finds all operators of a graph that are not in the table, so that one message can name them all.</summary>
public static class UnknownOperators
{
    private const int LinesShown = 3;

    /// <summary>They read weights in an order that hangs on the processor which packed them, and no file says which that was: to guess would give numbers without sense.</summary>
    private static readonly HashSet<string> packed =
    [
        "aten::_weight_int4pack_mm", "aten::_weight_int4pack_mm_for_cpu", "aten::_convert_weight_to_int4pack", "aten::_convert_weight_to_int4pack_for_cpu",
        "aten::_dyn_quant_matmul_4bit", "aten::_dyn_quant_pack_4bit_weight",
    ];

    public static void Check(Graph graph)
    {
        var unknown = new SortedDictionary<string, List<Node>>(StringComparer.Ordinal);
        Collect(graph.Body, unknown);
        if (unknown.Count == 0)
        {
            return;
        }

        var text = new StringBuilder(unknown.Count == 1
            ? "the model uses an operator that Sconce does not compile yet:"
            : $"the model uses {unknown.Count} operators that Sconce does not compile yet:");
        foreach (var (name, nodes) in unknown)
        {
            text.Append($"\n  {name} ({nodes.Count} {(nodes.Count == 1 ? "time" : "times")})");
            var lines = nodes.Select(node => node.Source?.ToString()).OfType<string>().Where(line => line.Length > 0).Distinct().ToList();
            foreach (var line in lines.Take(LinesShown))
            {
                text.Append($"\n    at {line}");
            }

            if (lines.Count > LinesShown)
            {
                text.Append($"\n    and {lines.Count - LinesShown} more places");
            }
        }

        throw SconceException.Unsupported(
            text.ToString(),
            hint: unknown.Values.Any(nodes => packed.Contains(nodes[0].Operator))
                ? "Weights of 4 bits that are packed lie in the order of the processor that packed them, which the file does not tell. Quantise with torchao's IntxWeightOnlyConfig,"
                    + " which keeps them unpacked, or export the float model and compile it with --weights int4."
                : "Write these lines with other operators ('sconce ops' lists those there are), or export with ep.run_decompositions(), which replaces many by simpler ones.");
    }

    private static void Collect(Block block, SortedDictionary<string, List<Node>> unknown)
    {
        foreach (var node in block.Nodes)
        {
            if (!GraphLowering.IsControlFlow(node) && OperatorTable.Find(node.Operator, node.Overload).IsEmpty)
            {
                if (!unknown.TryGetValue(node.FullName, out var nodes))
                {
                    unknown.Add(node.FullName, nodes = []);
                }

                nodes.Add(node);
            }

            foreach (var inner in node.Blocks)
            {
                Collect(inner, unknown);
            }
        }
    }
}
