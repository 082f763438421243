using System.Collections.Immutable;

namespace Sconce.Compiler.Wasm;

/// <summary>The types of a function's parameters, and of its result; it has one at most. Equal where parameters and result are.</summary>
public sealed record FunctionType(ImmutableArray<WasmType> Parameters, WasmType Result = WasmType.None)
{
    public bool Equals(FunctionType? other) =>
        other is not null && Result == other.Result && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Result);
        foreach (WasmType parameter in Parameters)
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
        foreach (WasmType parameter in Parameters)
        {
            writer.WriteByte((byte)parameter);
        }

        writer.WriteUnsigned(Result == WasmType.None ? 0u : 1u);
        if (Result != WasmType.None)
        {
            writer.WriteByte((byte)Result);
        }
    }
}
