using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Passes;
using Sconce.Tests.Graphs;

namespace Sconce.Tests.Passes;

/// <summary>What nobody reads goes, but for what may have been called for its effect.</summary>
public sealed class DeadCodeTests
{
    private readonly GraphBuilder b = new();

    [Fact]
    public void AnOperatorOfTheModelsOwnThatGivesNothingIsRefusedAndNotRemoved()
    {
        var x = b.Input("x", 3);
        b.Node("unused", "sin.default", [3], ("self", x));
        Add("mylib::add_into", x);
        b.Output(x);
        DeadCode.Run(b.Graph);
        Assert.Equal(["mylib::add_into"], b.Graph.Body.Nodes.Select(node => node.Operator));
        var error = Assert.Throws<SconceException>(() => GraphLowering.Lower(b.Graph));
        Assert.Contains("mylib::add_into.default (1 time)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatOnlyPrintsOrMeasuresIsRemoved()
    {
        var x = b.Input("x", 3);
        Add("profiler::_record_function_exit");
        Add("higher_order::print");
        Add("torch._functorch.predispatch::lazy_load_decompositions");
        b.Output(x);
        DeadCode.Run(b.Graph);
        Assert.Empty(b.Graph.Body.Nodes);
    }

    private void Add(string name, params Value[] arguments) => b.Graph.Body.Nodes.Add(new Node
    {
        Operator = name,
        Overload = "default",
        Arguments = [.. arguments.Select(argument => new NamedArgument(null, argument))],
        Outputs = [],
    });
}
