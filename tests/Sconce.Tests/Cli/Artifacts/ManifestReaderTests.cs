using System.Text;
using System.Text.Json.Nodes;
using Sconce.Cli.Artifacts;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli.Artifacts;

public sealed class ManifestReaderTests
{
    private const string Whole = """
        {"format":3,"compiler":"sconce 0.1.0","source":{"name":"m.pt2","sha256":"00"},
         "memory":{"constantsOffset":1024,"constantsEnd":2048,"minPages":1},
         "context":{"symbols":64,"inputs":68,"outputs":72,"header":128},
         "symbols":[{"name":"n","min":2,"max":10,"input":0,"dim":0,"scale":1,"offset":0}],
         "checks":[{"condition":["and",["!=",["%","n",3],0],["or",["<","n",4],[">=",["*","n","n"],25]]],"text":"x.shape[0] % 3 != 0 and …","why":"it was exported so","source":"m.py:3"}],
         "inputs":[{"name":"x","dtype":"float32","shape":["n",3]}],
         "outputs":[{"name":"y","dtype":"int64","shape":[["//",["+","n",1],2]]}],
         "steps":[{"name":"y","operator":"aten::linear","kernel":"gemm","flops":["*","n",6],"bytes":100}],
         "faults":[],"errors":{"1":"aborted"},"parameters":12,"multiplyAdds":["*","n",3],"arena":["+",["*","n",16],64],"threadArena":0}
        """;

    private static ManifestView Read(string json) => ManifestReader.Read(Encoding.UTF8.GetBytes(json), "m.wasm");

    [Fact]
    public void SizesBecomeExpressionsWithBounds()
    {
        var manifest = Read(Whole);
        Assert.Equal(new Interval(96, 224), manifest.Arena.Bounds);
        Assert.Equal(new Interval(1, 5), manifest.Outputs[0].Shape[0].Bounds);
        Assert.Equal(new Interval(12, 60), manifest.Steps[0].Flops.Bounds);
    }

    [Fact]
    public void ConditionsCanBeEvaluated()
    {
        var manifest = Read(Whole);
        var check = Assert.Single(manifest.Checks);
        Assert.Equal([2, 5, 7, 8, 10], Enumerable.Range(2, 9).Where(n => check.Condition.Evaluate(_ => n)));
        Assert.Equal(("x.shape[0] % 3 != 0 and …", "it was exported so", "m.py:3"), (check.Text, check.Why, check.Source));
        var symbols = manifest.Symbols.ToDictionary(symbol => symbol.Name);
        Assert.Equal(check.Condition, ConditionJson.Read(JsonNode.Parse(ConditionJson.Write(check.Condition).ToJsonString()), symbols));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData((1L << 53) + 1)]
    [InlineData(-1 - (1L << 53))]
    public void NumbersBeyondJavaScriptsAreSums(long number)
    {
        var json = DimJson.Write(number).ToJsonString();
        Assert.Equal(number, DimJson.Read(JsonNode.Parse(json), new Dictionary<string, Symbol>()).Value);
        Assert.DoesNotMatch("[0-9]{17}", json);
    }

    [Fact]
    public void WhatIsWrittenOfASizeIsReadBack()
    {
        var n = new Symbol("n", 1, 100);
        Dim dim = n;
        var size = Dim.Max((((dim * 3) + 5).FloorDiv(4) * dim) - 2, Dim.Min(dim.Mod(7), 5)) + 1;
        Assert.Equal(size, DimJson.Read(JsonNode.Parse(DimJson.Write(size).ToJsonString()), new Dictionary<string, Symbol> { ["n"] = n }));
    }

    [Theory]
    [InlineData("\"format\":3", "\"format\":1", "but got format 1, written by sconce 0.1.0")]
    [InlineData("\"format\":3,\"compiler\":\"sconce 0.1.0\",\"source\":", "\"format\":99,\"compiler\":\"sconce 9.0.0\",\"from\":", "written by sconce 9.0.0")]
    [InlineData("\"format\":3", "\"format\":99", "install a newer sconce")]
    [InlineData("\"format\":3,", "", "manifest is damaged")]
    [InlineData("\"format\":3", "\"format\":4", "format 4 without shards")]
    [InlineData("\"faults\"", "\"shards\":[],\"faults\"", "format 3 with shards")]
    [InlineData("3,\"compiler\"", "4,\"shards\":[{\"sha256\":\"../x\",\"bytes\":1,\"addresses\":[1024]}],\"compiler\"", "'../x' with 1 bytes is no shard")]
    [InlineData("3,\"compiler\"", "4,\"shards\":[null],\"compiler\"", "manifest is damaged")]
    [InlineData("\"float32\"", "\"float12\"", "'float12' is unknown")]
    [InlineData("[\"*\",\"n\",6]", "[\"*\",\"m\",6]", "\"m\" is no size")]
    [InlineData("[\"*\",\"n\",6]", "[\"^\",\"n\",6]", "'^' is no operation on sizes")]
    [InlineData("[\"<\",\"n\",4]", "[\"in\",\"n\",4]", "is no condition on sizes")]
    [InlineData("{\"name\":\"m.pt2\",\"sha256\":\"00\"}", "null", "manifest is damaged")]
    [InlineData("[{\"name\":\"x\",\"dtype\":\"float32\",\"shape\":[\"n\",3]}]", "[null]", "manifest is damaged")]
    [InlineData("\"parameters\":12,", "", "manifest is damaged")]
    [InlineData(",\"dtype\":\"float32\"", "", "manifest is damaged")]
    [InlineData("\"operator\":\"aten::linear\",", "", "manifest is damaged")]
    [InlineData("\"max\":10", "\"max\":1", "an empty range")]
    [InlineData("\"offset\":0}]", "\"offset\":0},{\"name\":\"n\",\"min\":2,\"max\":10,\"input\":0,\"dim\":0,\"scale\":1,\"offset\":0}]", "two entries")]
    [InlineData("}", "", "manifest is damaged")]
    public void DamageIsSaid(string right, string wrong, string message)
    {
        var error = Assert.Throws<SconceException>(() => Read(Whole.Replace(right, wrong)));
        Assert.Contains(message, error.Message);
        Assert.Contains("m.wasm", error.Message);
    }

    [Fact]
    public void ASizeThatNestsWithoutEndIsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("[\"+\",1,", 5000)) + "1" + new string(']', 5000);
        Assert.Throws<SconceException>(() => Read(Whole.Replace("[\"*\",\"n\",6]", deep)));
    }
}
