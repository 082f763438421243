using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes;

public class HoistFromLoopsTests
{
    private static readonly Symbol Turn = new("turn", 0, 9);

    private static TensorBuffer New(string name, BufferKind kind = BufferKind.Temporary) => new(name, DType.Float32, [10], kind);

    private static MapStep Copy(TensorBuffer from, TensorBuffer to, Func<Axis, Dim>? index = null)
    {
        var axis = new Axis(10);
        return new MapStep(Target.Whole(to, [axis]), [axis], new LoadExpr(from, [index?.Invoke(axis) ?? axis]));
    }

    [Fact]
    public void Takes_out_what_stays_the_same_and_nothing_else()
    {
        var (weights, state, packed, twice, turned, output) = (New("w", BufferKind.Input), New("state"), New("packed"), New("twice"), New("turned"), New("out"));
        var program = new TensorProgram();
        program.Steps.Add(Copy(weights, state));
        program.Steps.Add(new LoopStep(Turn, 10,
        [
            Copy(weights, packed),
            Copy(packed, twice),
            Copy(weights, turned, axis => (Dim.Of(axis) + Turn).Mod(10)),
            Copy(state, output),
            Copy(turned, state),
        ]));
        HoistFromLoops.Run(program);

        Assert.Equal([state, packed, twice], program.Steps.Take(3).Select(step => step.Targets[0].Buffer));
        Assert.Equal([turned, output, state], Assert.IsType<LoopStep>(program.Steps[3]).Body.Select(step => step.Targets[0].Buffer));
    }
}
