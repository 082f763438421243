using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Kernels;

namespace Sconce.Tests.Passes;

public class SettleChecksTests
{
    private static readonly Axis I = new(10, "i");

    private readonly TensorBuffer given = new("given", DType.Int64, [10], BufferKind.Input);
    private readonly TensorProgram program = new();

    private Expr Given => given.At(I);

    private static Expr Number(long value) => Expr.Const(DType.Int64, value);

    private CheckStep Add(Expr wrong, params Axis[] axes)
    {
        var check = new CheckStep(new Target(CheckStep.FaultBuffer("fault"), [0]), [.. axes.Length == 0 ? [I] : axes], wrong, Number(0), 10, "wrong");
        program.Steps.Add(check);
        return check;
    }

    private static Expr OutOf(Expr index, long size) => (index < Number(0)) | (index >= Number(size));

    private int Left()
    {
        SettleChecks.Run(program);
        return program.Steps.OfType<CheckStep>().Count();
    }

    public static TheoryData<string, int> Bounded => new()
    {
        { "position", 10 }, { "clamp", 9 }, { "modulo", 7 }, { "constant", 6 }, { "argmax", 10 }, { "halves", 5 }, { "byte", 256 },
    };

    /// <summary>An index that cannot leave a dim of so many elements, but could leave one of fewer.</summary>
    private Expr Index(string kind)
    {
        switch (kind)
        {
            case "position":
                return Expr.Of(I);
            case "clamp":
                return Given.Apply(BinaryOp.Max, Number(0)).Apply(BinaryOp.Min, Number(8));
            case "modulo":
                return Given.Apply(BinaryOp.Mod, Number(7));
            case "constant":
                return new TensorBuffer("table", DType.Int64, [10], BufferKind.Constant, TensorData.Dense(
                    DType.Int64, [10], MemoryMarshal.AsBytes<long>([3, 1, 4, 1, 5, 0, 2, 5, 3, 5]).ToArray())).At(I);
            case "halves":
                return Expr.Of(I).Apply(BinaryOp.FloorDiv, Number(2));
            case "byte":
                return new TensorBuffer("bytes", DType.UInt8, [10], BufferKind.Input).At(I).As(DType.Int64);
            default:
                var (row, column, place) = (new Axis(10), new Axis(10), new TensorBuffer("place", DType.Int64, [10]));
                program.Steps.Add(Kernels.Steps.Reduce(place, [row], [column], Combiner.ArgMax, new TensorBuffer("scores", DType.Float32, [10, 10], BufferKind.Input).At(row, column)));
                return place.At(I);
        }
    }

    [Theory]
    [MemberData(nameof(Bounded))]
    public void What_bounds_prove_is_dropped(string kind, int size)
    {
        Add(OutOf(Index(kind), size));
        Assert.Equal(0, Left());
    }

    [Theory]
    [MemberData(nameof(Bounded))]
    public void What_they_do_not_prove_stays(string kind, int size)
    {
        Add(OutOf(Index(kind), size - 1));
        Assert.Equal(1, Left());
    }

    [Fact]
    public void A_check_that_was_made_before_is_dropped()
    {
        Add(OutOf(Given, 10));
        var other = new Axis(10, "j");
        Add((given.At(other) < Number(0)) | (given.At(other) >= Number(10)), other);
        Add(OutOf(Given, 9));
        Assert.Equal(2, Left());
    }

    [Fact]
    public void Of_a_buffer_that_is_written_in_between_both_stay()
    {
        var state = new TensorBuffer("state", DType.Int64, [10], BufferKind.State);
        Add(OutOf(state.At(I), 10));
        program.Steps.Add(new MapStep(Target.Whole(state, [I]), [I], state.At(I) + Number(1)));
        program.Steps.Add(new MapStep(Target.Whole(state, [I]), [I], state.At(I) + Number(1)));
        Add(OutOf(state.At(I), 10));
        Assert.Equal(2, Left());
    }

    [Fact]
    public void An_axis_on_which_nothing_depends_is_gone_along_once_if_at_all()
    {
        var (idle, maybe) = (new Axis(50, "idle"), new Axis(new Symbol("n", 0, 9), "maybe"));
        Add(OutOf(Given, 10), idle, I, maybe);
        SettleChecks.Run(program);
        var axes = Assert.IsType<CheckStep>(program.Steps[0]).Axes;
        Assert.Equal(2, axes.Length);
        Assert.Same(I, axes[0]);
        Assert.Equal(Dim.Min(maybe.Extent, 1), axes[1].Extent);
    }

    /// <summary>Whatever is decided of a random condition holds at every point, whatever the input is.</summary>
    [Property(MaxTest = 400)]
    public Property What_is_decided_holds_everywhere() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var bytes = new TensorBuffer("bytes", DType.Int8, [10], BufferKind.Input);
        var condition = Expression(3).Apply(new[] { BinaryOp.Lt, BinaryOp.Gt, BinaryOp.Le, BinaryOp.Ge, BinaryOp.Eq, BinaryOp.Ne }[random.Next(6)], Expression(2));
        if (new ValueRanges(new ProgramUses(new TensorProgram())).Decide(condition) is not { } decided)
        {
            return;
        }

        var (evaluator, values, result) = (new Evaluator(), new TensorValue(DType.Int8, [10]), new TensorBuffer("result", DType.Bool, [10]));
        for (var i = 0; i < 10; i++)
        {
            values.SetInteger(i, random.Next(-128, 128));
        }

        evaluator.Set(bytes, values);
        evaluator.Run(new MapStep(Target.Whole(result, [I]), [I], condition));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(decided ? 1 : 0, evaluator.Get(result).GetInteger(i));
        }

        Expr Expression(int depth) => depth == 0 || random.Next(4) == 0
            ? random.Next(3) switch { 0 => Number(random.Next(-5, 20)), 1 => Expr.Of(I), _ => bytes.At(I).As(DType.Int64) }
            : random.Next(12) switch
            {
                0 => Expression(depth - 1) + Expression(depth - 1),
                1 => Expression(depth - 1) - Expression(depth - 1),
                2 => Expression(depth - 1) * Expression(depth - 1),
                3 => Expression(depth - 1).Apply(BinaryOp.Min, Expression(depth - 1)),
                4 => Expression(depth - 1).Apply(BinaryOp.Max, Expression(depth - 1)),
                5 => Expression(depth - 1).Apply(BinaryOp.Mod, Number(random.Next(1, 9))),
                6 => Expression(depth - 1).Apply(BinaryOp.FloorDiv, Number(random.Next(1, 9))),
                7 => Expression(depth - 1).Apply(BinaryOp.Rem, Number(random.Next(1, 9))),
                8 => Expression(depth - 1).Apply(BinaryOp.And, Number(random.Next(0, 63))),
                9 => -Expression(depth - 1),
                10 => Expression(depth - 1).As(DType.Int8).As(DType.Int64),
                _ => Expr.Select(Expression(depth - 1) < Expression(depth - 1), Expression(depth - 1), Expression(depth - 1)),
            };
    });
}
