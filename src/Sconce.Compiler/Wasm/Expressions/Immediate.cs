namespace Sconce.Compiler.Wasm;

/// <summary>The constants and names that an instruction carries beside its operands; which fields count is its <see cref="ImmediateKind"/>'s.</summary>
internal readonly record struct Immediate
{
    /// <summary>A constant's bits (sign-extended where an integer), or a shuffle's sixteen lanes.</summary>
    public UInt128 Bits { get; init; }

    public uint Offset { get; init; }

    /// <summary>The alignment hint, as a power of two.</summary>
    public byte AlignmentExponent { get; init; }

    public byte Lane { get; init; }

    /// <summary>A <see cref="Local"/>, <see cref="Global"/>, <see cref="FunctionBuilder"/>, <see cref="FunctionType"/>, or labels.</summary>
    public object? Target { get; init; }
}
