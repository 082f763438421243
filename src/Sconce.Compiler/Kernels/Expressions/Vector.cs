using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>
/// Four elements side by side: one vector, or two (elements 0 and 1, then 2 and 3) where an element has 64 bits. A bool is a lane of ones
/// or zeros, an integer of up to 32 bits a lane of 32, a 16-bit float a float32.
/// </summary>
public readonly record struct Vector(V128 Low, V128? High = null)
{
    public const int Lanes = 4;

    public static bool IsWide(DType type) => type is DType.Int64 or DType.UInt64 or DType.Float64;

    /// <summary>The upper half of a wide vector.</summary>
    public V128 Upper => High ?? throw new InvalidOperationException("This vector has no upper half.");

    public Vector Map(Func<V128, V128> function) => new(function(Low), High is null ? null : function(High));

    public Vector Zip(Vector other, Func<V128, V128, V128> function) =>
        new(function(Low, other.Low), High is null ? null : function(High, other.Upper));
}
