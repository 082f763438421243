using Sconce.Cli.Coverage;
using Sconce.Compiler.Operators;

namespace Sconce.Tests.Cli.Coverage;

/// <summary><c>sconce ops --missing</c>: PyTorch's own list against the table.</summary>
public sealed class MissingOperatorTests
{
    [Fact]
    public void EveryMissingOperatorHasAReason() => Assert.Empty(MissingOperators.All.Where(op => op.Reason is null).Select(op => op.Name));

    [Fact]
    public void TheListIsPyTorchs()
    {
        Assert.True(MissingOperators.PyTorch.Count > 1500);
        Assert.Contains(("aten::add.Tensor", true), MissingOperators.PyTorch);
        Assert.Contains(("aten::conv2d", false), MissingOperators.PyTorch);
        Assert.DoesNotContain(MissingOperators.PyTorch, op => op.Name is "aten::add.out" or "aten::add_.Tensor");
    }

    [Fact]
    public void WhatTheTableHasIsNotMissing()
    {
        var missing = MissingOperators.All.Select(op => op.Name).ToHashSet();
        Assert.DoesNotContain(OperatorTable.All, op => missing.Contains(op.FullName));
        Assert.Contains("aten::convolution_backward", missing);
    }

    [Theory]
    [InlineData("*_backward", "aten::convolution_backward", true)]
    [InlineData("*_backward", "aten::relu", false)]
    [InlineData("relu", "aten::relu", true)]
    [InlineData("torchvision::nms", "torchvision::nms", true)]
    public void PatternsFitNames(string pattern, string name, bool fits) => Assert.Equal(fits, MissingOperators.Fits(pattern, name));
}
