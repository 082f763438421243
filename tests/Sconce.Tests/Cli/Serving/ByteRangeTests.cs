using Sconce.Cli.Serving;

namespace Sconce.Tests.Cli.Serving;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-3", 0, 4)]
    [InlineData("bytes=2-", 2, 8)]
    [InlineData("bytes=-3", 7, 3)]
    [InlineData("bytes=-30", 0, 10)]
    [InlineData("bytes=8-100", 8, 2)]
    [InlineData("BYTES= 1 - 1 ", 1, 1)]
    public void APartIsReadAsFarAsTheFileGoes(string header, long from, long count) => Assert.Equal(new ByteRange(from, count), ByteRange.Of(header, 10));

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=11-12")]
    [InlineData("bytes=-0")]
    public void APartBehindTheEndIsEmpty(string header) => Assert.True(ByteRange.Of(header, 10) is { IsEmpty: true });

    [Theory]
    [InlineData(null)]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=3-2")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("lines=0-3")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=99999999999999999999-")]
    public void WhatIsNoPartOrSeveralIsTheWhole(string? header) => Assert.Null(ByteRange.Of(header, 10));
}
