using Sconce.Cli.Artifacts;
using Sconce.Cli.Commands;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Compiler;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Cli.Compiling;

public sealed class ModelCompilerTests : IDisposable
{
    private static readonly string digits = Path.Combine(ModelFiles.Repository, "examples", "digits", "digits.pt2");

    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(1 << 16)]
    public void WhatTheCompilerKnowsOfAFileIsWhatTheFileSays(int? shardBytes)
    {
        var compiled = ModelCompiler.CompileToFile(digits, scratch.NewFile(".wasm"), new CompileOptions { ShardBytes = shardBytes }, progress: null);
        var read = ArtifactContents.Read(compiled.Path);
        Assert.Equal(InspectJson.Of("m", read), InspectJson.Of("m", compiled.Contents));
        Assert.Equal(Sizes(read), Sizes(compiled.Contents));
        Assert.Equal(new FileInfo(compiled.Path).Length, compiled.Contents.FileBytes);

        static (long, long, long, long) Sizes(ArtifactContents contents) => (contents.FileBytes, contents.CodeBytes, contents.RelaxedBytes, contents.DataBytes);
    }
}
