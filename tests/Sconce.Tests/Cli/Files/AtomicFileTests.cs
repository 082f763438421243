using System.Text;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Tests.Cli.Files;

/// <summary>Where an output goes: as compilers do it, and never onto what it is made of.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void ALinkIsWrittenThrough()
    {
        var (file, link) = (scratch.NewFile(".bin"), scratch.NewFile(".link"));
        File.CreateSymbolicLink(link, Path.GetFileName(file));
        AtomicFile.Write(link, Text("new"));
        Assert.Equal("new", File.ReadAllText(file));
        Assert.Equal(Path.GetFileName(file), new FileInfo(link).LinkTarget);
        AtomicFile.Write(link, Text("newer"));
        Assert.Equal("newer", File.ReadAllText(file));
    }

    [Fact]
    public void ADeviceStaysWhatItIs()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        var error = Assert.Throws<SconceException>(() => AtomicFile.Write("/dev/full", Text("new")));
        Assert.Contains("/dev/full", error.Message);
        AtomicFile.Write("/dev/null", Text("new"));
        Assert.True(FileIdentity.Of("/dev/full") is { IsRegular: false, IsFolder: false });
        Assert.True(FileIdentity.Of("/dev/null") is { IsRegular: false, IsFolder: false });
    }

    [Theory]
    [InlineData("none/out.wasm", "its folder does not exist")]
    [InlineData("long", "the name is too long")]
    public void OnlyTheNameThatWasGivenIsTold(string name, string reason)
    {
        var path = Path.Combine(Path.GetDirectoryName(scratch.NewFile(".x"))!, name == "long" ? new string('a', 300) : name);
        var error = Assert.Throws<SconceException>(() => AtomicFile.Write(path, Text("new")));
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain(".part", error.Message);
    }

    [Fact]
    public void WhatIsReadIsNotReplaced()
    {
        var (source, link) = (scratch.NewFile(".pt2"), scratch.NewFile(".link"));
        File.WriteAllText(source, "model");
        File.CreateSymbolicLink(link, source);
        foreach (var output in new[] { source, link, Path.Combine(Path.GetDirectoryName(source)!, ".", Path.GetFileName(source)) })
        {
            Assert.Contains("which is read", Assert.Throws<SconceException>(() => AtomicFile.Write(output, Text("new"), source)).Message);
        }

        Assert.Equal("model", File.ReadAllText(source));
    }

    [Fact]
    public void AFailureLeavesTheOldFileAndNothingElse()
    {
        var file = scratch.NewFile(".bin");
        File.WriteAllText(file, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(file, _ => throw new InvalidOperationException()));
        Assert.Throws<SconceException>(() => AtomicFile.Write(file, _ => throw new IOException("full")));
        Assert.Equal("old", File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void AFolderIsRefused() =>
        Assert.Contains("a folder", Assert.Throws<SconceException>(() => AtomicFile.Write(scratch.Folder, Text("new"))).Message);

    private static Action<Stream> Text(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));
}
