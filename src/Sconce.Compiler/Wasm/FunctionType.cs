using System.Collections.Immutable;

namespace Sconce.Compiler.Wasm;

/// <summary>What a function takes and gives; at most one result. Equal where parameters and result are.</summary>
public sealed record FunctionType(ImmutableArray<ValueType> Parameters, ValueType Result = ValueType.None)
{
    public bool Equals(FunctionType? other) =>
        other is not null && Result == other.Result && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Result);
        foreach (ValueType parameter in Parameters)
        {
            hash.Add(parameter);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"({string.Join(", ", Parameters.Select(p => p.Name()))}) -> {Result.Name()}";

    internal void WriteTo(ByteWriter writer)
    {
        writer.WriteByte(0x60);
        writer.WriteUnsigned((uint)Parameters.Length);
        foreach (ValueType parameter in Parameters)
        {
            writer.WriteByte((byte)parameter);
        }

        writer.WriteUnsigned(Result == ValueType.None ? 0u : 1u);
        if (Result != ValueType.None)
        {
            writer.WriteByte((byte)Result);
        }
    }
}
