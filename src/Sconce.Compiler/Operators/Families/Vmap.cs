namespace Sconce.Compiler.Operators.Families;

/// <summary>The operators that <c>torch.vmap</c> leaves in an exported graph.</summary>
internal static class Vmap
{
    public static OperatorFamily Family { get; } = new("vmap")
    {
        { "torch._functorch.predispatch::_add_batch_dim(Tensor self, int batch_dim, int level) -> Tensor", call =>
            call.Context.Batching.Enter(call.Tensor("self"), call.Axis("batch_dim", call.Tensor("self").Rank), call.Constant("level")) },
        { "torch._functorch.predispatch::_remove_batch_dim(Tensor self, int level, SymInt batch_size, int out_dim) -> Tensor", call =>
            call.Context.Batching.Leave(
                call.Tensor("self"), call.Constant("level"), call.Int("batch_size"), call.Axis("out_dim", call.Tensor("self").Rank + 1)) },
    };
}
