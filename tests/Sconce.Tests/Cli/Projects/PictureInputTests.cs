using System.Collections.Immutable;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Projects;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli.Projects;

public sealed class PictureInputTests
{
    private static readonly Symbol N = new("n", 1, 64), H = new("h", 1, null), W = new("w", 3, 40);

    internal static ManifestView Manifest(ImmutableArray<Port> inputs, params ImmutableArray<Port> outputs) =>
        new("sconce", "tiny.pt2", 0, 0, 1, [], [], inputs, outputs, [], 0, 0, 0, null, []);

    private static PictureInput? Of(DType type, params ImmutableArray<Dim> shape) => PictureInput.Of(Manifest([new("x", type, shape)]));

    private static string? Described(PictureInput? input) => input is null ? null : $"{input.Layout} {input.Channels} {input.Width}x{input.Height}";

    [Fact]
    public void ChannelsSayInWhichOrderTheDimsAre()
    {
        Assert.Equal("nchw 3 227x224", Described(Of(DType.Float32, N, 3, 224, 227)));
        Assert.Equal("nhwc 1 32x64", Described(Of(DType.UInt8, 1, 64, 32, 1)));
        Assert.Equal("chw 3 20x30", Described(Of(DType.Float16, 3, 30, 20)));
        Assert.Equal("hwc 3 20x30", Described(Of(DType.Float32, 30, 20, 3)));
    }

    [Fact]
    public void OpenSizesAreTheUsualOrTheNearestThatIsTaken()
    {
        Assert.Equal("nchw 3 40x224", Described(Of(DType.Float32, 1, 3, H, W)));
        Assert.Equal("nchw 3 224x224", Described(Of(DType.Float32, 1, 3, (Dim)H * 32, (Dim)H * 32)));
    }

    [Fact]
    public void WhatIsNoPictureIsNone()
    {
        Assert.Null(Of(DType.Float32, 2, 3, 224, 224));
        Assert.Null(Of(DType.Int64, 1, 3, 224, 224));
        Assert.Null(Of(DType.Float32, 1, 4, 224, 224));
        Assert.Null(Of(DType.Float32, 1, 3, 4, 4));
        Assert.Null(Of(DType.Float32, N, 4));
        Assert.Null(PictureInput.Of(Manifest([new("x", DType.Float32, [1, 3, 32, 32]), new("y", DType.Float32, [1])])));
    }
}
