using System.Text.Json;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Diagnostics;

/// <summary>Small files that ask for much, each kind by itself: refused with one clear error, or compiled with little; and what honest models take.</summary>
public sealed class BudgetTests
{
    /// <summary>Work is counted, not timed: four times the nodes take four times the work, and a little more for what they share.</summary>
    [Theory]
    [InlineData(nameof(Pointwise))]
    [InlineData(nameof(Scan))]
    [InlineData(nameof(Tree))]
    public void WorkIsLinearInNodes(string kind)
    {
        Func<int, byte[]> write = kind switch { nameof(Pointwise) => Pointwise, nameof(Scan) => Scan, _ => Tree };
        var (small, large) = (Compile(write(100)), Compile(write(400)));
        Assert.InRange(large.Work, 3 * small.Work, 5 * small.Work);
        Assert.InRange(large.Work, 1, Budget.LeastWork / 100);
    }

    /// <summary>Each of these maps of an index would be put into the next without end.</summary>
    [Theory]
    [InlineData("roll", 9)]
    [InlineData("roll", 100)]
    [InlineData("reshape", 8)]
    [InlineData("reshape", 40)]
    [InlineData("shuffle", 12)]
    [InlineData("shuffle", 40)]
    public void ChainsOfViewsCompile(string kind, int length)
    {
        var compiled = Compile(Views(kind, length));
        Assert.InRange(compiled.Work, 1, 200_000L * length);
        var indices = compiled.Program.Steps.SelectMany(step => step.Expressions).OfType<LoadExpr>().SelectMany(load => load.Index);
        Assert.All(indices, index => Assert.InRange(index.Size, 0, 1024));
    }

    [Fact]
    public void KeysThatMultiplyAreRefused()
    {
        var model = new WrittenModel();
        var x = model.Input("x", 2, 3);
        var key = new string('k', 200_000);
        var leaves = string.Join(',', Enumerable.Repeat("""{"type":null,"context":null,"children_spec":[]}""", 2000));
        model.OutputTree = $$"""{"type":"builtins.dict","context":"[\"{{key}}\"]","children_spec":[{"type":"builtins.tuple","context":"null","children_spec":[{{leaves}}]}]}""";
        var file = model.Write(x);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<SconceException>(() => Compile(file));
        Assert.Contains("--budget", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (20L * file.Length) + (256 << 20));
    }

    [Fact]
    public void EqualNamesAreNumberedInOneGo()
    {
        var model = new WrittenModel();
        string[] outputs = [.. Enumerable.Repeat(model.Node("relu.default", [2, 3], ("self", model.Input("x", 2, 3))), 20_000)];
        var leaves = string.Join(',', outputs.Select(_ => """{"type":null,"context":null,"children_spec":[]}"""));
        var keys = JsonSerializer.Serialize(JsonSerializer.Serialize(outputs.Select(_ => "a")));
        model.OutputTree = $$"""{"type":"builtins.dict","context":{{keys}},"children_spec":[{{leaves}}]}""";
        using var budget = Budget.Begin(0);
        var graph = Compiler.Frontends.Frontend.Read(model.Write(outputs), "m.pt2");
        Assert.Equal("a_20000", graph.Outputs[^1].Name);
        Assert.InRange(budget.Budget.Memory, 0, 1_000_000);
    }

    [Fact]
    public void FoldingBoundsItsWork()
    {
        var model = new WrittenModel();
        var ones = model.Node("ones.default", [1L << 31], ("size", new[] { 1L << 31 }));
        SmallWork(model.Write(model.Node("sum.default", [], ("self", ones))));
    }

    [Fact]
    public void APickleThatRemembersWithoutEndIsRefused()
    {
        byte[] pickle = [0x80, 4, (byte)'N', .. Enumerable.Repeat((byte)0x94, 20 << 20), (byte)'.'];
        var error = Assert.Throws<SconceException>(() => PickleReader.Read(pickle, new Where("m.pt2")));
        Assert.Contains("remembers more than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SizesWhoseProductsExplodeAreRefused()
    {
        var model = new WrittenModel();
        string[] symbols = [.. Enumerable.Range(0, 40).Select(i => SymbolText($"s{i}"))];
        foreach (var (i, symbol) in symbols.Index())
        {
            model.Input($"x{i}", symbol);
        }

        object sum = $"Add({string.Join(", ", symbols)})";
        var error = Assert.Throws<SconceException>(() =>
            Compile(model.Write(model.Node("sum.default", [], ("self", model.Input("x", sum, sum, sum, sum))))));
        Assert.Contains($"more than {Dim.MostTerms} terms", error.Message, StringComparison.Ordinal);
        Assert.Contains("aten::sum", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Halved and tripled in turn, a size holds every division that made it.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(30)]
    public void SizesOfManyDivisionsTakeLittleOrAreRefused(int levels)
    {
        var model = new WrittenModel();
        var size = SymbolText("s0");
        var value = model.Input("x", 1, 1, size);
        for (var level = 0; level < levels; level++)
        {
            var half = $"FloorDiv({size}, Integer(2))";
            var pooled = model.Node("avg_pool1d.default", [1, 1, half], ("self", value), ("kernel_size", new[] { 2L }), ("stride", new[] { 2L }));
            size = $"Mul(Integer(3), {half})";
            value = model.Node("cat.default", [1, 1, size], ("tensors", new[] { pooled, pooled, pooled }), ("dim", 2));
        }

        SmallWork(model.Write(value));
    }

    [Fact]
    public void DeepExpressionsAreRefusedBeforeTheStackOverflows()
    {
        var symbol = new Symbol("s", 1, null);
        Assert.Throws<SconceException>(() =>
        {
            Dim dim = symbol;
            for (var i = 0; i < 100_000; i++)
            {
                dim = Dim.Max((dim * symbol) - i, i).FloorDiv(7);
            }
        });
        Assert.Throws<SconceException>(() =>
        {
            var value = Expr.Const(DType.Float32, 1.0);
            for (var i = 0; i < 100_000; i++)
            {
                value += value;
            }
        });
    }

    [Fact]
    public void AnErrorSaysWhatWasTooMuchAndWhatToDo()
    {
        var file = Pointwise(200);
        var error = Assert.Throws<SconceException>(() => Compilation.Compile(file, "m.pt2", new CompileOptions { Budget = 1e-5 }));
        Assert.Contains("units of work", error.Message, StringComparison.Ordinal);
        Assert.Contains("--budget 10", error.Message, StringComparison.Ordinal);
        Assert.Null(Budget.Current);
    }

    private static string SymbolText(string name) => $"Symbol('{name}', positive=True, integer=True)";

    private static Compilation Compile(byte[] file) => Compilation.Compile(file, "m.pt2");

    private static void SmallWork(byte[] file)
    {
        try
        {
            Assert.InRange(Compile(file).Work, 0, Budget.LeastWork / 10);
        }
        catch (SconceException)
        {
            // Refused is as good.
        }
    }

    private static byte[] Pointwise(int nodes)
    {
        var model = new WrittenModel();
        var value = model.Input("x", 2, 8);
        for (var i = 0; i < nodes; i++)
        {
            value = i % 2 == 0 ? model.Node("sin.default", [2, 8], ("self", value)) : model.Node("mul.Tensor", [2, 8], ("self", value), ("other", 1.5));
        }

        return model.Write(value);
    }

    private static byte[] Scan(int turns)
    {
        var model = new WrittenModel();
        var input = model.Input("x", 1, turns, 8);
        var state = model.Node("mul.Tensor", [1, 8], ("self", model.Input("h", 1, 8)), ("other", 0.5));
        var results = new List<string>();
        for (var t = 0; t < turns; t++)
        {
            var now = model.Node("select.int", [1, 8], ("self", input), ("dim", 1), ("index", t));
            state = model.Node("add.Tensor", [1, 8], ("self", model.Node("mul.Tensor", [1, 8], ("self", state), ("other", 0.9))), ("other", now));
            results.Add(model.Node("sum.dim_IntList", [1, 1], ("self", state), ("dim", new[] { 1L }), ("keepdim", 1)));
        }

        return model.Write(model.Node("cat.default", [1, turns], ("tensors", results.ToArray()), ("dim", 1)));
    }

    private static byte[] Tree(int leaves)
    {
        var model = new WrittenModel();
        var input = model.Input("x", 2, 8);
        List<(string Name, int Width)> level = [.. Enumerable.Range(0, leaves).Select(i => (model.Node("mul.Tensor", [2, 8], ("self", input), ("other", i + 0.5)), 8))];
        while (level.Count > 1)
        {
            level = [.. level.Chunk(2).Select(pair => pair is [var one, var two]
                ? (model.Node("cat.default", [2, one.Width + two.Width], ("tensors", new[] { one.Name, two.Name }), ("dim", 1)), one.Width + two.Width)
                : pair[0])];
        }

        return model.Write(level[0].Name);
    }

    private static byte[] Views(string kind, int length)
    {
        var model = new WrittenModel();
        var value = kind == "shuffle" ? model.Input("x", 4, 6, 10) : model.Input("x", 5, 7);
        for (var i = 0; i < length; i++)
        {
            value = kind switch
            {
                "roll" => model.Node("roll.default", [5, 7], ("self", value), ("shifts", new[] { 3L + i })),
                "reshape" => model.Node(
                    "reshape.default", [5, 7], ("self", model.Node("permute.default", [7, 5], ("self", value), ("dims", new[] { 1L, 0 }))), ("shape", new[] { 5L, 7 })),
                _ => model.Node(
                    "permute.default", [4, 6, 10],
                    ("self", model.Node("reshape.default", [10, 4, 6],
                        ("self", model.Node("pixel_shuffle.default", [1, 12, 20], ("self", value), ("upscale_factor", 2))), ("shape", new[] { 10L, 4, 6 }))),
                    ("dims", new[] { 1L, 2, 0 })),
            };
        }

        return model.Write(model.Node("mul.Tensor", kind == "shuffle" ? [4, 6, 10] : [5, 7], ("self", value), ("other", 2.0)));
    }
}
