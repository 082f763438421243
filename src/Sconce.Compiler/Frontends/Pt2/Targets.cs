namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The operators' names in the file: <c>torch.ops.aten.add.Tensor</c> is <c>aten::add</c>, overload <c>Tensor</c>.</summary>
internal static class Targets
{
    private const string Ops = "torch.ops.";
    private const string HigherOrder = "higher_order";

    public static (string Operator, string Overload) Split(string target)
    {
        if (!target.StartsWith(Ops, StringComparison.Ordinal))
        {
            // A Python function on sizes: _operator.add, torch.sym_float, math.trunc.
            var last = target.LastIndexOf('.');
            return last < 0 ? (target, "") : ($"{target[..last]}::{target[(last + 1)..]}", "");
        }

        var parts = target[Ops.Length..].Split('.', 3);
        return parts switch
        {
            [HigherOrder, var name] => ($"{HigherOrder}::{name}", ""),
            [var space, var name, var overload] => ($"{space}::{name}", overload),
            [var space, var name] => ($"{space}::{name}", "default"),
            _ => (target, ""),
        };
    }
}
