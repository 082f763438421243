using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>An artifact's description of itself, in the custom section <see cref="SectionName"/> as JSON; the runtime reads the same fields.</summary>
public sealed record Manifest : MethodFields
{
    public const string SectionName = "sconce.manifest";

    [JsonConstructor]
    public Manifest()
    {
    }

    /// <summary>With what is said of the main method.</summary>
    [SetsRequiredMembers]
    internal Manifest(MethodFields main)
        : base(main)
    {
        (Compiler, Source, Memory, Errors) = (ThisCompiler, new("", ""), new(0, 0, 0), RunError.Texts);
    }

    /// <summary>The section that holds the whole module again, built with relaxed SIMD, without data.</summary>
    public const string RelaxedSectionName = "sconce.relaxed";

    /// <summary>The method that the manifest itself is of.</summary>
    public const string MainMethod = "forward";

    /// <summary>The format of a file that holds its weights.</summary>
    public const int WholeFormat = 3;

    /// <summary>The format of a file whose weights are in shards: a number of its own, so that a loader that knows of none refuses it.</summary>
    public const int SplitFormat = 4;

    public int Format { get; init; } = WholeFormat;

    /// <summary>The name and version that this compiler writes.</summary>
    public static string ThisCompiler { get; } =
        $"sconce {typeof(Manifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}";

    /// <summary>Name and version of the compiler.</summary>
    public required string Compiler { get; init; }

    /// <summary>Bytes of the whole file, so that whoever loads it knows how far it is.</summary>
    public long FileBytes { get; init; }

    /// <summary>The files that the weights are in; null where this file has them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShardInfo>? Shards { get; init; }

    public required SourceInfo Source { get; init; }

    public required MemoryInfo Memory { get; init; }

    /// <summary>The model draws random numbers: a context's header ends with their seed, an i64, and an i32 that each run makes another.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Random { get; init; }

    /// <summary>A context keeps something from one run to the next.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool State { get; init; }

    /// <summary>Methods beside the main one: each with a <c>plan:NAME</c> and a <c>run:NAME</c> of its own, over the same contexts. Null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MethodInfo>? Methods { get; init; }

    /// <summary>The meanings of <c>run</c>'s results other than 0.</summary>
    public required IReadOnlyDictionary<string, string> Errors { get; init; }

    /// <summary>Elements of the model's parameters.</summary>
    public required long Parameters { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.Manifest);

    public static Manifest FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ManifestJson.Default.Manifest) ?? throw new JsonException("The manifest is null.");
}

/// <summary>A method beside the main one.</summary>
public sealed record MethodInfo : MethodFields
{
    public required string Name { get; init; }
}

/// <summary>The model file that was compiled: its name and the SHA-256 of its bytes, in hexadecimal digits.</summary>
public sealed record SourceInfo(string Name, string Sha256);

/// <summary>A file of weights: its SHA-256, in hexadecimal digits, which is its name too; its bytes; and where they go, which are several places where weights are equal.</summary>
public sealed record ShardInfo(string Sha256, long Bytes, IReadOnlyList<long> Addresses)
{
    /// <summary>Where shards lie, beside the artifact: one folder for all that lie there, so that equal shards are one file and one URL.</summary>
    public const string Folder = "weights";

    [JsonIgnore]
    public string FileName => $"{Sha256}.bin";
}

/// <summary>Where constants lie, and how many pages (64 KiB) a memory must have at least.</summary>
public sealed record MemoryInfo(long ConstantsOffset, long ConstantsEnd, long MinPages);

/// <summary>
/// Byte offsets of the tables within a context, and the size of all of it before its buffers; where the tail's beginning and end stand, in a model that has values whose
/// sizes nothing bounds.
/// </summary>
public sealed record ContextInfo(long Symbols, long Inputs, long Outputs, long Header, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Tail = null);

/// <summary>A symbol, and how it is read off an input's shape: (inputs[Input].shape[Dim] - Offset) / Scale, which must divide.</summary>
public sealed record SymbolInfo(string Name, long Min, long? Max, int Input, int Dim, long Scale, long Offset);

/// <summary>
/// A symbol that a step finds, and what it is at most: a <see cref="DimJson"/> over the others; null where nothing bounds it. Or how often a loop turned, which no shape hangs on.
/// </summary>
public sealed record FoundInfo(string Name, JsonNode? Bound, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Turns = false);

/// <summary>An input or output; sizes as <see cref="DimJson"/>.</summary>
public sealed record PortInfo(string Name, string Dtype, IReadOnlyList<JsonNode> Shape);

/// <summary>A condition on sizes: as <see cref="ConditionJson"/>, as people read it, why it must hold, and the line of Python that needs it, where it is known.</summary>
public sealed record CheckInfo(
    JsonNode Condition, string Text, string Why, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null);

/// <summary>
/// A step of the run: what it does, the ATen operator it came from, the kernel chosen; floating-point operations and bytes moved as <see cref="DimJson"/>; the
/// line of Python, where it is known; how often its loops turn, of a step that has any.
/// </summary>
public sealed record StepInfo(
    string Name, string Operator, string Kernel, JsonNode Flops, JsonNode Bytes, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonNode? Turns = null);

/// <summary>A fault that a run may end with: the operator, the line of Python, and what is wrong, with <c>{value}</c> and <c>{limit}</c> for numbers that the run finds.</summary>
public sealed record FaultInfo(string Operator, string Message, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null);

/// <summary>Integer expressions as JSON: a number, a symbol's name, or <c>[operator, a, b]</c> with + * // % min max.</summary>
public static class DimJson
{
    /// <summary>The largest integer that a JavaScript number holds with all those below it.</summary>
    internal const long LargestNumber = (1L << 53) - 1;

    private const int DeepestSize = 60;

    /// <summary>A size as JSON that <see cref="Read"/> and the runtime read.</summary>
    public static JsonNode Write(Dim dim)
    {
        var node = WriteAny(dim);
        return DepthOf(node) <= DeepestSize ? node : throw Diagnostics.Budget.TooLarge("a size with too many divisions, minima or maxima inside one another for the file to hold");
    }

    private static int DepthOf(JsonNode? node) => node is JsonArray parts ? 1 + parts.Max(DepthOf) : 0;

    private static JsonNode WriteAny(Dim dim)
    {
        var parts = new List<JsonNode>();
        foreach (var term in dim.Terms)
        {
            var factors = term.Factors.Select(Write);
            parts.Add(Join("*", [.. term.Coefficient == 1 ? factors : factors.Prepend(Number(term.Coefficient))]));
        }

        if (dim.ConstantTerm != 0 || parts.Count == 0)
        {
            parts.Add(Number(dim.ConstantTerm));
        }

        return Join("+", parts);
    }

    /// <summary>A number beyond what JavaScript's can hold is written as a sum of two.</summary>
    private static JsonNode Number(long value) => value is >= -LargestNumber and <= LargestNumber
        ? JsonValue.Create(value)
        : new JsonArray("+", new JsonArray("*", value >> 32, 1L << 32), value & uint.MaxValue);

    /// <summary>As a tree of little depth: a memory plan adds up hundreds of sizes, and readers bound how deep they go.</summary>
    internal static JsonNode Join(string op, IReadOnlyList<JsonNode> parts)
    {
        while (parts.Count > 1)
        {
            parts = [.. parts.Chunk(2).Select(pair => pair is [var a, var b] ? new JsonArray(op, a, b) : pair[0])];
        }

        return parts[0];
    }

    /// <summary>Reads a size; throws <see cref="FormatException"/> where it is none, for anybody may have written it.</summary>
    public static Dim Read(JsonNode? node, IReadOnlyDictionary<string, Symbol> symbols, int depth = 0) => node switch
    {
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value when value.TryGetValue<string>(out var name) && symbols.TryGetValue(name, out var symbol) => symbol,
        JsonArray { Count: 3 } parts when depth < DeepestSize && parts[0] is JsonValue op && op.TryGetValue<string>(out var name) =>
            Apply(name, Read(parts[1], symbols, depth + 1), Read(parts[2], symbols, depth + 1)),
        _ => throw new FormatException($"{node?.ToJsonString() ?? "null"} is no size"),
    };

    private static Dim Apply(string op, Dim a, Dim b) => op switch
    {
        "+" => a + b,
        "*" => a * b,
        "//" => a.FloorDiv(b),
        "%" => a.Mod(b),
        "min" => Dim.Min(a, b),
        "max" => Dim.Max(a, b),
        _ => throw new FormatException($"'{op}' is no operation on sizes"),
    };

    private static JsonNode Write(Atom atom) => atom switch
    {
        BinaryAtom binary => new JsonArray(
            DimMeaning.Of(binary.Operator).Sign,
            WriteAny(binary.Left),
            WriteAny(binary.Right)),
        Symbol symbol => JsonValue.Create(symbol.Name),
        _ => throw new InvalidOperationException($"{atom} cannot stand in a manifest."),
    };
}

/// <summary>Conditions on sizes as JSON: <c>[comparison, a, b]</c> with == != &lt; &lt;= &gt; &gt;= and sizes, or <c>["and", a, b]</c> and <c>["or", a, b]</c> of conditions.</summary>
public static class ConditionJson
{
    private const int DeepestCondition = 64;

    private static readonly FrozenDictionary<string, SizeComparison> Comparisons =
        Enum.GetValues<SizeComparison>().ToFrozenDictionary(SizeCondition.Sign);

    public static JsonNode Write(SizeCondition condition) => condition switch
    {
        SizeCondition.Compare compare => new JsonArray(
            SizeCondition.Sign(compare.Comparison), DimJson.Write(compare.Left), DimJson.Write(compare.Right)),
        SizeCondition.All { Parts: var parts } => DimJson.Join("and", [.. parts.Select(Write)]),
        SizeCondition.Any { Parts: var parts } => DimJson.Join("or", [.. parts.Select(Write)]),
        _ => throw new InvalidOperationException($"{condition} cannot stand in a manifest."),
    };

    /// <summary>Reads a condition; throws <see cref="FormatException"/> where it is none, for anybody may have written it.</summary>
    public static SizeCondition Read(JsonNode? node, IReadOnlyDictionary<string, Symbol> symbols, int depth = 0)
    {
        if (node is JsonArray { Count: 3 } parts && depth < DeepestCondition && parts[0] is JsonValue op && op.TryGetValue<string>(out var name))
        {
            if (name is "and" or "or")
            {
                ImmutableArray<SizeCondition> both = [Read(parts[1], symbols, depth + 1), Read(parts[2], symbols, depth + 1)];
                return name == "and" ? new SizeCondition.All(both) : new SizeCondition.Any(both);
            }

            if (Comparisons.TryGetValue(name, out var comparison))
            {
                return new SizeCondition.Compare(DimJson.Read(parts[1], symbols), comparison, DimJson.Read(parts[2], symbols));
            }
        }

        throw new FormatException($"{node?.ToJsonString() ?? "null"} is no condition on sizes");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
