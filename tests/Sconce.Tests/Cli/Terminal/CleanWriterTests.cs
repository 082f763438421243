using Sconce.Cli.Terminal;

namespace Sconce.Tests.Cli.Terminal;

public sealed class CleanWriterTests
{
    [Theory]
    [InlineData("plain é 😀\ttext", "plain é 😀\ttext")]
    [InlineData("\e]0;title\a\e[2J", @"\x1b]0;title\x07\x1b[2J")]
    [InlineData("a\0b\u007f\u009b31m", @"a\x00b\x7f\x9b31m")]
    [InlineData("\u202eeman", @"\u202eeman")]
    [InlineData("over\rwritten", @"over\x0dwritten")]
    [InlineData("two\r\nlines", "two\r\nlines")]
    public void WhatATerminalObeysIsShown(string text, string shown) => Assert.Equal(shown, Clean(text));

    [Fact]
    public void OurOwnColoursPass() => Assert.Equal("\e[31mred\e[0m", Clean($"{CleanWriter.Mark}[31mred{CleanWriter.Mark}[0m"));

    private static string Clean(string text)
    {
        var output = new StringWriter();
        new CleanWriter(output).Write(text);
        return output.ToString();
    }
}
