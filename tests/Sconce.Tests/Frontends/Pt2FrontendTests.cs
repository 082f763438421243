using System.IO.Compression;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Passes.Functionalisation;

namespace Sconce.Tests.Frontends;

public sealed class Pt2FrontendTests
{
    [Fact]
    public void An_archive_may_be_larger_than_an_array()
    {
        using var file = new SparseStream();
        using (var from = ZipFile.OpenRead(Path.Combine(ModelFiles.Operators, "tied-float32.pt2")))
        using (var to = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var root = from.Entries[0].FullName.Split('/')[0];
            Write(to, $"{root}/data/zeros", stream =>
            {
                var zeros = new byte[1 << 20];
                for (var megabyte = 0; megabyte < 2100; megabyte++)
                {
                    stream.Write(zeros);
                }
            });
            foreach (var entry in from.Entries)
            {
                Write(to, entry.FullName, stream =>
                {
                    using var contents = entry.Open();
                    contents.CopyTo(stream);
                });
            }
        }

        Assert.True(file.Length > int.MaxValue);
        file.Position = 0;
        var graph = Frontend.Read(file, "large.pt2");
        Assert.Equal(101 * 24, graph.Inputs.Max(input => input.Data?.ElementCount));
        using var cut = new SparseStream(file, file.Length - 1);
        Assert.Contains("has no end", Assert.Throws<SconceException>(() => Frontend.Read(cut, "large.pt2")).Message, StringComparison.Ordinal);

        static void Write(ZipArchive archive, string name, Action<Stream> write)
        {
            using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            write(stream);
        }
    }

    [Fact]
    public void EveryModelFileReadsToAGraphThatBecomesPure()
    {
        foreach (var path in ModelFiles.All)
        {
            var file = File.ReadAllBytes(path);
            foreach (var model in Frontend.ModelNames(ModelBytes.Of(file), path))
            {
                var graph = Frontend.Read(file, Path.GetFileName(path), model);
                Assert.NotEmpty(graph.Outputs);
                Assert.All(GraphWalk.Nodes(graph.Body).SelectMany(node => node.Outputs), value =>
                    Assert.True(value.Type is not GraphType.Tensor { Shape: null }, $"{path}: {value} has no shape"));
                GraphVerifier.Verify(graph, "reading", []);
                Functionalise.Run(graph);
                GraphVerifier.Verify(graph, "functionalise", GraphRules.All);
                DeadCode.Run(graph);
                GraphVerifier.Verify(graph, "dead code", GraphRules.All);
            }
        }
    }

    [Fact]
    public void SeveralModelsAreAskedForByName()
    {
        var file = Archive("several");
        Assert.Equal(["first", "second"], Frontend.ModelNames(ModelBytes.Of(file), "several.pt2"));
        Assert.Equal("second", Frontend.Read(file, "several.pt2", "second").Name);
        Assert.Contains("2 models: first, second", Assert.Throws<SconceException>(() => Frontend.Read(file, "several.pt2")).Message);
        Assert.Contains("(first, second), but got 'third'", Assert.Throws<SconceException>(() => Frontend.Read(file, "several.pt2", "third")).Message);
    }

    [Fact]
    public void AStreamIsReadFromWhereItStands()
    {
        using var stream = new MemoryStream([1, 2, 3, .. Archive("untouched")]) { Position = 3 };
        Assert.Single(Frontend.Read(stream, "untouched.pt2").Outputs);
    }

    [Fact]
    public void TensorsStoredByPickleAreTheOnesStoredAsBytes()
    {
        var graph = Frontend.Read(Archive("pickled"), "pickled.pt2");
        var data = graph.Inputs.Where(input => input.Data is not null).ToDictionary(input => input.Name, input => input.Data!);
        Assert.Equal("bfloat16[5]", Text(data["scale"]));
        Assert.Equal("int32[3,5]", Text(data["table"]));
        Assert.Equal([1, 0, 1], data["kept"].ToDense().ToArray());
        Assert.Equal(2.5, BitConverter.ToDouble(data["number"].ToDense().Span));
        Assert.Equal(0, data["empty"].ElementCount);
        Assert.Equal([1L, 10], data["view"].Strides);
        Assert.Equal([30L, 2], data["strided"].Strides);

        static string Text(Sconce.Compiler.Types.TensorData tensor) => $"{Sconce.Compiler.Types.DTypes.Name(tensor.Type)}[{string.Join(',', tensor.Shape)}]";
    }

    [Fact]
    public void EveryNodeOfAModelExportedWithTracesKnowsItsPythonLine()
    {
        var graph = Frontend.Read(Archive("untouched"), "untouched.pt2");
        Assert.All(graph.Body.Nodes, node =>
        {
            Assert.Equal("plain.py", node.Source?.File);
            Assert.Equal("forward", node.Source?.Function);
        });
        Assert.Contains(graph.Body.Nodes, node => node.Source?.Module == "layer");
    }

    [Fact]
    public void AnArchiveOfPyTorch26HasItsWeightsInOneFileOfTorchSave()
    {
        var file = Archive("flat");
        Assert.Equal(["model"], Frontend.ModelNames(ModelBytes.Of(file), "flat.pt2"));
        var graph = Frontend.Read(file, "flat.pt2");
        var data = graph.Inputs.Where(input => input.Kind != InputKind.User).ToDictionary(input => input.Name, input => input.Data!);
        Assert.Equal(["again.bias", "again.weight", "constant", "layer.bias", "layer.weight", "scale", "shift", "view"], data.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1L, 10], data["view"].Strides);
        Assert.True(data["again.weight"].Storage.Equals(data["layer.weight"].Storage), "a tied weight is there once");
        Assert.Equal(["x", "more.row"], graph.Inputs.Where(input => input.Kind == InputKind.User).Select(input => input.Name));
    }

    [Theory]
    [InlineData("flat", "x [2, 5], more.row [5]")]
    [InlineData("flat-core", "x [3]")]
    [InlineData("untouched", "x [2, 5], scale [3]")]
    [InlineData("together", null)]
    public void SampleInputsAreReadByName(string archive, string? expected)
    {
        var samples = Frontend.ReadSampleInputs(ModelBytes.Of(Archive(archive)), archive);
        Assert.Equal(expected, samples is null ? null : string.Join(", ", samples.Select(one => $"{one.Key} [{string.Join(", ", one.Value.Shape)}]")));
    }

    [Theory]
    [InlineData("\u0080\u0002cos\nsystem\nX\u0004\0\0\0true\u0085R.", null)]
    [InlineData("\u0080\u0002X\u0004\0\0\0true.", null)]
    [InlineData("\u0080\u0002(", "cannot be read")]
    public void SampleInputsThatAreNoTensorsAreLeftAndNothingOfThemIsRun(string pickle, string? problem)
    {
        using var file = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(Archive("untouched"))))
        using (var to = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var target = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                using var source = entry.FullName.Contains("sample_inputs", StringComparison.Ordinal) ? Saved(pickle) : entry.Open();
                source.CopyTo(target);
            }
        }

        IReadOnlyDictionary<string, Sconce.Compiler.Types.TensorData>? Read() => Frontend.ReadSampleInputs(ModelBytes.Of(file.ToArray()), "m.pt2");
        if (problem is null)
        {
            Assert.Null(Read());
        }
        else
        {
            Assert.Contains(problem, Assert.Throws<SconceException>(Read).Message, StringComparison.Ordinal);
        }

        static MemoryStream Saved(string pickle)
        {
            var stream = new MemoryStream();
            using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            {
                using var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open();
                entry.Write(System.Text.Encoding.Latin1.GetBytes(pickle));
            }

            stream.Position = 0;
            return stream;
        }
    }

    [Fact]
    public void InputsThatTheSignatureSaysAreWrittenBecomeOutputs()
    {
        Assert.Equal(["sum", "y", "x.written"], Outputs("input-changed-core"));
        Assert.Equal(["output", "x.written"], [.. Frontend.Read(Archive("flat-core"), "flat-core.pt2").Outputs.Select(output => output.Name)]);

        static IEnumerable<string> Outputs(string name) =>
            Frontend.Read(File.ReadAllBytes(Path.Combine(ModelFiles.Operators, name + ".pt2")), name).Outputs.Select(output => output.Name);
    }

    private static byte[] Archive(string name) => File.ReadAllBytes(Path.Combine(ModelFiles.Repository, "tests", "models", "archives", name + ".pt2"));
}
