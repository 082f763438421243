using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using Sconce.Tests.Wasm;

namespace Sconce.Tests.Artifact;

/// <summary>The arithmetic of sizes: what does not fit is told before anything is written, and is never taken for something small.</summary>
public sealed class PlanTests
{
    private const int Context = 4096;

    private static readonly Symbol N = new("n", 1, null), M = new("m", 1, null);

    [Theory]
    [InlineData(DType.UInt8, 1000, 1, true)]
    [InlineData(DType.UInt8, int.MaxValue - 1024, 1, false)] // Input and output have no room beside each other.
    [InlineData(DType.UInt8, 2_000_000_000, 1, true)]
    [InlineData(DType.UInt8, 2_147_483_648, 1, false)]
    [InlineData(DType.UInt8, 4_294_967_295, 1, false)]
    [InlineData(DType.Float32, 65_536, 65_536, false)] // 2^34 bytes, which are 0 in 32 bits.
    [InlineData(DType.Float32, 100, 100, true)]
    public void A_plan_that_does_not_fit_is_0_and_writes_nothing(DType type, long n, long m, bool fits)
    {
        var (size, memory) = Plan(type, [N, M], threads: 1, n, m);
        Assert.Equal(fits, size > 0);
        Assert.Equal(fits, memory.AsSpan(Context + ContextLayout.Symbols + 8, 64).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(64, true)]
    [InlineData(65_537, false)] // 2^32 and a little: which would be a little.
    public void Threads_memory_counts(int threads, bool fits) =>
        Assert.Equal(fits, Plan(DType.Float32, [N], threads, 16_384).Size > 0);

    [Fact]
    public void What_fits_at_no_size_is_refused_when_compiling()
    {
        Assert.Contains("takes 16 GB; WebAssembly's memory holds 4 GB", Refusal(DType.Float32, 65_536, 65_536), StringComparison.Ordinal);
        Assert.Contains("has 2147483648 elements", Refusal(DType.UInt8, 2_147_483_648), StringComparison.Ordinal);
        Assert.Contains("the model needs 9 GB", Refusal(DType.Float32, 805_306_368), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_of_sizes_gives_what_sizes_are()
    {
        var random = new Random(7);
        Dim[] sizes =
        [
            (Dim.Of(N) + 3).FloorDiv(8) * M, (Dim.Of(N) * M * N).FloorDiv(1000), Dim.Max(Dim.Of(N) * 5, Dim.Of(M) * M) - Dim.Min(N, M), ((Dim.Of(N) * N) + 1).Mod(Dim.Of(M) + 2) + 7,
        ];
        var values = Enumerable.Range(0, 30).Select(_ => (N: random.NextInt64(1, 100_000), M: random.NextInt64(1, 100_000))).ToArray();
        var module = new Module();
        for (var i = 0; i < sizes.Length; i++)
        {
            var f = module.Define($"size{i}", [WasmType.I32, WasmType.I32], WasmType.F64);
            f.Return(new SizeCode(f, leaf => f.Parameter(leaf == N ? 0 : 1, "value").AsI32()).Of(sizes[i]));
            module.ExportFunction($"size{i}", f);
        }

        var answer = Assert.Single(NodeEngine.Run(NodeEngine.Job.Of(module, [.. sizes.SelectMany((_, i) => values.Select(v => (object[])[$"size{i}", v.N, v.M]))])));
        Assert.Equal("", answer.Error);
        Assert.Equal(sizes.SelectMany(size => values.Select(v => (double)size.Evaluate(leaf => leaf == N ? v.N : v.M))), answer.Results);
    }

    private static string Refusal(DType type, params long[] dims) =>
        Assert.Throws<SconceException>(() => Write(Program(type, [.. dims.Select(dim => (Dim)dim)]))).Message;

    private static (double Size, byte[] Memory) Plan(DType type, Symbol[] dims, int threads, params long[] values)
    {
        var program = Program(type, [.. dims.Select(symbol => Dim.Of(symbol))]);
        program.Symbols.AddRange(dims);
        var writer = Write(program);
        var set = writer.Module.Define("set", [WasmType.I32, WasmType.I32]);
        set.StoreI32(set.Parameter(0, "at").AsI32(), set.Parameter(1, "value").AsI32());
        writer.Module.ExportFunction("set", set);
        using var file = new MemoryStream();
        writer.WriteTo(file);
        object[][] calls =
        [
            ["set", Context + (int)ContextLayout.Threads, threads],
            .. values.Select((value, i) => (object[])["set", Context + ContextLayout.Symbols + (4 * i), value]),
            ["plan", Context],
        ];
        var answer = Assert.Single(NodeEngine.Run(new NodeEngine.Job(file.ToArray(), calls, Read: 8192)));
        Assert.Equal("", answer.Error);
        return (answer.Results[^1] is var size && size < 0 ? size + 4294967296 : answer.Results[^1], answer.Memory);
    }

    private static ArtifactWriter Write(TensorProgram program) => ArtifactWriter.Create([(Manifest.MainMethod, program)], new SourceInfo("test", ""), 0);

    /// <summary>A copy of a tensor, with memory for each thread of as many float32 as its first dim says.</summary>
    private static TensorProgram Program(DType type, Dim[] dims)
    {
        var program = new TensorProgram();
        TensorBuffer x = new("x", type, [.. dims], BufferKind.Input), y = new("y", type, [.. dims], BufferKind.Output);
        Axis[] axes = [.. dims.Select(dim => new Axis(dim))];
        program.Inputs.Add(("x", x));
        program.Outputs.Add(("y", y));
        program.Steps.Add(new MapStep(Target.Whole(y, [.. axes]), [.. axes], new LoadExpr(x, [.. axes.Select(axis => Dim.Of(axis))]))
        {
            Kernel = new KernelChoice.Loops { ThreadScratch = type == DType.Float32 ? new TensorBuffer("own", DType.Float32, [dims[0]]) : null },
        });
        return program;
    }
}
