using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>A value of the graph as the tensor program has it: a tensor in a buffer, a size, a number, a list of these.</summary>
public abstract record Lowered
{
    private Lowered()
    {
    }

    public static Lowered Nothing { get; } = new None();

    public sealed record Tensor(TensorBuffer Buffer) : Lowered;

    /// <summary>A tensor of complex numbers, as its real and its imaginary part.</summary>
    public sealed record Complex(TensorBuffer Real, TensorBuffer Imaginary) : Lowered;

    /// <summary>An integer, as an expression over the program's symbols.</summary>
    public sealed record Int(Dim Value) : Lowered;

    /// <summary>A Python float: a float64 expression over symbols (and, after <c>item()</c>, loads).</summary>
    public sealed record Float(Expr Value) : Lowered;

    public sealed record Bool(Expr Value) : Lowered
    {
        /// <summary>Null where only the run can tell.</summary>
        public bool? Known => IndexConditions.Decide(Value);
    }

    public sealed record Text(string Value) : Lowered;

    public sealed record ScalarType(DType Value) : Lowered;

    /// <summary>A list or a tuple.</summary>
    public sealed record List(ImmutableArray<Lowered> Items) : Lowered;

    /// <summary>A device, layout or memory format: no operator computes with one.</summary>
    public sealed record Opaque(string Value) : Lowered;

    public sealed record None : Lowered;

    public static Lowered Of(long value) => new Int(value);

    public static Lowered Of(double value) => new Float(Expr.Const(DType.Float64, value));

    public static Lowered Of(bool value) => new Bool(Expr.Const(DType.Bool, value ? 1L : 0L));

    /// <summary>Several results, or a list of tensors.</summary>
    public static Lowered Of(params IEnumerable<TensorBuffer> buffers) => new List([.. buffers.Select(buffer => new Tensor(buffer))]);

    public static implicit operator Lowered(TensorBuffer buffer) => new Tensor(buffer);

    public static implicit operator Lowered(Dim value) => new Int(value);

    /// <summary>The kind of the value, for messages.</summary>
    public string Kind => this switch
    {
        Tensor tensor => $"a tensor of {tensor.Buffer.Type.Name()}[{string.Join(", ", tensor.Buffer.Dims)}]",
        Complex tensor => $"a complex tensor of [{string.Join(", ", tensor.Real.Dims)}]",
        Int value => $"the int {value.Value}",
        Float value => $"the float {value.Value}",
        Bool value => $"the bool {value.Value}",
        Text value => $"the string '{value.Value}'",
        ScalarType value => $"the dtype {value.Value.Name()}",
        List list => $"a list of {list.Items.Length}",
        Opaque value => value.Value,
        _ => "None",
    };
}
