using System.Collections.Immutable;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Tensors.Text;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes;

/// <summary>
/// A kind of step that the compiler has never seen goes through everything that stands between lowering and code: what they need to know of a step, its
/// record tells. Only the evaluator, the generator and the reader of texts know kinds.
/// </summary>
public sealed class UnknownStepTests
{
    /// <summary>The sum of squares along an axis, and what is made of it.</summary>
    private sealed record SquaresStep(Target Target, ImmutableArray<Axis> Axes, Axis Along_, Expr Value, Expr Epilogue) : Step
    {
        public override ImmutableArray<Target> Targets => [Target];

        public override ImmutableArray<Computation> Computations =>
        [
            new(Role.Element, Value, Axes) { Over = [Along_] },
            new(Role.Epilogue, Epilogue, Axes) { Accumulators = [Value.Type], Target = Target },
        ];

        public override Dim MultiplyAdds => Dim.Product(Axes.Select(axis => axis.Extent)) * Along_.Extent;

        public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
            this with { Target = targets[0], Value = values[0], Epilogue = values[1] };

        /// <summary>The same by a kind that the evaluator knows.</summary>
        public ReduceStep Known() => new([Target], Axes, [Along_], [new Reducer(Combiner.Sum, Value * Value)], [Epilogue]);
    }

    private readonly TensorProgram program = new();
    private readonly Symbol n = new("n", 1, 64);

    /// <summary>y[i] = max(sum over k of (weight[k] x[k, i])², 1) + 1, with x transposed by a view, in two turns of a loop, and a map that nobody reads.</summary>
    public UnknownStepTests()
    {
        program.Symbols.Add(n);
        TensorBuffer x = new("x", DType.Float32, [5, n], BufferKind.Input), y = new("y", DType.Float32, [n], BufferKind.Output);
        var weight = new TensorBuffer("weight", DType.Float32, [5], BufferKind.Constant, TensorData.Dense(DType.Float32, [5], Bytes(1, 2, 3, 4, 5)));
        program.Inputs.Add(("x", x));
        program.Outputs.Add(("y", y));
        TensorBuffer turned = Temporary("turned", n, 5), half = Temporary("half", 5), sum = Temporary("sum", n), dead = Temporary("dead", n);
        var (i, k) = (new Axis(n, "i"), new Axis(5, "k"));
        program.Steps =
        [
            new MapStep(Target.Whole(turned, [i, k]), [i, k], new LoadExpr(x, [k, i])),
            new MapStep(Target.Whole(half, [k]), [k], new LoadExpr(weight, [k]) * Expr.Const(DType.Float32, 0.5)),
            new LoopStep(new Symbol("turn", 0, 1), 2,
            [
                new SquaresStep(Target.Whole(sum, [i]), [i], k, new LoadExpr(turned, [i, k]) * new LoadExpr(half, [k]), new AccumulatorExpr(0, DType.Float32)) { Origin = new("test::squares", null) },
            ]),
            new MapStep(Target.Whole(dead, [i]), [i], new LoadExpr(sum, [i])),
            new MapStep(Target.Whole(y, [i]), [i], new LoadExpr(sum, [i]).Apply(BinaryOp.Max, Expr.Const(DType.Float32, 1.0)) + Expr.Const(DType.Float32, 1.0)),
        ];
    }

    private static TensorBuffer Temporary(string name, params ImmutableArray<Dim> dims) => new(name, DType.Float32, dims);

    private static byte[] Bytes(params float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();

    [Fact]
    public void Passes_verifier_costs_printer_and_plan_take_it()
    {
        var before = Run();
        RunPasses();
        var step = Assert.Single(StepTree.Leaves(program.Steps).OfType<SquaresStep>());
        Assert.DoesNotContain(StepTree.Leaves(program.Steps), other => other.Targets[0].Buffer.Name is "turned" or "half" or "dead");
        Assert.Equal(["x", "weight"], step.BuffersRead.Select(buffer => buffer.Name));
        Assert.Equal(before, Run());

        Assert.Contains("SquaresStep from \"test::squares\"", ProgramPrinter.Print(program), StringComparison.Ordinal);
        Assert.Equal(Dim.Of(n) * 5, StepCost.MultiplyAdds(step));
        Assert.Equal(Dim.Of(n) * 5 * 2, StepCost.Flops(step).Least - (Dim.Of(n) * 5));
        var plan = MemoryPlan.Of([(program, new ContextLayout(program))])[0];
        Assert.All(step.BuffersRead.Concat(step.Targets.Select(target => target.Buffer)), buffer => Assert.NotNull(plan[buffer]));
    }

    [Fact]
    public void What_follows_outside_of_a_loop_joins_it()
    {
        program.Steps = [.. program.Steps.SelectMany(step => step is LoopStep loop ? [.. loop.Body] : ImmutableArray.Create(step))];
        var before = Run();
        RunPasses();
        var step = Assert.IsType<SquaresStep>(Assert.Single(program.Steps));
        Assert.Equal("y", step.Target.Buffer.Name);
        Assert.Equal(before, Run());
    }

    /// <summary>Nothing is asked of its kernel, for none computes it.</summary>
    private void RunPasses()
    {
        IReadOnlyList<ProgramRule> rules = [];
        foreach (var pass in Pipeline.ProgramPasses)
        {
            pass.Run(program);
            rules = [.. ProgramRules.After(pass.Name, rules).Where(rule => rule.After != "prepare-kernels")];
            ProgramVerifier.Verify(program, pass.Name, rules);
        }
    }

    /// <summary>What the program gives now, with each unknown step as a known one.</summary>
    private float[] Run()
    {
        var known = new TensorProgram { Steps = program.Steps };
        known.Inputs.AddRange(program.Inputs);
        known.Outputs.AddRange(program.Outputs);
        StepTree.Replace(known, step => [step is SquaresStep squares ? squares.Known() : step]);
        var x = TensorData.Dense(DType.Float32, [5, 3], Bytes(0, 2, 3, 0, 5, 6, 0, -8, 9, 1, 11, 12, 0, 14, -15));
        var result = new Evaluator().Run(known, [TensorValue.Of(x)])[0];
        return [.. Enumerable.Range(0, 3).Select(place => (float)result.GetFloat(place))];
    }
}
