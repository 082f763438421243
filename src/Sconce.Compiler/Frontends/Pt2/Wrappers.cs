namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Higher-order operators that only run a subgraph under some setting of PyTorch's: the subgraph is put in their place.</summary>
internal static class Wrappers
{
    private static readonly HashSet<string> Names =
    [
        "torch.ops.higher_order.wrap_with_set_grad_enabled",
        Autocast.Target,
        "torch.ops.higher_order.wrap",
        "torch.ops.higher_order.wrap_activation_checkpoint",
        "torch.ops.higher_order.tag_activation_checkpoint",
        "torch.ops.higher_order.invoke_subgraph",
        "torch.ops.higher_order.strict_mode",
        "torch.ops.higher_order.hints_wrapper",
        "torch.ops.higher_order.run_const_graph",
    ];

    public static bool IsWrapper(string target) => Names.Contains(target);
}
