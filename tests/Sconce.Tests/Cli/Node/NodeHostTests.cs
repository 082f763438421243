using Sconce.Cli.Node;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;
using static Sconce.Tests.Cli.Tensors;

namespace Sconce.Tests.Cli.Node;

/// <summary>The conversation with Node, with a runtime that stands in for the real one.</summary>
public sealed class NodeHostTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private static NodeHost Start(double seconds = 30) =>
        NodeHost.Start(TimeSpan.FromSeconds(seconds), Path.Combine(AppContext.BaseDirectory, "Cli", "Node", "fake-runtime.mjs"));

    private async Task<NodeModel> LoadAsync(NodeHost host, string kind)
    {
        var path = Path.Combine(folder.FullName, kind + ".wasm");
        await File.WriteAllTextAsync(path, kind);
        return await host.LoadAsync(path, threads: 1, relaxed: true, CancellationToken.None);
    }

    private static Dictionary<string, TensorData> X(params float[] values) => new() { ["x"] = Floats(values) };

    [Fact]
    public async Task TensorsGoThereAndBack()
    {
        await using var host = Start();
        await using var model = await LoadAsync(host, "double");
        var values = Enumerable.Range(0, 1_000_003).Select(i => (float)i).ToArray();
        var run = await model.RunAsync(X(values), method: null, repeat: 1, seed: null, CancellationToken.None);
        Assert.Equal(["y", "runs"], run.Outputs.Keys);
        Assert.Equal(values.Select(value => value * 2.0), Numbers.ToDoubles(run.Outputs["y"]));
        Assert.Equal(DType.Int64, run.Outputs["runs"].Type);
        Assert.Single(run.Milliseconds);
    }

    [Fact]
    public async Task StateLivesUntilAReset()
    {
        await using var host = Start();
        await using var model = await LoadAsync(host, "double");
        var counts = new List<double>();
        for (var i = 0; i < 4; i++)
        {
            if (i == 2)
            {
                await model.ResetAsync(CancellationToken.None);
            }

            var run = await model.RunAsync(X(1), method: null, repeat: 1, seed: null, CancellationToken.None);
            counts.AddRange(Numbers.ToDoubles(run.Outputs["runs"]));
        }

        Assert.Equal([1, 2, 1, 2], counts);
        Assert.Equal(5, (await model.RunAsync(X(1), method: null, repeat: 5, seed: null, CancellationToken.None)).Milliseconds.Length);
    }

    [Fact]
    public async Task InputsOfHalfPrecisionAreRounded()
    {
        await using var host = Start();
        await using var model = await LoadAsync(host, "half");
        var run = await model.RunAsync(X(1f / 3), method: null, repeat: 1, seed: null, CancellationToken.None);
        Assert.Equal(DType.BFloat16, run.Outputs["y"].Type);
        Assert.Equal([0.333984375], Numbers.ToDoubles(run.Outputs["y"]));
    }

    [Fact]
    public async Task WhatTheRuntimeRefusesIsTheMessageAndNodeLivesOn()
    {
        await using var host = Start();
        var error = await Assert.ThrowsAsync<SconceException>(() => LoadAsync(host, "refuse"));
        Assert.Equal("expected a model, but got bytes", error.Message);
        await using var model = await LoadAsync(host, "double");
        Assert.True(host.IsAlive);
    }

    [Fact]
    public async Task ACrashIsAnErrorWithTheLastWords()
    {
        await using var host = Start();
        await using var model = await LoadAsync(host, "crash");
        var error = await Assert.ThrowsAsync<SconceException>(() => model.RunAsync(X(1), method: null, repeat: 1, seed: null, CancellationToken.None));
        Assert.Contains("Node ended with exit code 7 while it was asked to run", error.Message);
        Assert.Contains("the last words", error.Message);
        Assert.False(host.IsAlive);
    }

    [Fact]
    public async Task NoAnswerInTimeIsAnError()
    {
        await using var host = Start(seconds: 3);
        await using var model = await LoadAsync(host, "hang");
        var error = await Assert.ThrowsAsync<SconceException>(() => model.RunAsync(X(1), method: null, repeat: 1, seed: null, CancellationToken.None));
        Assert.Contains("did not answer 'run' within 3 s", error.Message);
        Assert.False(host.IsAlive);
    }
}
