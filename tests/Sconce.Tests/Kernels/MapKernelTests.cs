using System.Collections.Immutable;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Kernels;

public sealed class MapKernelTests
{
    private static readonly DType[] Types =
        [DType.Bool, DType.UInt8, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.Float16, DType.BFloat16, DType.Float32, DType.Float64];

    [Fact]
    public void Copies_of_every_dtype_and_odd_sizes()
    {
        var harness = new KernelHarness();
        foreach (var type in Types)
        {
            foreach (var shape in new long[][] { [1], [3], [4], [7], [33], [5, 7], [2, 3, 5], [1, 1, 9], [0, 4], [] })
            {
                var (from, to) = (Steps.Buffer("x", type, shape), Steps.Buffer("y", type, shape));
                harness.Add($"copy {type} [{string.Join(",", shape)}]", [Steps.Map(to, axes => from.At(axes))]);
            }
        }

        harness.Run();
    }

    [Fact]
    public void Casts_between_all_dtypes()
    {
        var harness = new KernelHarness();
        foreach (var from in Types)
        {
            foreach (var to in Types)
            {
                var (x, y) = (Steps.Buffer("x", from, 3, 7), Steps.Buffer("y", to, 3, 7));
                harness.Add($"{from} to {to}", [Steps.Map(y, axes => x.At(axes).As(to))]);
            }
        }

        harness.Run();
    }

    [Fact]
    public void Operators_on_every_dtype()
    {
        var harness = new KernelHarness();
        BinaryOp[] operators =
        [
            BinaryOp.Add, BinaryOp.Sub, BinaryOp.Mul, BinaryOp.Div, BinaryOp.Rem, BinaryOp.Mod, BinaryOp.FloorDiv, BinaryOp.Min, BinaryOp.Max,
            BinaryOp.And, BinaryOp.Or, BinaryOp.Xor, BinaryOp.Shl, BinaryOp.Shr, BinaryOp.Eq, BinaryOp.Ne, BinaryOp.Lt, BinaryOp.Le, BinaryOp.Gt, BinaryOp.Ge,
        ];
        foreach (var type in new[] { DType.Bool, DType.UInt8, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.Float32, DType.Float64 })
        {
            foreach (var op in operators)
            {
                var bitwise = op is BinaryOp.And or BinaryOp.Or or BinaryOp.Xor or BinaryOp.Shl or BinaryOp.Shr;
                if ((type.IsFloat() && bitwise) || (type == DType.Bool && op is not (BinaryOp.And or BinaryOp.Or or BinaryOp.Xor or BinaryOp.Eq or BinaryOp.Ne)))
                {
                    continue;
                }

                var (a, b) = (Steps.Buffer("a", type, 5, 9), Steps.Buffer("b", type, 5, 9));
                var y = Steps.Buffer("y", op >= BinaryOp.Eq ? DType.Bool : type, 5, 9);
                Expr Right(ImmutableArray<Axis> axes) => op switch
                {
                    // PyTorch leaves division by zero and shifts by negative counts open.
                    BinaryOp.Div or BinaryOp.Rem or BinaryOp.Mod or BinaryOp.FloorDiv when !type.IsFloat() =>
                        Expr.Select(b.At(axes).EqualTo(Expr.Const(type, 0L)), Expr.Const(type, 3L), b.At(axes)),
                    BinaryOp.Shl or BinaryOp.Shr => b.At(axes).Apply(BinaryOp.And, Expr.Const(type, 7L)),
                    _ => b.At(axes),
                };
                harness.Add($"{op} {type}", [Steps.Map(y, axes => a.At(axes).Apply(op, Right(axes)))]);
            }
        }

        harness.Run();
    }

    [Fact]
    public void Layouts_broadcasts_and_strides()
    {
        var harness = new KernelHarness();
        int[][] orders = [[0, 1, 2, 3], [0, 2, 3, 1], [3, 2, 1, 0]];
        foreach (var source in orders)
        {
            foreach (var destination in orders)
            {
                var x = Steps.Buffer("x", DType.Float32, 2, 5, 6, 7);
                var y = Steps.Buffer("y", DType.Float32, 2, 5, 6, 7);
                var (bias, row) = (Steps.Buffer("bias", DType.Float32, 5), Steps.Buffer("row", DType.Float32, 7));
                (x.Order, y.Order) = ([.. source], [.. destination]);
                harness.Add($"{string.Join("", source)} to {string.Join("", destination)}", [
                    Steps.Map(y, axes => (x.At(axes) * bias.At(axes[1])) + row.At(axes[3]))], 1e-6);
            }
        }

        foreach (var stride in new[] { 1, 2, 3, -1 })
        {
            foreach (var type in new[] { DType.Float32, DType.Int64, DType.UInt8 })
            {
                var (x, y) = (Steps.Buffer("x", type, 3, 40), Steps.Buffer("y", type, 3, 11));
                harness.Add($"stride {stride} {type}", [
                    Steps.Map(y, axes => new LoadExpr(x, [axes[0], (Dim.Of(axes[1]) * stride) + (stride < 0 ? 20 : 1)]))]);
            }
        }

        harness.Run();
    }

    [Fact]
    public void Views_guards_and_gathers()
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float32, DType.Int64, DType.Bool, DType.Float16 })
        {
            var x = Steps.Buffer("x", type, 3, 4, 5);
            var flat = Steps.Buffer("flat", type, 6, 10);
            harness.Add($"view {type}", [Steps.Map(flat, axes =>
            {
                var place = (Dim.Of(axes[0]) * 10) + axes[1];
                return new LoadExpr(x, [place.FloorDiv(20), place.FloorDiv(5).Mod(4), place.Mod(5)]);
            })]);

            var padded = Steps.Buffer("padded", type, 3, 7, 12);
            harness.Add($"pad {type}", [Steps.Map(padded, axes =>
            {
                var (h, w) = (Dim.Of(axes[1]) - 2, Dim.Of(axes[2]) - 3);
                return Expr.Guard(
                    IndexConditions.InRange(h, 0, 4) & IndexConditions.InRange(w, 0, 5), new LoadExpr(x, [axes[0], h, w]), Expr.Const(type, 1L));
            })]);

            var indices = Steps.Buffer("indices", DType.Int64, 6);
            var rows = Steps.Buffer("rows", type, 6, 4, 5);
            var elements = Steps.Buffer("elements", type, 3, 4, 6);
            var values = new TensorValue(DType.Int64, [6]);
            for (var i = 0; i < 6; i++)
            {
                values.SetInteger(i, (i * 7) % 3);
            }

            var given = new Dictionary<TensorBuffer, TensorValue> { [indices] = values };
            harness.Add($"rows {type}", [Steps.Map(rows, axes =>
                new LoadExpr(x, [indices.At(axes[0]).ToIndex(new(0, 2)), axes[1], axes[2]]))], inputs: given);
            harness.Add($"elements {type}", [Steps.Map(elements, axes =>
                new LoadExpr(x, [axes[0], axes[1], indices.At(axes[2]).ToIndex(new(0, 4))]))], inputs: given);
        }

        harness.Run();
    }

    [Fact]
    public void A_wrong_index_reaches_no_other_memory()
    {
        var harness = new KernelHarness();
        var (x, y, indices) = (Steps.Buffer("x", DType.Float32, 8), Steps.Buffer("y", DType.Float32, 9), Steps.Buffer("indices", DType.Int64, 9));
        var values = new TensorValue(DType.Int64, [9]);
        for (var i = 0; i < 9; i++)
        {
            values.SetInteger(i, i % 2 == 0 ? 1L << (4 * i) : -1L << (3 * i));
        }

        harness.Add("wild", [Steps.Map(y, axes => new LoadExpr(x, [indices.At(axes[0]).ToIndex(new(0, 7))]))],
            inputs: new Dictionary<TensorBuffer, TensorValue> { [indices] = values }, evaluate: false);
        var result = harness.Results()[0].Value;
        Assert.Equal(9, result.Count);
    }

    [Fact]
    public void Symbolic_sizes()
    {
        var harness = new KernelHarness();
        foreach (var (batch, length) in new[] { (1, 1), (3, 5), (2, 64), (7, 1000), (0, 4), (40, 513) })
        {
            var (b, s) = (new Symbol("b", 0, 64), new Symbol("s", 1, null));
            var x = new TensorBuffer("x", DType.Float32, [b, s, 6]);
            var y = new TensorBuffer("y", DType.Float32, [b, 6, Dim.Of(s) + 1]);
            var z = new TensorBuffer("z", DType.Float32, [b, s, 6]);
            harness.Add($"symbolic {batch} {length}", [
                Steps.Map(z, axes => x.At(axes) + x.At(axes)),
                Steps.Map(y, axes => Expr.Guard(
                    IndexConditions.InRange(axes[2], 0, s), new LoadExpr(x, [axes[0], axes[2], axes[1]]), Expr.Of(Dim.Of(s) * 2).As(DType.Float32)))],
                symbols: new Dictionary<Symbol, long> { [b] = batch, [s] = length });
        }

        harness.Run();
    }

    [Fact]
    public void Parts_of_a_concatenation_share_a_function()
    {
        var harness = new KernelHarness();
        var joined = Steps.Buffer("joined", DType.Float32, 5, 3, 21);
        TensorBuffer[] parts = [.. Enumerable.Range(0, 3).Select(part => Steps.Buffer($"part{part}", DType.Float32, 5, 3, 7))];
        Step[] steps = [.. parts.Select((part, number) => Into(joined, part, 7 * number))];
        harness.Add("concatenation", steps);
        harness.Run();

        var module = new Module();
        var kernels = new KernelModule(module, new());
        KernelCall[] calls = [.. steps.SelectMany(step => KernelPreparation.Prepare(step)).Select(step => KernelGenerator.Generate(step, kernels))];
        Assert.Equal([0, 28, 56], calls.Select(call => call.TargetOffset));
        Assert.Single(calls.Select(call => module.Share(call.Function)).Distinct());

        static MapStep Into(TensorBuffer joined, TensorBuffer part, long start)
        {
            ImmutableArray<Axis> axes = [.. part.Dims.Select((extent, i) => new Axis(extent, $"a{i}"))];
            return new(new(joined, [axes[0], axes[1], Dim.Of(axes[2]) + start]), axes, part.At(axes));
        }
    }

    [Fact]
    public void Large_steps_have_tiles_and_small_ones_one()
    {
        KernelCall Generate(params long[] shape)
        {
            var (x, y) = (Steps.Buffer("x", DType.Float32, shape), Steps.Buffer("y", DType.Float32, shape));
            var step = Steps.Map(y, axes => x.At(axes).Apply(BinaryOp.Max, Expr.Const(DType.Float32, 0.0)));
            return KernelGenerator.Generate(KernelPreparation.Prepare(step).Single(), new KernelModule(new(), new()));
        }

        Assert.Equal(1, Generate(100).Tiles.Value);
        Assert.Equal(1, Generate(8, 16, 16).Tiles.Value);
        Assert.InRange(Generate(1, 64, 112, 112).Tiles.Value, 8, 64);
    }
}
