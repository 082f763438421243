using System.Collections;
using Sconce.Compiler.Operators.Schema;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>Turns one call of an operator into steps. What it returns is the rule for dtypes and shapes.</summary>
public delegate Lowered Lowering(Call call);

/// <summary>One overload of an operator, defined in this one place: its schema as PyTorch prints it, and its lowering.</summary>
public sealed class Operator(string signature, string family, DTypeSet types, Lowering lower, Lowering? complex = null)
{
    private OperatorSchema? schema;

    /// <summary>The schema's text.</summary>
    public string Signature { get; } = signature;

    public string Family { get; } = family;

    /// <summary>The dtypes of tensors it takes.</summary>
    public DTypeSet Types => LowerComplex is null ? types : types | DTypeSet.Complex;

    public Lowering Lower { get; } = lower;

    /// <summary>
    /// For calls with complex tensors, where these take another lowering. An operator of complex dtypes without one only moves elements: it does the same
    /// to the real and to the imaginary part.
    /// </summary>
    public Lowering? LowerComplex { get; } = complex ?? ComplexForms.Of(SchemaParser.ParseName(signature).Name);

    /// <summary>Namespace, name and overload: <c>aten::add.Tensor</c>.</summary>
    public string FullName { get; } = signature[..signature.IndexOf('(', StringComparison.Ordinal)];

    /// <summary>Parsed when first asked for: a model uses few of the operators there are.</summary>
    public OperatorSchema Schema => schema ??= SchemaParser.Parse(Signature);
}

/// <summary>Operators of one kind, written as a list of signatures with their lowerings.</summary>
public sealed class OperatorFamily(string name, DTypeSet types = DTypeSet.Real) : IEnumerable<Operator>
{
    private readonly List<Operator> operators = [];

    public string Name { get; } = name;

    public void Add(string signature, Lowering lower) => Add(signature, types, lower);

    public void Add(string signature, DTypeSet only, Lowering lower) => operators.Add(new(signature, Name, only, lower));

    public void Add(string signature, Lowering lower, Lowering complex) => operators.Add(new(signature, Name, types, lower, complex));

    public IEnumerator<Operator> GetEnumerator() => operators.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Sets of dtypes that operators take.</summary>
[Flags]
public enum DTypeSet
{
    None = 0,
    Bool = 1 << DType.Bool,
    Integers = 1 << DType.UInt8 | 1 << DType.Int8 | 1 << DType.Int16 | 1 << DType.Int32 | 1 << DType.Int64 | 1 << DType.UInt16 | 1 << DType.UInt32 | 1 << DType.UInt64,
    Floats = 1 << DType.Float16 | 1 << DType.BFloat16 | 1 << DType.Float32 | 1 << DType.Float64,
    Numbers = Integers | Floats,
    Float8 = 1 << DType.Float8E4M3FN | 1 << DType.Float8E5M2 | 1 << DType.Float8E4M3FNUZ | 1 << DType.Float8E5M2FNUZ | 1 << DType.Float8E8M0FNU,
    Real = Bool | Integers | Floats,
    Complex = 1 << DType.Complex32 | 1 << DType.Complex64 | 1 << DType.Complex128,

    /// <summary>What is moved and converted, not computed with.</summary>
    Stored = Real | Float8,
    All = Stored | Complex,
}

/// <summary>Questions to a <see cref="DTypeSet"/>.</summary>
public static class DTypeSets
{
    public static bool Has(this DTypeSet set, DType type) => ((int)set & (1 << (int)type)) != 0;

    public static IEnumerable<DType> Each(this DTypeSet set) => Enum.GetValues<DType>().Where(type => set.Has(type));
}
