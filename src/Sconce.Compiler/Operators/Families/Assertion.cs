using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Conditions that must hold while a model runs: <c>torch._check</c> of a value, <c>torch._assert_async</c>. Where it does not, the run ends with an error.</summary>
internal static class Assertion
{
    public static OperatorFamily Family { get; } = new("assertion")
    {
        { "aten::_assert_scalar(Scalar self, str assert_msg) -> ()", Assert },
        { "aten::_assert_async(Tensor self) -> ()", Assert },
        { "aten::_assert_async.msg(Tensor self, str assert_msg) -> ()", Assert },
        { "aten::sym_constrain_range(Scalar size, *, int? min=None, int? max=None) -> ()", Constrain },
        { "aten::sym_constrain_range_for_size(Scalar size, *, int? min=None, int? max=None) -> ()", _ => Lowered.Nothing },
        { "aten::_assert_tensor_metadata(Tensor a, SymInt[]? size=None, SymInt[]? stride=None, ScalarType? dtype=None, *, Device? device=None, Layout? layout=None) -> ()", _ => Lowered.Nothing },
    };

    private static Lowered Assert(Call call)
    {
        if (call[0] is Lowered.Tensor tensor && tensor.Buffer.Dims.Any(dim => !dim.Equals(Dim.One)))
        {
            throw call.Expected("one element to assert", call[0].Kind);
        }

        var holds = call[0] is Lowered.Tensor { Buffer: var buffer }
            ? buffer.At([.. buffer.Dims.Select(_ => Dim.Zero)]).As(DType.Bool)
            : call.Operand(0).At([], DType.Bool);
        var words = call.Operator.Schema.IndexOf("assert_msg") >= 0 ? call.Text("assert_msg") : null;
        if (LoweringContext.IsTraced(holds) && Assertions.WordsOf(words) is null)
        {
            return Lowered.Nothing;
        }

        var told = call.Operator.Schema.IndexOf("assert_msg") >= 0 ? Assertions.ConditionOf(call.Text("assert_msg")) : null;
        call.Context.Check([], _ => !holds, _ => Expr.Const(DType.Int64, 0L), Dim.Zero, "an assertion of the model does not hold" + (told is null ? "" : $": {told}"));
        return Lowered.Nothing;
    }

    private static Lowered Constrain(Call call)
    {
        var value = call.Operand(0).At([], DType.Int64);
        foreach (var (name, op, words) in ((string, BinaryOp, string)[])[("min", BinaryOp.Lt, "at least"), ("max", BinaryOp.Gt, "at most")])
        {
            if (call.Has(name))
            {
                var bound = call.Int(name);
                call.Context.Check([], _ => value.Apply(op, Expr.Of(bound).As(DType.Int64)), _ => value, bound, $"the model asserts that a number is {words} {{limit}}, and it is {{value}}");
            }
        }

        return Lowered.Nothing;
    }
}
