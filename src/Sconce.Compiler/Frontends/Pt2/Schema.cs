using System.Text.Json.Serialization;

namespace Sconce.Compiler.Frontends.Pt2;

// What models/*.json and the two config files hold, as far as Sconce needs it: PyTorch's torch/_export/serde/schema.py, major version 8.
// Members that may be missing have setters: the serializer gives those with init their type's default, null.
// Members of a newer minor version that are not named here are skipped.

internal sealed record SchemaVersion(int Major, int Minor);

/// <summary>Read by itself first: with another major version the rest may look different.</summary>
internal sealed record VersionJson(SchemaVersion SchemaVersion, string? TorchVersion = null);

internal sealed record ProgramJson
{
    public required GraphModuleJson GraphModule { get; init; }

    public Dictionary<string, RangeJson> RangeConstraints { get; set; } = [];

    public List<string> GuardsCode { get; set; } = [];
}

internal sealed record RangeJson(long? MinVal = null, long? MaxVal = null);

internal sealed record GraphModuleJson
{
    public required GraphJson Graph { get; init; }

    public required SignatureJson Signature { get; init; }

    public List<ModuleCallJson> ModuleCallGraph { get; set; } = [];

    public Dictionary<string, NamedTupleJson> TreespecNamedtupleFields { get; set; } = [];
}

internal sealed record NamedTupleJson(List<string> FieldNames);

internal sealed record ModuleCallJson(string Fqn, CallSignatureJson? Signature = null);

internal sealed record CallSignatureJson(string InSpec, string OutSpec, List<string>? ForwardArgNames = null);

internal sealed record GraphJson
{
    public required List<ArgumentJson> Inputs { get; init; }

    public required List<ArgumentJson> Outputs { get; init; }

    public required List<NodeJson> Nodes { get; init; }

    public required Dictionary<string, TensorMetaJson> TensorValues { get; init; }

    public Dictionary<string, SymIntJson> SymIntValues { get; set; } = [];

    public Dictionary<string, SymBoolJson> SymBoolValues { get; set; } = [];
}

internal sealed record NodeJson
{
    public required string Target { get; init; }

    public required List<NamedArgumentJson> Inputs { get; init; }

    public required List<ArgumentJson> Outputs { get; init; }

    public Dictionary<string, string> Metadata { get; set; } = [];
}

internal sealed record NamedArgumentJson(string Name, ArgumentJson Arg);

internal sealed record TensorMetaJson
{
    public required int Dtype { get; init; }

    public required List<SymIntJson> Sizes { get; init; }

    public required List<SymIntJson> Strides { get; init; }

    public required SymIntJson StorageOffset { get; init; }

    public int Layout { get; set; } = StridedLayout;

    [JsonIgnore]
    public const int StridedLayout = 7;
}

/// <summary>A union: one of the two is there.</summary>
internal sealed record SymIntJson(SymExprJson? AsExpr = null, long? AsInt = null);

/// <summary>A union: one of the two is there.</summary>
internal sealed record SymBoolJson(SymExprJson? AsExpr = null, bool? AsBool = null);

internal sealed record SymExprJson(string ExprStr, HintJson? Hint = null);

/// <summary>The value that an expression had in the example inputs.</summary>
internal sealed record HintJson(long? AsInt = null);

internal sealed record SignatureJson
{
    public required List<InputSpecJson> InputSpecs { get; init; }

    public required List<OutputSpecJson> OutputSpecs { get; init; }
}

/// <summary>A union: one of these is there.</summary>
internal sealed record InputSpecJson
{
    public SpecJson? UserInput { get; init; }

    public SpecJson? Parameter { get; init; }

    public SpecJson? Buffer { get; init; }

    public SpecJson? TensorConstant { get; init; }

    public SpecJson? CustomObj { get; init; }

    public SpecJson? Token { get; init; }

    public ConstantInputJson? ConstantInput { get; init; }
}

/// <summary>A union: one of these is there.</summary>
internal sealed record OutputSpecJson
{
    public SpecJson? UserOutput { get; init; }

    public SpecJson? LossOutput { get; init; }

    public SpecJson? BufferMutation { get; init; }

    public SpecJson? ParameterMutation { get; init; }

    public SpecJson? UserInputMutation { get; init; }

    public SpecJson? Token { get; init; }
}

/// <summary>What the kinds of inputs and outputs have in common: the argument of the graph, and what it is called outside.</summary>
internal sealed record SpecJson
{
    public string? ParameterName { get; init; }

    public string? BufferName { get; init; }

    public string? TensorConstantName { get; init; }

    public string? UserInputName { get; init; }

    [JsonIgnore]
    public string? TargetName => ParameterName ?? BufferName ?? TensorConstantName;
}

internal sealed record ConstantInputJson(string Name, ArgumentJson Value);

internal sealed record PayloadConfigJson(Dictionary<string, PayloadJson> Config);

internal sealed record PayloadJson(string PathName, bool UsePickle, TensorMetaJson? TensorMeta = null);

/// <summary>A tree of inputs or outputs, as <c>torch.utils._pytree</c> writes it.</summary>
internal sealed record TreeSpecJson(string? Type, System.Text.Json.JsonElement Context, List<TreeSpecJson> ChildrenSpec)
{
    [JsonIgnore]
    public bool IsLeaf => Type is null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 256)]
[JsonSerializable(typeof(VersionJson))]
[JsonSerializable(typeof(ProgramJson))]
[JsonSerializable(typeof(PayloadConfigJson))]
[JsonSerializable(typeof(TreeSpecJson))]
internal sealed partial class SchemaContext : JsonSerializerContext;
