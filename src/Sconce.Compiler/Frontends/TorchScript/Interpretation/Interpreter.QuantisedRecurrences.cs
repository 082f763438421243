using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Recurrent layers of quantised weights: each product of a step quantises what the step is given by its own range (aten/src/ATen/native/RNN.cpp).
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> RecurrenceBuiltins =>
    [
        ("aten::quantized_lstm", (it, a) => it.Recur(a, hasCell: true)),
        ("aten::quantized_gru", (it, a) => it.Recur(a, hasCell: false)),
    ];

    /// <summary>A layer's weights in one direction.</summary>
    private sealed record PackedCell(Datum OfInput, Datum OfState)
    {
        public static PackedCell Read(Datum packed) => StateOf(packed) is Datum.Tuple
        {
            Items: [Datum.Text { Value: "quantized_dynamic" }, _, _, Datum.List flags, Datum.List weights],
        } && (ListItems(flags), ListItems(weights)) is ([Datum.Int], [var input, var state]) ? new(input, state)
            : throw SconceException.Unsupported($"{packed.Kind} in a form that Sconce does not know", hint: "quantise the layer with torch.ao.quantization.quantize_dynamic to torch.qint8");
    }

    private Datum Recur(BuiltinCall a, bool hasCell)
    {
        if (a[3] is not (Datum.Bool or Datum.Int) || a.Count < 9)
        {
            throw SconceException.Unsupported($"{a.Operator} of packed sequences", hint: "give the layer a padded tensor");
        }

        var cells = ItemsOf(a[2]).Select(PackedCell.Read).ToList();
        var (layers, isTwoWay, batchFirst) = (Sane(Whole(a[4]), 1), Flag(a[7]), Flag(a[8]));
        var directions = isTwoWay ? 2 : 1;
        if (cells.Count != layers * directions)
        {
            throw SconceException.Expected($"{layers * directions} packed cells", $"{cells.Count}");
        }

        var states = hasCell ? ItemsOf(a[1]) : [a[1]];
        var rows = batchFirst ? Call("aten::transpose", a[0], Datum.Of(0), Datum.Of(1)) : a[0];
        var last = states.Select(_ => new List<Datum>()).ToList();
        for (var layer = 0; layer < layers; layer++)
        {
            var results = new List<Datum>();
            for (var way = 0; way < directions; way++)
            {
                var at = (layer * directions) + way;
                Datum[] now = [.. states.Select(state => Call("aten::select", state, Datum.Of(0), Datum.Of(at)))];
                results.Add(Direction(cells[at], rows, now, isBackward: way == 1));
                for (var i = 0; i < now.Length; i++)
                {
                    last[i].Add(now[i]);
                }
            }

            rows = results is [var only] ? only : Call("aten::cat", NewList(results), Datum.Of(-1));
        }

        var output = batchFirst ? Call("aten::transpose", rows, Datum.Of(0), Datum.Of(1)) : rows;
        return Datum.TupleOf([output, .. last.Select(state => Call("aten::stack", NewList(state), Datum.Of(0)))]);
    }

    /// <summary>The states after each step, one after the other; the array is left with the last ones.</summary>
    private Datum Direction(PackedCell cell, Datum rows, Datum[] states, bool isBackward)
    {
        if (ShapeOf(rows)[0] is not { IsConstant: true, Value: var count })
        {
            throw Unknown("the count of steps of a quantised recurrent layer");
        }

        // PyTorch quantises the whole sequence at once, and each step's state by itself.
        var gates = DynamicLinear(rows, cell.OfInput);
        var made = new Datum[Sane(count, 1)];
        for (var i = 0; i < made.Length; i++)
        {
            var at = isBackward ? made.Length - 1 - i : i;
            var (ofInput, ofState) = (Call("aten::select", gates, Datum.Of(0), Datum.Of(at)), DynamicLinear(states[0], cell.OfState));
            if (states.Length == 2)
            {
                Remember(states, Call("aten::add", ofState, ofInput));
            }
            else
            {
                states[0] = Gated(states[0], ofInput, ofState);
            }

            made[at] = states[0];
        }

        return Call("aten::stack", NewList(made), Datum.Of(0));
    }

    private void Remember(Datum[] states, Datum gates)
    {
        var parts = ItemsOf(Call("aten::chunk", gates, Datum.Of(4), Datum.Of(1)));
        var (input, forget, candidate, output) = (Call("aten::sigmoid", parts[0]), Call("aten::sigmoid", parts[1]), Call("aten::tanh", parts[2]), Call("aten::sigmoid", parts[3]));
        states[1] = Call("aten::add", Call("aten::mul", forget, states[1]), Call("aten::mul", input, candidate));
        states[0] = Call("aten::mul", output, Call("aten::tanh", states[1]));
    }

    private Datum Gated(Datum state, Datum ofInput, Datum ofState)
    {
        var (x, h) = (ItemsOf(Call("aten::chunk", ofInput, Datum.Of(3), Datum.Of(1))), ItemsOf(Call("aten::chunk", ofState, Datum.Of(3), Datum.Of(1))));
        var reset = Call("aten::sigmoid", Call("aten::add", h[0], x[0]));
        var update = Call("aten::sigmoid", Call("aten::add", h[1], x[1]));
        var candidate = Call("aten::tanh", Call("aten::add", x[2], Call("aten::mul", h[2], reset)));
        return Call("aten::add", Call("aten::mul", Call("aten::sub", state, candidate), update), candidate);
    }

    private Datum Call(string op, params Datum[] arguments) => CallOperator(op, arguments, []);
}
