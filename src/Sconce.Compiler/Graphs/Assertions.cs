namespace Sconce.Compiler.Graphs;

/// <summary>Nodes that compute nothing and only say what must hold: <c>torch._check</c> and <c>torch._assert_async</c> of a model, and what PyTorch's tracing adds.</summary>
public static class Assertions
{
    /// <summary>Whether a node looks at values of the run, and ends it where they are not as the model asserts. No output needs such a node, and yet it stays.</summary>
    public static bool IsOfValues(Node node) => node.Operator is "aten::_assert_scalar" or "aten::_assert_async" or "aten::sym_constrain_range" or "aten::_linalg_check_errors";

    /// <summary>Whether a node says what is known when compiling, or what lowering needs no word of.</summary>
    public static bool IsIdle(Node node) => node.Operator is "aten::_assert_tensor_metadata" or "aten::sym_constrain_range_for_size"
        or "aten::_functional_sym_constrain_range_for_size" or "torch::_check";

    /// <summary>The pure form's plain one: it gives a token that only orders it among others.</summary>
    public static string? Plain(string op) => op switch
    {
        "aten::_functional_assert_scalar" => "aten::_assert_scalar",
        "aten::_functional_assert_async" => "aten::_assert_async",
        "aten::_functional_sym_constrain_range" => "aten::sym_constrain_range",
        _ => null,
    };

    private const string MadeUp = "Runtime assertion failed for expression ";

    /// <summary>The model's own words in a message; null where there are none. What PyTorch makes up has no more than the condition, in names of its own.</summary>
    public static string? WordsOf(string? message) => string.IsNullOrEmpty(message) || message.StartsWith(MadeUp, StringComparison.Ordinal) ? null : message;

    /// <summary>The words of a message, be it the model's own or PyTorch's.</summary>
    public static string? ConditionOf(string message) => !message.StartsWith(MadeUp, StringComparison.Ordinal) ? WordsOf(message)
        : message.IndexOf(" on node '", StringComparison.Ordinal) is > 0 and var end ? message[MadeUp.Length..end]
        : message[MadeUp.Length..];
}
