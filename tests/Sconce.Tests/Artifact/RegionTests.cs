using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Tensors.Text;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using Sconce.Tests.Wasm;

namespace Sconce.Tests.Artifact;

/// <summary>Programs with regions and found sizes: what the evaluator gives, the code gives too, before all passes and after them.</summary>
public sealed class RegionTests
{
    private const int Context = 4096;

    private const string Branches = """
        program
        symbol n in [0, 64]
        input x: float32[n]
        temporary sum: float32[]
        temporary z: float32[n]
        temporary twice: float32[n]
        output y: float32[n]
        given "x" x
        gives "y" y
        reduce combine=sum
          element along i < n = x[i]
          epilogue -> sum[] = acc0
        if from "higher_order::cond"
          element = gt(sum[], 3:float32)
        then {
          map
            result over i < n -> twice[i] = mul(x[i], 2:float32)
          map
            result over i < n -> z[i] = add(twice[i], sum[])
        }
        else {
          map
            result over i < n -> z[i] = neg(x[i])
        }
        map
          result over i < n -> y[i] = add(z[i], 1:float32)

        """;

    /// <summary>Doubles until the sum is beyond 100, and counts the turns: of what is carried, each turn reads what the last one wrote.</summary>
    private const string While = """
        program
        symbol n in [0, 64]
        input x: float32[n]
        temporary h: float32[n]
        temporary next: float32[n]
        temporary turns: float32[]
        temporary sum: float32[]
        temporary more: bool[]
        temporary c: float32[]
        temporary half: float32[n]
        output y: float32[n]
        given "x" x
        gives "y" y
        map
          result over i < n -> h[i] = x[i]
        map
          result -> turns[] = 0:float32
        while {
          reduce combine=sum
            element along i < n = h[i]
            epilogue -> sum[] = acc0
          map
            result -> more[] = lt(sum[], 100:float32)
        }
          element = and(more[], lt(turns[], 9:float32))
        do {
          map
            result over i < n -> half[i] = div(x[i], 2:float32)
          map
            result over i < n -> next[i] = add(mul(h[i], 2:float32), half[i])
          map
            result over i < n -> h[i] = next[i]
          map
            result -> c[] = add(turns[], 1:float32)
          map
            result -> turns[] = c[]
        }
        map
          result over i < n -> y[i] = add(h[i], turns[])

        """;

    /// <summary>The elements above 1, and as many turns of a loop as there are.</summary>
    private const string Found = """
        program
        symbol n in [0, 64]
        found u in [0, n] at many
        input x: float32[n]
        temporary before: int64[n]
        temporary picked: float32[u]
        temporary added: float32[u]
        output y: float32[n]
        given "x" x
        gives "y" y
        reduce combine=sum
          element along i < n = int32(gt(x[i], 1:float32))
          epilogue -> many[] = acc0
        scan combine=sum
          element along i < n = int64(gt(x[i], 1:float32))
          epilogue along i -> before[i] = acc0
        map
          result over i < u -> picked[i] = 0:float32
        scatter mode=set
          element over i < n = x[i]
          element over i = gt(x[i], 1:float32)
          writes picked[{sub(before[i], 1:int64) in 0..63}]
        map
          result over i < u -> added[i] = add(picked[i], float32(index(u)))
        loop t times u {
          map
            result over i < u -> picked[i] = add(added[i], float32(index(t)))
        }
        map
          result over i < n -> y[i] = guard(lt(index(i), index(u)), picked[i], -1:float32)

        """;

    public static TheoryData<string, double[]> Programs => new()
    {
        { Branches, [1, 2, 3] }, { Branches, [1, 1, -4] }, { Branches, [] }, { While, [1, 2, 3, 4] }, { While, [60, 60] }, { While, [] }, { While, [0] },
        { Found, [1, 2, 3, 0.5, 7] }, { Found, [0, 1] }, { Found, [] },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void Code_does_what_the_evaluator_does(string text, double[] input)
    {
        var program = ProgramParser.Parse(text);
        var wanted = Evaluate(program, input);
        Assert.Equal(ProgramPrinter.Print(program), ProgramPrinter.Print(ProgramParser.Parse(ProgramPrinter.Print(program))));
        Sconce.Compiler.Pipeline.Run(program, verify: true);
        Assert.Equal(wanted, Evaluate(program, input));
        Assert.Equal(wanted, Run(program, input));
    }

    [Fact]
    public void Branches_are_what_the_evaluator_chooses()
    {
        Assert.Equal([9.0, 11, 13], Evaluate(ProgramParser.Parse(Branches), [1, 2, 3]));
        Assert.Equal([0.0, 0, 5], Evaluate(ProgramParser.Parse(Branches), [1, 1, -4]));
        Assert.Equal([52.5, 100], Evaluate(ProgramParser.Parse(While), [1, 2]));
    }

    /// <summary>A test once more than there are turns; and a loop that is counted makes all its turns each time.</summary>
    [Fact]
    public void What_a_loop_costs_is_told_by_its_turns()
    {
        var loop = ProgramParser.Parse(While).Steps.OfType<WhileStep>().Single();
        var flops = StepCost.Flops(loop);
        var (test, body) = (loop.Test.Select(StepCost.Flops), loop.Body.Select(StepCost.Flops));
        Assert.Equal(Dim.Sum(test.Select(cost => cost.Once)), flops.Once);
        Assert.Equal([(loop, Dim.Sum(test.Concat(body).Select(cost => cost.Once)))], flops.Turns);
        Assert.Equal(7, StepCost.Turns(loop).With(_ => 7, cost => cost));

        var counter = Symbol.Counter("t", 5);
        var counted = StepCost.Turns(new LoopStep(counter, 5, [new LoopStep(Symbol.Counter("r", 3), 3, [loop with { }]), loop]));
        Assert.Equal(5 + (5 * 3), counted.Once);
        Assert.Equal(2, counted.Turns.Length);
    }

    [Fact]
    public void What_only_one_branch_writes_is_not_written()
    {
        var text = Branches.Replace("-> z[i] = neg(x[i])", "-> twice[i] = neg(x[i])", StringComparison.Ordinal);
        var error = Assert.Throws<SconceException>(() => ProgramVerifier.Verify(ProgramParser.Parse(text), "reading"));
        Assert.Contains("z is read before anything writes it", error.Message, StringComparison.Ordinal);
    }

    private static double[] Evaluate(TensorProgram program, double[] input)
    {
        var value = new TensorValue(DType.Float32, [input.Length]);
        foreach (var (i, number) in input.Index())
        {
            value.SetFloat(i, number);
        }

        var output = new Evaluator().Run(program, [value])[0];
        return [.. Enumerable.Range(0, input.Length).Select(i => output.GetFloat(i))];
    }

    private static double[] Run(TensorProgram program, double[] input)
    {
        var writer = ArtifactWriter.Create([(Manifest.MainMethod, program)], new SourceInfo("test", ""), 0);
        var layout = new ContextLayout(program);
        Export(writer.Module, layout);
        using var file = new MemoryStream();
        writer.WriteTo(file);
        List<object[]> calls =
        [
            ["set", Context + (int)ContextLayout.Threads, 1], ["set", Context + ContextLayout.Symbols, input.Length], ["plan", Context],
            .. input.Index().Select(item => (object[])["give", item.Index, item.Item]), ["run", Context, 0, program.Steps.Count],
        ];
        var first = calls.Count;
        calls.AddRange(input.Index().Select(item => (object[])["take", item.Index]));
        var answer = Assert.Single(NodeEngine.Run(new NodeEngine.Job(file.ToArray(), [.. calls], Pages: 4)));
        Assert.Equal("", answer.Error);
        return [.. answer.Results.Skip(first)];
    }

    /// <summary>set(address, value), give(place, number) to the input, take(place) of the output.</summary>
    private static void Export(Module module, ContextLayout layout)
    {
        var set = module.Define("set", [WasmType.I32, WasmType.I32]);
        set.StoreI32(set.Parameter(0, "at").AsI32(), set.Parameter(1, "value").AsI32());
        var give = module.Define("give", [WasmType.I32, WasmType.F64]);
        give.StoreF32(Memory.LoadI32(Context, (uint)layout.Inputs) + (give.Parameter(0, "place").AsI32() * sizeof(float)), F32.DemoteF64(give.Parameter(1, "number").AsF64()));
        var take = module.Define("take", [WasmType.I32], WasmType.F64);
        take.Return(F64.PromoteF32(Memory.LoadF32(Memory.LoadI32(Context, (uint)layout.Outputs) + (take.Parameter(0, "place").AsI32() * sizeof(float)))));
        foreach (var (name, function) in (ReadOnlySpan<(string, FunctionBuilder)>)[("set", set), ("give", give), ("take", take)])
        {
            module.ExportFunction(name, function);
        }
    }
}
