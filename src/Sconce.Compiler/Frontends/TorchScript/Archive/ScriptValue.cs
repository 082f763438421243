using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>
/// What an attribute or a constant of a TorchScript archive holds. What two places share there they share here: identity matters, for code may write into it. No value holds itself, and
/// the depth of values within values is bounded.
/// </summary>
internal abstract class ScriptValue
{
    private ScriptValue()
    {
    }

    public static ScriptValue Nothing { get; } = new None();

    public sealed class None : ScriptValue;

    public sealed class Bool(bool value) : ScriptValue
    {
        public bool Value { get; } = value;
    }

    /// <summary>An integer; dtypes, layouts and memory formats are their numbers too.</summary>
    public sealed class Int(long value) : ScriptValue
    {
        public long Value { get; } = value;
    }

    public sealed class Float(double value) : ScriptValue
    {
        public double Value { get; } = value;
    }

    public sealed class Complex(double real, double imaginary) : ScriptValue
    {
        public double Real { get; } = real;

        public double Imaginary { get; } = imaginary;
    }

    public sealed class Text(string value) : ScriptValue
    {
        public string Value { get; } = value;
    }

    /// <summary>As <c>cpu</c> or <c>cuda:0</c>.</summary>
    public sealed class Device(string name) : ScriptValue
    {
        public string Name { get; } = name;
    }

    /// <summary>A member of an enumeration: the class's qualified name, and the member's value.</summary>
    public sealed class Enum(string qualifiedName, ScriptValue value) : ScriptValue
    {
        public string QualifiedName { get; } = qualifiedName;

        public ScriptValue Value { get; } = value;
    }

    /// <summary>A list, with its type as TorchScript writes it (<c>List[int]</c>) where the archive says it.</summary>
    public sealed class List(ImmutableArray<ScriptValue> items, string? typeName) : ScriptValue
    {
        public ImmutableArray<ScriptValue> Items { get; } = items;

        public string? TypeName { get; } = typeName;
    }

    /// <summary>A dict in the order in which it was filled, with its type (<c>Dict[str, Tensor]</c>) where the archive says it.</summary>
    public sealed class Dict(ImmutableArray<(ScriptValue Key, ScriptValue Value)> items, string? typeName) : ScriptValue
    {
        public ImmutableArray<(ScriptValue Key, ScriptValue Value)> Items { get; } = items;

        public string? TypeName { get; } = typeName;
    }

    /// <summary>A tuple, or a named one: its attribute's type tells which.</summary>
    public sealed class Tuple(ImmutableArray<ScriptValue> items) : ScriptValue
    {
        public ImmutableArray<ScriptValue> Items { get; } = items;
    }

    /// <summary>A view of a storage, which other tensors may view too.</summary>
    public sealed class Tensor(ScriptStorage storage, TensorData data) : ScriptValue
    {
        public ScriptStorage Storage { get; } = storage;

        /// <summary>The numbers; of quantised ones the integers.</summary>
        public TensorData Data { get; } = data;

        public DType Type => Data.Type;

        public ImmutableArray<long> Shape => Data.Shape;

        /// <summary>In elements.</summary>
        public ImmutableArray<long> Strides => Data.Strides;

        /// <summary>In elements.</summary>
        public long Offset => Data.Offset;

        /// <summary>A parameter, mostly.</summary>
        public bool RequiresGrad { get; init; }

        /// <summary>How integers stand for real numbers; null for a tensor that is not quantised.</summary>
        public ScriptQuantisation? Quantisation { get; init; }

        /// <summary>Whether both have the same elements of one storage, in the same order.</summary>
        public bool IsSame(Tensor other) => Storage == other.Storage && Type == other.Type && Offset == other.Offset && Shape.SequenceEqual(other.Shape) && Strides.SequenceEqual(other.Strides);

        /// <summary>Whether they may have an element in common.</summary>
        public bool Overlaps(Tensor other) => Storage == other.Storage && FirstByte < other.EndByte && other.FirstByte < EndByte;

        private long FirstByte => Offset * Type.Size();

        private long EndByte => Shape.Contains(0) ? FirstByte : (Offset + 1 + Shape.Zip(Strides, (size, stride) => (size - 1) * stride).Sum()) * Type.Size();
    }

    /// <summary>A module, or an instance of another class.</summary>
    /// <remarks>
    /// A class that has <c>__setstate__</c> gets <see cref="State"/> by it, and has no <see cref="Attributes"/>: packed parameters of quantised layers are such,
    /// and their classes (<c>__torch__.torch.classes.quantized.Conv2dPackedParamsBase</c>) have no code in the archive.
    /// </remarks>
    public sealed class Object(string qualifiedName, IReadOnlyDictionary<string, ScriptValue> attributes, ScriptValue state) : ScriptValue
    {
        /// <summary>As <c>__torch__.torch.nn.modules.linear.Linear</c>: the code is in the unit <c>__torch__.torch.nn.modules.linear</c>.</summary>
        public string QualifiedName { get; } = qualifiedName;

        /// <summary>By name, in the archive's order; empty where the state is no dict by names.</summary>
        public IReadOnlyDictionary<string, ScriptValue> Attributes { get; } = attributes;

        /// <summary>What the archive gives to <c>__setstate__</c>.</summary>
        public ScriptValue State { get; } = state;
    }
}

/// <summary>How quantised integers stand for real numbers: by one scale and zero point, or along an axis by many.</summary>
internal abstract record ScriptQuantisation
{
    private ScriptQuantisation()
    {
    }

    public sealed record PerTensor(double Scale, long ZeroPoint) : ScriptQuantisation;

    public sealed record PerChannel(ScriptValue.Tensor Scales, ScriptValue.Tensor ZeroPoints, long Axis) : ScriptQuantisation;
}
