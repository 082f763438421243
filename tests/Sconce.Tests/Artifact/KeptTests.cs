using Sconce.Compiler.Artifact;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using Sconce.Tests.Wasm;
using Complex = System.Numerics.Complex;

namespace Sconce.Tests.Artifact;

/// <summary>What kernels keep from run to run is made again when sizes are others, and only then.</summary>
public sealed class KeptTests
{
    private const int Context = 4096;

    [Fact]
    public void Tables_follow_the_sizes_of_each_run()
    {
        // Of 16 and 34 elements passes and a convolution; more rows move the table elsewhere, and back.
        (long Rows, long Size)[] runs = [(1, 16), (1, 34), (1, 34), (3, 34), (1, 34), (2, 16), (9, 15), (1, 16), (1, 4)];
        var (rows, size) = (new Symbol("rows", 1, null), new Symbol("size", 1, 1 << 20));
        var program = new TensorProgram();
        program.Symbols.AddRange([rows, size]);
        var x = new TensorBuffer("x", DType.Float64, [rows, size], BufferKind.Input);
        var z = Discrete.Half(new LoweringContext(program), x, size, Expr.Const(DType.Float64, 1.0));
        program.Inputs.Add(("x", x));
        foreach (var (name, part) in (ReadOnlySpan<(string, TensorBuffer)>)[("real", z.Real), ("imaginary", z.Imaginary)])
        {
            part.Kind = BufferKind.Output;
            program.Outputs.Add((name, part));
        }

        program.Steps = [.. program.Steps.SelectMany(step => KernelPreparation.Prepare(step))];
        var writer = ArtifactWriter.Create([(Manifest.MainMethod, program)], new SourceInfo("test", ""), 0);
        var layout = new ContextLayout(program);
        Export(writer.Module, layout);
        using var file = new MemoryStream();
        writer.WriteTo(file);

        var calls = new List<object[]> { new object[] { "set", Context + (int)ContextLayout.Threads, 1 } };
        var wanted = new List<(int Call, double Value, string What)>();
        var random = new Random(5);
        foreach (var (count, length) in runs)
        {
            // The memory behind a plan is whatever was there before.
            calls.Add(["set", Context + ContextLayout.Symbols, count]);
            calls.Add(["set", Context + ContextLayout.Symbols + 4, length]);
            calls.Add(["plan", Context]);
            for (var repeat = 0; repeat < 2; repeat++)
            {
                Complex[] given = [.. Enumerable.Range(0, (int)(count * length)).Select(_ => new Complex(random.NextDouble() - 0.5, 0))];
                calls.AddRange(given.Select((number, i) => (object[])["give", i, number.Real]));
                calls.Add(["run", Context, 0, program.Steps.Count]);
                var half = (length / 2) + 1;
                for (var row = 0; row < count; row++)
                {
                    var result = FourierTransform.Forward(given.AsSpan((int)(row * length), (int)length));
                    for (var k = 0; k < half; k++)
                    {
                        wanted.Add((calls.Count, result[k].Real, $"{count} x {length}: real part {k} of row {row}"));
                        calls.Add(["take", 0, (row * half) + k]);
                        wanted.Add((calls.Count, result[k].Imaginary, $"{count} x {length}: imaginary part {k} of row {row}"));
                        calls.Add(["take", 1, (row * half) + k]);
                    }
                }
            }
        }

        var answer = Assert.Single(NodeEngine.Run(new NodeEngine.Job(file.ToArray(), [.. calls], Pages: 4)));
        Assert.Equal("", answer.Error);
        foreach (var (call, value, what) in wanted)
        {
            Assert.True(Math.Abs(answer.Results[call] - value) < 1e-13, $"{what} is {answer.Results[call]}, not {value}.");
        }
    }

    /// <summary>set(address, value), give(place, number) to the input, take(output, place).</summary>
    private static void Export(Module module, ContextLayout layout)
    {
        var set = module.Define("set", [WasmType.I32, WasmType.I32]);
        set.StoreI32(set.Parameter(0, "at").AsI32(), set.Parameter(1, "value").AsI32());
        var give = module.Define("give", [WasmType.I32, WasmType.F64]);
        give.StoreF64(Memory.LoadI32(Context, (uint)layout.Inputs) + (give.Parameter(0, "place").AsI32() * sizeof(double)), give.Parameter(1, "number").AsF64());
        var take = module.Define("take", [WasmType.I32, WasmType.I32], WasmType.F64);
        take.Return(Memory.LoadF64(
            Memory.LoadI32((take.Parameter(0, "output").AsI32() * 4) + Context, (uint)layout.Outputs) + (take.Parameter(1, "place").AsI32() * sizeof(double))));
        foreach (var (name, function) in (ReadOnlySpan<(string, FunctionBuilder)>)[("set", set), ("give", give), ("take", take)])
        {
            module.ExportFunction(name, function);
        }
    }
}
