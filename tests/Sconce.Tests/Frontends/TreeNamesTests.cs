using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;

namespace Sconce.Tests.Frontends;

public sealed class TreeNamesTests
{
    private const string Leaf = """{"type": null, "context": null, "children_spec": []}""";

    private static readonly TreeNames Names = new(
        new Dictionary<string, NamedTupleJson> { ["Point"] = new(["x", "y"]) }, new Where("m.pt2"));

    [Fact]
    public void OneOutputWithoutANameIsCalledOutput() => Assert.Equal(["output"], Outputs(Leaf));

    [Fact]
    public void ATupleCounts() => Assert.Equal(["output.0", "output.1.0", "output.1.1"], Outputs(Tuple(Leaf, List(Leaf, Leaf))));

    [Fact]
    public void KeysAreNames() =>
        Assert.Equal(["logits", "hidden.0", "hidden.1"], Outputs(Dict("""[\"logits\", \"hidden\"]""", Leaf, List(Leaf, Leaf))));

    [Fact]
    public void FieldsOfNamedTuplesAreNames() => Assert.Equal(
        ["p.x", "p.y"], Outputs(Dict("""[\"p\"]""", """{"type": "collections.namedtuple", "context": "Point", "children_spec": [""" + Leaf + "," + Leaf + "]}")));

    [Fact]
    public void AttributesOfClassesAreNames() => Assert.Equal(
        ["last_hidden_state", "attentions.0"],
        Outputs(Node("transformers.BaseModelOutput", """ "[\"last_hidden_state\", \"attentions\"]" """, Leaf, Tuple(Leaf))));

    [Fact]
    public void FieldsOfDataclassesAreNames() => Assert.Equal(
        ["a", "b"], Outputs(Node("own.Pair", """ "[[\"a\", \"b\"], [\"c\"]]" """, Leaf, Leaf)));

    [Fact]
    public void KeysOfDefaultDictsAreNames() => Assert.Equal(
        ["a"], Outputs(Node("collections.defaultdict", """{"default_factory_module": "builtins", "default_factory_name": "list", "dict_context": ["a"]}""", Leaf)));

    [Fact]
    public void NumbersMayBeKeys() => Assert.Equal(["0", "7"], Outputs(Dict("[0, 7]", Leaf, Leaf)));

    [Fact]
    public void NamesThatWouldRepeatAreCounted() => Assert.Equal(
        ["a.0", "a.0_2"], Outputs(Dict("""[\"a\", \"a.0\"]""", List(Leaf), Leaf)));

    [Fact]
    public void InputsHaveForwardsNames() => Assert.Equal(
        ["pixel_values", "points.0", "points.1", "mask"],
        Names.Inputs(Spec(Tuple(Tuple(Leaf, List(Leaf, Leaf)), Dict("""[\"mask\"]""", Leaf))), ["pixel_values", "points", "mask"]));

    [Fact]
    public void AnotherFormIsAnError()
    {
        Assert.Throws<SconceException>(() => Names.Outputs("""[2, {}]"""));
        Assert.Throws<SconceException>(() => Names.Outputs(""));
        Assert.Throws<SconceException>(() => Names.Outputs("""[1, {"type": 5}]"""));
    }

    private static List<string> Outputs(string tree) => Names.Outputs(Spec(tree));

    private static string Spec(string tree) => $"[1, {tree}]";

    private static string Tuple(params string[] children) => Node("builtins.tuple", "\"null\"", children);

    private static string List(params string[] children) => Node("builtins.list", "\"null\"", children);

    private static string Dict(string keys, params string[] children) => Node("builtins.dict", $"\"{keys}\"", children);

    private static string Node(string type, string context, params string[] children) =>
        $$"""{"type": "{{type}}", "context": {{context}}, "children_spec": [{{string.Join(", ", children)}}]}""";
}
