using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>
/// Dense linear algebra, one point of the batch after the other: operands go into scratch memory as columns of float64, a function that all such steps share
/// works on them there, and what it leaves goes to the targets.
/// </summary>
internal static class MatrixKernel
{
    private const int Number = sizeof(double);

    public static KernelChoice.Matrices Choose(MatrixStep step) =>
        new() { ThreadScratch = new TensorBuffer($"{step.Targets[0].Buffer.Name}.matrices", DType.Float64, [Areas(step).Aggregate(Dim.Zero, (total, area) => total + area)]) };

    /// <summary>Numbers for each operand, each result, and the work between.</summary>
    private static ImmutableArray<Dim> Areas(MatrixStep step) =>
    [
        .. step.Operands.Select(operand => operand.Row.Extent * operand.Column.Extent), .. step.Results.Select(result => result.Row.Extent * result.Column.Extent),
        MatrixFunctions.Room(step.Work, step.Operands[0].Row.Extent, step.Operands[0].Column.Extent) + 1,
    ];

    public static KernelCall Generate(MatrixStep step, KernelModule module)
    {
        var plan = TilePlan.For(step.Axes, TilePlan.Estimate(step.EachFlops) + Cost.Of(step.Expressions), 1);
        var frame = new KernelFrame("matrix", step, [.. plan.Dims, .. step.AllAxes.Select(axis => axis.Extent), .. Areas(step)], module);
        var f = frame.Function;
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (remaining.IsEmpty)
            {
                Point(frame.Emitter.Nested());
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, [], [], (emitter, start, end) =>
            {
                var counter = f.I32("point");
                f.For(counter, start, end, 1, () =>
                {
                    var inside = emitter.Nested();
                    inside.Bind(remaining[^1], counter);
                    Point(inside);
                });
            });
        });
        return frame.Finish(plan.Tiles, step.Work.ToString().ToLowerInvariant());

        void Point(ExprEmitter at)
        {
            using var scope = f.Scope();
            var (pointer, offset) = at.Address(step.ThreadScratch!, Dim.Zero);
            var places = new List<LocalI32> { f.Let(pointer + (int)offset, "area") };
            foreach (var area in Areas(step)[..^1])
            {
                places.Add(f.Let(places[^1] + (at.Index(area) * Number), "area"));
            }

            foreach (var (operand, area) in step.Operands.Zip(places))
            {
                Load(at, operand, area);
            }

            var sizes = step.Operands.SelectMany(operand => new[] { operand.Row, operand.Column }).Concat(step.Results.SelectMany(result => new[] { result.Row, result.Column }));
            f.Call(MatrixFunctions.For(module, step), [.. places, .. sizes.Select(axis => at.Index(axis.Extent))]);
            foreach (var (i, result) in step.Results.Index())
            {
                Store(at, result, step.Writes[i], places[step.Operands.Length + i]);
            }
        }

        void Load(ExprEmitter at, MatrixOperand operand, I32 area)
        {
            using var scope = f.Scope();
            var (column, row, to) = (f.I32("column"), f.I32("row"), f.Let(area, "to"));
            f.For(column, 0, at.Index(operand.Column.Extent), 1, () =>
            {
                var outer = at.Nested();
                outer.Bind(operand.Column, column);
                f.For(row, 0, outer.Index(operand.Row.Extent), 1, () =>
                {
                    var inner = outer.Nested();
                    inner.Bind(operand.Row, row);
                    inner.Expect(operand.Value);
                    var value = inner.Scalar(operand.Value);
                    f.StoreF64(to, value.Type == WasmType.F64 ? value.AsF64() : F64.PromoteF32(value.AsF32()));
                    f.Set(to, to + Number);
                });
            });
        }

        void Store(ExprEmitter at, MatrixResult result, Target target, I32 area)
        {
            using var scope = f.Scope();
            var (column, row, from) = (f.I32("column"), f.I32("row"), f.Let(area, "from"));
            f.For(column, 0, at.Index(result.Column.Extent), 1, () =>
            {
                var outer = at.Nested();
                outer.Bind(result.Column, column);
                f.For(row, 0, outer.Index(result.Row.Extent), 1, () =>
                {
                    var inner = outer.Nested();
                    inner.Bind(result.Row, row);
                    inner.StoreScalar(target, As(target.Buffer.Type, Memory.LoadF64(from)));
                    f.Set(from, from + Number);
                });
            });
        }
    }

    private static Code As(DType type, F64 value) => type switch
    {
        DType.Float64 => value,
        DType.Float32 => F32.DemoteF64(value),
        DType.Int32 => I32.TruncSatF64S(value),
        DType.Int64 => I64.ExtendI32S(I32.TruncSatF64S(value)),
        _ => throw new NotSupportedException($"A matrix of {type.Name()} does not come out of linear algebra."),
    };
}
