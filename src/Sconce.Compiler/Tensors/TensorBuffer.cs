using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>The part that a buffer plays in the program.</summary>
public enum BufferKind
{
    /// <summary>Lives within one run, in the arena.</summary>
    Temporary,

    /// <summary>Written by the caller before a run.</summary>
    Input,

    /// <summary>Read by the caller after a run.</summary>
    Output,

    /// <summary>Known at compile time: <see cref="TensorBuffer.Data"/>.</summary>
    Constant,

    /// <summary>Keeps its value between runs; begins as <see cref="TensorBuffer.Data"/>.</summary>
    State,

    /// <summary>
    /// Holds what depends on sizes alone, from run to run until sizes are others: written by kernels. New sizes of inputs make those of a fixed size zero, which tell what has been
    /// written. Where nothing bounds how large it is, it holds nothing longer than a step.
    /// </summary>
    Kept,

    /// <summary>The finding of a <see cref="CheckStep"/>: a place that the runtime reads when a run ended with an error.</summary>
    Fault,

    /// <summary>The value of a <see cref="FoundSymbol"/>, which the runtime reads too.</summary>
    Size,
}

/// <summary>Memory for a tensor: a dtype, logical dims, and the order in which the dims lie in memory.</summary>
public sealed class TensorBuffer(string name, DType type, ImmutableArray<Dim> dims, BufferKind kind = BufferKind.Temporary, TensorData? data = null)
{
    private ImmutableArray<Dim> strides;
    private ImmutableArray<int> order = [.. Enumerable.Range(0, dims.Length)];

    public string Name { get; set; } = name;

    public DType Type { get; } = type;

    public ImmutableArray<Dim> Dims { get; } = dims;

    /// <summary>Its last dim holds the real and the imaginary part of complex numbers, for the caller elements of one complex dtype.</summary>
    public bool HoldsComplex { get; init; }

    /// <summary>The dtype and the shape by which the caller knows it.</summary>
    public (DType Type, ImmutableArray<Dim> Dims) Outside => HoldsComplex ? (Type.ToComplex(), Dims[..^1]) : (Type, Dims);

    public BufferKind Kind { get; set; } = kind;

    /// <summary>For an input that is an integer: the size that its one element gives.</summary>
    public Dim? Value { get; init; }

    /// <summary>The sizes that an input gives to a run: of its dims, or the number that it is.</summary>
    public ImmutableArray<Dim> Sizes => Value is null ? Dims : [Value];

    /// <summary>Whose value it is; null where it is not a size.</summary>
    public FoundSymbol? Symbol { get; init; }

    /// <summary>The contents of a constant, the initial contents of a state; logical (row-major in the order of the dims), whatever <see cref="Order"/> says.</summary>
    public TensorData? Data { get; set; } = data;

    /// <summary>The dims from the outermost in memory to the innermost: 0, 2, 3, 1 is channels-last for an image.</summary>
    public ImmutableArray<int> Order
    {
        get => order;
        set
        {
            order = value;
            strides = default;
        }
    }

    /// <summary>A value of the buffer as the caller gets it.</summary>
    public TensorData Outward(TensorValue value) => HoldsComplex ? value.ToData().AsComplex() : value.ToData();

    public Dim ElementCount => Dim.Product(Dims);

    public Dim ByteCount => ElementCount * Type.Size();

    /// <summary>Elements from one index to the next, by logical dim.</summary>
    public ImmutableArray<Dim> Strides
    {
        get
        {
            if (strides.IsDefault)
            {
                var result = new Dim[Dims.Length];
                Dim step = 1;
                for (var i = Order.Length - 1; i >= 0; i--)
                {
                    result[Order[i]] = step;
                    step *= Dims[Order[i]];
                }

                strides = [.. result];
            }

            return strides;
        }
    }

    /// <summary>The element's place in memory, counted in elements from the buffer's start.</summary>
    public Dim Offset(ImmutableArray<Dim> index)
    {
        var total = Dim.Zero;
        for (var i = 0; i < index.Length; i++)
        {
            total += index[i] * Strides[i];
        }

        return total;
    }

    /// <summary>The <see cref="Data"/> in the order of the dims in memory.</summary>
    public ReadOnlyMemory<byte> Contents()
    {
        var data = Data ?? throw new InvalidOperationException($"Constant {this} has no data.");
        return new TensorData(
            data.Type, [.. Order.Select(dim => data.Shape[dim])], [.. Order.Select(dim => data.Strides[dim])], data.Offset, data.Storage).ToDense();
    }

    public override string ToString() => Name;
}
