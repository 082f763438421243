using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Packed sequences: the elements of sequences of several lengths, place by place, with how many sequences have each place.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> SequenceBuiltins =>
    [
        ("aten::_pack_padded_sequence", (it, a) => it.Pack(a)),
        ("aten::_pad_packed_sequence", (it, a) => it.Unpack(a)),
    ];

    private Datum.Tuple Pack(BuiltinCall a)
    {
        var (input, lengths) = (Flag(a[2]) ? Call("aten::transpose", a[0], Datum.Of(0), Datum.Of(1)) : a[0], a[1]);
        var longest = ToInt(Call("aten::select", lengths, Datum.Of(0), Datum.Of(0)));
        var shorter = Call("aten::slice", lengths, Datum.Of(0), Datum.Of(1), Datum.Nothing, Datum.Of(1));
        var longer = Call("aten::slice", lengths, Datum.Of(0), Datum.Of(0), Datum.Of(-1), Datum.Of(1));
        Assert(Call("aten::all", Call("aten::le", shorter, longer)), "lengths of sequences that are not in decreasing order: pass enforce_sorted=False");
        Assert(Call("aten::all", Call("aten::gt", lengths, Datum.Of(0))), "the length of each sequence is 1 or more");
        Assert(Call("aten::le", longest, Size((Datum.Tensor)input, 0)), "a sequence is longer than the tensor that holds it");
        var has = Call("aten::lt", Call("aten::unsqueeze", Call("aten::arange", longest), Datum.Of(1)), Call("aten::unsqueeze", lengths, Datum.Of(0)));
        var places = Call("aten::slice", input, Datum.Of(0), Datum.Of(0), longest, Datum.Of(1));
        return Datum.TupleOf(Call("aten::index", places, NewList([has])), Call("aten::sum", has, NewList([Datum.Of(1)])));
    }

    private Datum.Tuple Unpack(BuiltinCall a)
    {
        var (data, counts) = ((Datum.Tensor)a[0], (Datum.Tensor)a[1]);
        var batch = ToInt(Call("aten::select", counts, Datum.Of(0), Datum.Of(0)));
        var length = Size(counts, 0);
        var has = Call("aten::gt", Call("aten::unsqueeze", counts, Datum.Of(1)), Call("aten::unsqueeze", Call("aten::arange", batch), Datum.Of(0)));
        var rows = ShapeOf(data).Length;
        var sizes = Enumerable.Range(1, rows - 1).Select(axis => (Datum)Size(data, axis)).ToList();
        var padding = CallOperator("aten::full", [NewList([length, batch, .. sizes]), a[3]], [("dtype", Datum.Of(DTypeOf(data).Number()))]);
        var where = sizes.Aggregate(has, (mask, _) => Call("aten::unsqueeze", mask, Datum.Of(-1)));
        var padded = Call("aten::masked_scatter", padding, Call("aten::expand", where, NewList([length, batch, .. sizes])), data);
        var more = Call("aten::sub", a[4], length);
        var last = CallOperator("aten::full", [NewList([more, batch, .. sizes]), a[3]], [("dtype", Datum.Of(DTypeOf(data).Number()))]);
        var all = more is Datum.Int { Known: 0 } ? padded : Call("aten::cat", NewList([padded, last]), Datum.Of(0));
        return Datum.TupleOf(Flag(a[2]) ? Call("aten::transpose", all, Datum.Of(0), Datum.Of(1)) : all, Call("aten::sum", has, NewList([Datum.Of(0)])));
    }
}
