namespace Sconce.Compiler.Aliases;

/// <summary>Operators that differ from others only in what they do with memory.</summary>
internal static class PureNames
{
    private static readonly Dictionary<string, string> Views = new()
    {
        ["aten::_unsafe_view"] = "aten::view",
        ["aten::unsafe_split"] = "aten::split",
        ["aten::unsafe_split_with_sizes"] = "aten::split_with_sizes",
        ["aten::unsafe_chunk"] = "aten::chunk",
    };

    /// <summary>Pure forms of views, which functional exports have.</summary>
    private static readonly HashSet<string> ViewCopies =
    [
        "aten::view_copy", "aten::permute_copy", "aten::expand_copy", "aten::select_copy", "aten::slice_copy", "aten::split_copy",
        "aten::split_with_sizes_copy", "aten::squeeze_copy", "aten::unsqueeze_copy", "aten::transpose_copy", "aten::t_copy", "aten::unbind_copy",
        "aten::diagonal_copy", "aten::as_strided_copy", "aten::unfold_copy", "aten::view_as_real_copy", "aten::view_as_complex_copy",
    ];

    public static (string Operator, string Overload) Normal(string op, string overload) =>
        Views.TryGetValue(op, out var view) ? (view, overload)
        : ViewCopies.Contains(op) ? (op[..^"_copy".Length], overload)
        : (op, overload);
}
