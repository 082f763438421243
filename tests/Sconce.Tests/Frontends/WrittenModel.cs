using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Sconce.Tests.Frontends;

/// <summary>Writes small .pt2 files as torch.export.save does, of float32 tensors, node by node: for what PyTorch itself would never write, or only in minutes.</summary>
internal sealed class WrittenModel
{
    private const string Leaf = """{"type":null,"context":null,"children_spec":[]}""";

    private readonly JsonArray nodes = [];
    private readonly JsonObject values = [];
    private readonly List<string> inputs = [];

    /// <summary>The tree of outputs; a single tensor where not set.</summary>
    public string OutputTree { get; set; } = Leaf;

    /// <summary>Sizes are numbers, or expressions as SymPy prints them.</summary>
    public string Input(string name, params object[] sizes)
    {
        inputs.Add(name);
        return Value(name, sizes);
    }

    /// <summary>Arguments are names, numbers, lists of names or of numbers.</summary>
    public string Node(string op, object[] sizes, params (string Name, object Value)[] arguments)
    {
        var name = $"v{nodes.Count}";
        nodes.Add(new JsonObject
        {
            ["target"] = $"torch.ops.aten.{op}",
            ["inputs"] = new JsonArray([.. arguments.Select(argument => new JsonObject { ["name"] = argument.Name, ["arg"] = Argument(argument.Value), ["kind"] = 1 })]),
            ["outputs"] = new JsonArray(Tensor(name)),
            ["metadata"] = new JsonObject(),
        });
        return Value(name, sizes);
    }

    public byte[] Write(params string[] outputs)
    {
        var leaves = string.Join(',', inputs.Select(_ => Leaf));
        var arguments = $$"""{"type":"builtins.tuple","context":"null","children_spec":[{{leaves}}]}""";
        var inputTree = $$"""[1, {"type":"builtins.tuple","context":"null","children_spec":[{{arguments}},{"type":"builtins.dict","context":"[]","children_spec":[]}]}]""";
        var program = new JsonObject
        {
            ["graph_module"] = new JsonObject
            {
                ["graph"] = new JsonObject
                {
                    ["inputs"] = new JsonArray([.. inputs.Select(Tensor)]),
                    ["outputs"] = new JsonArray([.. outputs.Select(Tensor)]),
                    ["nodes"] = nodes,
                    ["tensor_values"] = values,
                    ["sym_int_values"] = new JsonObject(),
                    ["sym_bool_values"] = new JsonObject(),
                    ["sym_float_values"] = new JsonObject(),
                    ["custom_obj_values"] = new JsonObject(),
                    ["is_single_tensor_return"] = false,
                },
                ["signature"] = new JsonObject
                {
                    ["input_specs"] = new JsonArray([.. inputs.Select(name => Spec("user_input", name))]),
                    ["output_specs"] = new JsonArray([.. outputs.Select(name => Spec("user_output", name))]),
                },
                ["module_call_graph"] = new JsonArray(new JsonObject
                {
                    ["fqn"] = "",
                    ["signature"] = new JsonObject
                    {
                        ["inputs"] = new JsonArray(),
                        ["outputs"] = new JsonArray(),
                        ["in_spec"] = inputTree,
                        ["out_spec"] = $"[1, {OutputTree}]",
                        ["forward_arg_names"] = new JsonArray([.. inputs.Select(name => JsonValue.Create(name))]),
                    },
                }),
                ["metadata"] = new JsonObject(),
                ["treespec_namedtuple_fields"] = new JsonObject(),
            },
            ["opset_version"] = new JsonObject { ["aten"] = 10 },
            ["range_constraints"] = new JsonObject(),
            ["schema_version"] = new JsonObject { ["major"] = 8, ["minor"] = 20 },
            ["verifiers"] = new JsonArray("TRAINING"),
            ["torch_version"] = "2.14.1",
            ["guards_code"] = new JsonArray(),
        };
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in new[]
            {
                ("models/model.json", program.ToJsonString()), ("data/weights/model_weights_config.json", """{"config":{}}"""),
                ("data/constants/model_constants_config.json", """{"config":{}}"""), ("byteorder", "little"), ("archive_format", "pt2"), ("archive_version", "0"),
            })
            {
                using var entry = zip.CreateEntry($"m/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    private static JsonObject Tensor(string name) => new() { ["as_tensor"] = new JsonObject { ["name"] = name } };

    private static JsonObject Spec(string kind, string name) => new() { [kind] = new JsonObject { ["arg"] = Tensor(name) } };

    private static JsonObject Size(object size) => size is string text
        ? new() { ["as_expr"] = new JsonObject { ["expr_str"] = text, ["hint"] = new JsonObject { ["as_int"] = 2 } } }
        : new() { ["as_int"] = Convert.ToInt64(size, System.Globalization.CultureInfo.InvariantCulture) };

    private static JsonObject Argument(object value) => value switch
    {
        string name => Tensor(name),
        double number => new() { ["as_float"] = number },
        int number => new() { ["as_int"] = number },
        string[] names => new() { ["as_tensors"] = new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name })]) },
        long[] numbers => new() { ["as_ints"] = new JsonArray([.. numbers.Select(number => JsonValue.Create(number))]) },
        _ => throw new ArgumentException($"{value} is no argument of a written model"),
    };

    private string Value(string name, object[] sizes)
    {
        values[name] = new JsonObject
        {
            ["dtype"] = 7,
            ["sizes"] = new JsonArray([.. sizes.Select(Size)]),
            ["requires_grad"] = false,
            ["device"] = new JsonObject { ["type"] = "cpu", ["index"] = null },
            ["strides"] = new JsonArray([.. sizes.Select(_ => Size(1))]),
            ["storage_offset"] = Size(0),
            ["layout"] = 7,
        };
        return name;
    }
}
