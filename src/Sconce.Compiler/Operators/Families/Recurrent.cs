using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>
/// Recurrent layers and cells. The input's part of the gates is one product for all steps of time; a loop over time does the rest. A layer's states are
/// kept one after the other in one buffer, which is its output too.
/// </summary>
internal static class Recurrent
{
    public static OperatorFamily Family { get; } = new("recurrent", DTypeSet.Floats)
    {
        { "aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)", call => Layers(call, Lstm, call.Tensors("hx")) },
        { "aten::gru.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)", call => Layers(call, Gru, [call.Tensor("hx")]) },
        { "aten::rnn_tanh.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)", call => Layers(call, Simple(x => x.Tanh()), [call.Tensor("hx")]) },
        { "aten::rnn_relu.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)", call => Layers(call, Simple(x => x.Max(x.Zero)), [call.Tensor("hx")]) },
        { "aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor, Tensor)", DTypeSet.Floats | DTypeSet.Integers, call => PackedLayers(call, Lstm, call.Tensors("hx")) },
        { "aten::gru.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)", DTypeSet.Floats | DTypeSet.Integers, call => PackedLayers(call, Gru, [call.Tensor("hx")]) },
        { "aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> (Tensor, Tensor)", LstmCell },
        { "aten::gru_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", call => OneStep(call, Gru) },
        { "aten::rnn_tanh_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", call => OneStep(call, Simple(x => x.Tanh())) },
        { "aten::rnn_relu_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor", call => OneStep(call, Simple(x => x.Max(x.Zero))) },
    };

    /// <summary>The weights of one layer in one direction; the last projects a wide state to a narrow one.</summary>
    private sealed record Weights(TensorBuffer Input, TensorBuffer Hidden, TensorBuffer? InputBias, TensorBuffer? HiddenBias, TensorBuffer? Projection);

    /// <summary>
    /// One step: fromInput is the input's part of the gates at an index [batch, gate], hidden the state before at [batch, unit]; carry is the LSTM's
    /// cell, changed in place. Gives the elements of the state after.
    /// </summary>
    private delegate Func<Dims, Expr> Step(LoweringContext context, Weights weights, Func<Dims, Expr> fromInput, Func<Dims, Expr> hidden, Dim batch, TensorBuffer? carry);

    private static Func<Dims, Expr> Lstm(LoweringContext context, Weights weights, Func<Dims, Expr> fromInput, Func<Dims, Expr> hidden, Dim batch, TensorBuffer? carry)
    {
        var units = weights.Hidden.Dims[0].FloorDiv(4);
        var gates = Gates(context, weights, hidden, batch, (i, sum) => sum + fromInput(i));
        Expr Gate(int number, Dims i) => gates.ValueAt([i[0], i[1] + (units * number)]);
        Dims dims = [batch, units];
        context.MapInto(carry!, dims, i => i, i =>
            (Gate(1, i).Sigmoid() * carry!.ValueAt(i)) + (Gate(0, i).Sigmoid() * Gate(2, i).Tanh()));
        Expr State(Dims i) => Gate(3, i).Sigmoid() * carry!.ValueAt(i).Tanh();
        return weights.Projection is null ? State : Matrix.Linear(context, context.Map(carry!.Type, dims, State), weights.Projection, null).ValueAt;
    }

    private static Func<Dims, Expr> Gru(LoweringContext context, Weights weights, Func<Dims, Expr> fromInput, Func<Dims, Expr> hidden, Dim batch, TensorBuffer? carry)
    {
        var units = weights.Hidden.Dims[0].FloorDiv(3);
        var gates = Gates(context, weights, hidden, batch, (_, sum) => sum);
        return i =>
        {
            Dims Place(int number) => [i[0], i[1] + (units * number)];
            var reset = (fromInput(Place(0)) + gates.ValueAt(Place(0))).Sigmoid();
            var update = (fromInput(Place(1)) + gates.ValueAt(Place(1))).Sigmoid();
            var proposed = (fromInput(Place(2)) + (reset * gates.ValueAt(Place(2)))).Tanh();
            return proposed + (update * (hidden(i) - proposed));
        };
    }

    private static Step Simple(Func<Expr, Expr> activation) => (context, weights, fromInput, hidden, batch, _) =>
        Gates(context, weights, hidden, batch, (i, sum) => activation(sum + fromInput(i))).ValueAt;

    /// <summary>The state's part of the gates.</summary>
    private static TensorBuffer Gates(LoweringContext context, Weights weights, Func<Dims, Expr> hidden, Dim batch, Func<Dims, Expr, Expr> result) =>
        context.Contract(
            weights.Hidden.Type, [], batch, weights.Hidden.Dims[0], weights.Hidden.Dims[1],
            (_, m, k) => hidden([m, k]), (_, n, k) => weights.Hidden.ValueAt([n, k]),
            (i, sum) => result(i, weights.HiddenBias is { } bias ? sum + bias.ValueAt([i[1]]) : sum));

    private static Lowered Layers(Call call, Step step, ImmutableArray<TensorBuffer> initial)
    {
        var context = call.Context;
        var batchFirst = call.Flag("batch_first");
        var (output, states, carries) = Stacked(call, step, batchFirst ? context.Transpose(call.Tensor("input"), 0, 1) : call.Tensor("input"), initial, null);
        output = batchFirst ? context.Transpose(output, 0, 1) : output;
        return carries is null ? Lowered.Of(output, states) : Lowered.Of(output, states, carries);
    }

    /// <summary>The same of packed sequences: each place in time has so many of them, the longest first. The others keep their state.</summary>
    private static Lowered PackedLayers(Call call, Step step, ImmutableArray<TensorBuffer> initial)
    {
        var context = call.Context;
        var (data, counts) = (call.Tensor("data"), call.Tensor("batch_sizes"));
        var (time, batch) = (counts.Dims[0], initial[0].Dims[1]);
        var starts = context.Scan([DType.Int64], [time], 0, i => [new Reducer(Combiner.Sum, counts.At(i).As(DType.Int64))], (i, sums) => [sums[0] - counts.At(i).As(DType.Int64)])[0];
        Dim Place(Dim t, Dim b) => BufferLoads.Clamped(starts.At([t]) + Expr.Of(b).As(DType.Int64), data.Dims[0]);
        Expr Has(Dim t, Dim b) => Expr.Of(b).As(DType.Int64) < counts.At([t]).As(DType.Int64);
        var padded = context.Map(data.Type, [time, batch, data.Dims[1]], i => Expr.Select(
            Has(i[0], i[1]), data.At([Place(i[0], i[1]), i[2]]), Expr.Const(data.Type, 0.0)));
        var (output, states, carries) = Stacked(call, step, padded, initial, Has);
        var packed = context.Map(data.Type, [data.Dims[0], output.Dims[2]], _ => Expr.Const(data.Type, 0.0));
        context.Scatter(
            packed, [time, batch, output.Dims[2]], i => [Place(i[0], i[1]), i[2]], output.At, ScatterMode.Set,
            i => Has(i[0], i[1]));
        return carries is null ? Lowered.Of(packed, states) : Lowered.Of(packed, states, carries);
    }

    private static (TensorBuffer Output, TensorBuffer States, TensorBuffer? Carries) Stacked(
        Call call, Step step, TensorBuffer input, ImmutableArray<TensorBuffer> initial, Func<Dim, Dim, Expr>? has)
    {
        var context = call.Context;
        var layers = call.Constant("num_layers");
        var directions = call.Flag("bidirectional") ? 2 : 1;
        var dropout = call.Flag("train") ? call.Number("dropout") : 0;
        var parameters = call.Tensors("params");
        var perDirection = parameters.Length / (layers * directions);
        var states = ImmutableArray.CreateBuilder<TensorBuffer>();
        var carries = ImmutableArray.CreateBuilder<TensorBuffer>();
        for (var layer = 0; layer < layers; layer++)
        {
            var outputs = new TensorBuffer[directions];
            for (var direction = 0; direction < directions; direction++)
            {
                var number = (layer * directions) + direction;
                var weights = Unpack(parameters.Slice(number * perDirection, perDirection), call.Flag("has_biases"));
                var carry = initial.Length > 1 ? context.Select(initial[1], 0, number) : null;
                (outputs[direction], var last) = Layer(context, step, weights, input, context.Select(initial[0], 0, number), ref carry, backwards: direction == 1, has);
                states.Add(last);
                if (carry is not null)
                {
                    carries.Add(carry);
                }
            }

            input = directions == 1 ? outputs[0] : context.Concatenate(input.Type, outputs, 2);
            input = layer < layers - 1 ? Dropout.Of(context, input, dropout) : input;
        }

        return (input, Joining.Stack(context, states.ToImmutable(), 0), initial.Length > 1 ? Joining.Stack(context, carries.ToImmutable(), 0) : null);
    }

    private static Weights Unpack(ImmutableArray<TensorBuffer> parameters, bool biases) => new(
        parameters[0], parameters[1], biases ? parameters[2] : null, biases ? parameters[3] : null,
        parameters.Length is 3 or 5 ? parameters[^1] : null);

    /// <summary>One layer in one direction over the whole of time: its output for each step, and its last state. The carry begins as given and ends as the last.</summary>
    private static (TensorBuffer Output, TensorBuffer Last) Layer(
        LoweringContext context, Step step, Weights weights, TensorBuffer input, TensorBuffer initial, ref TensorBuffer? carry, bool backwards, Func<Dim, Dim, Expr>? has)
    {
        var (time, batch) = (input.Dims[0], input.Dims[1]);
        var fromInput = Matrix.Linear(context, input, weights.Input, weights.InputBias);

        // State number 0 is the initial one, number t + 1 the one after step t.
        var states = context.Temporary(input.Type, [time + 1, batch, initial.Dims[1]]);
        context.MapInto(states, initial.Dims, i => [0, .. i], initial.At);
        var cell = carry is null ? null : context.Copy(carry);
        context.Loop(time, t =>
        {
            var now = backwards ? time - 1 - t : t;
            var before = cell is null || has is null ? null : context.Copy(cell);
            var state = step(context, weights, i => fromInput.ValueAt([now, .. i]), i => states.ValueAt([t, .. i]), batch, cell);
            context.MapInto(states, initial.Dims, i => [t + 1, .. i], has is null ? state : i => Expr.Select(has(now, i[0]), state(i), states.ValueAt([t, .. i])));
            if (before is not null)
            {
                context.MapInto(cell!, cell!.Dims, i => i, i => Expr.Select(has!(now, i[0]), cell.At(i), before.At(i)));
            }

        });
        carry = cell;
        var output = context.View(states, [time, batch, initial.Dims[1]], i => [backwards ? time - i[0] : i[0] + 1, i[1], i[2]]);
        return (output, context.Select(states, 0, time));
    }

    private static Weights CellWeights(Call call) =>
        new(call.Tensor("w_ih"), call.Tensor("w_hh"), call.OptionalTensor("b_ih"), call.OptionalTensor("b_hh"), null);

    private static Lowered OneStep(Call call, Step step) => Cell(call, step, call.Tensor("hx"), null);

    private static Lowered LstmCell(Call call)
    {
        var states = call.Tensors("hx");
        var carry = call.Context.Copy(states[1]);
        return Lowered.Of(Cell(call, Lstm, states[0], carry), carry);
    }

    private static TensorBuffer Cell(Call call, Step step, TensorBuffer state, TensorBuffer? carry)
    {
        var weights = CellWeights(call);
        var input = call.Tensor("input");
        var batched = input.Rank == 2 ? input : call.Context.Unsqueeze(input, 0);
        var before = state.Rank == 2 ? state : call.Context.Unsqueeze(state, 0);
        var fromInput = Matrix.Linear(call.Context, batched, weights.Input, weights.InputBias);
        var after = step(call.Context, weights, fromInput.ValueAt, before.ValueAt, batched.Dims[0], carry);
        return call.Context.Reshape(call.Context.Map(state.Type, before.Dims, after), state.Dims);
    }
}
