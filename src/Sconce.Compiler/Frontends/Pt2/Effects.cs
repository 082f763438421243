namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// Operators that are run for what they do (raise an error) stand within a higher-order one after <c>run_decompositions()</c>, which hands a token from each to the next so that none
/// overtakes another. Nodes keep their order here: the operator alone is put in its place, and tokens are left out.
/// </summary>
internal static class Effects
{
    private const string Target = "torch.ops.higher_order.with_effects";

    /// <summary>A custom operator that writes to its arguments, after <c>run_decompositions()</c>.</summary>
    private static readonly HashSet<string> Functionalised = ["torch.ops.higher_order.auto_functionalized", "torch.ops.higher_order.auto_functionalized_v2"];

    public static NodeJson Without(NodeJson node) => Functionalised.Contains(node.Target) && node.Inputs is [{ Arg: ArgumentJson.Text { Value: var custom } }, .. var rest]
        ? node with { Target = custom, Inputs = rest, Outputs = [.. node.Outputs.Where(output => output is not ArgumentJson.None)] }
        : node.Target == Target && node.Inputs is [_, { Arg: ArgumentJson.Text { Value: var target } }, .. var inputs]
        ? node with { Target = target, Inputs = inputs, Outputs = [.. node.Outputs.Skip(1).Where(output => output is not ArgumentJson.None)] }
        : node;
}
