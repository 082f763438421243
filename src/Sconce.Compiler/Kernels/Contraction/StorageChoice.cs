using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>How an operand that is packed should be stored: weights of 8 and 16 bits stay so in the file and in memory, all else is what it is computed with.</summary>
internal static class StorageChoice
{
    /// <summary>The storage for an element, and the expression to store.</summary>
    public static (Storage.Elementwise Storage, Expr Stored) For(Expr element)
    {
        if (element.Type == DType.Float64)
        {
            return (new Storage.Plain(DType.Float64), element);
        }

        if (element.As(DType.Float32) is not CastExpr { Operand: { } narrow } || !narrow.Type.IsNarrow() || !OperandExpr.IsConstant(narrow))
        {
            return (Storage.Plain.Float32, element.As(DType.Float32));
        }

        Storage.Elementwise storage = narrow.Type == DType.Float16 && DataOf(narrow) is { } data && StaysFinite(data) ? Storage.ScaledHalf.Instance : new Storage.Plain(narrow.Type);
        return (storage, storage.Store(narrow));
    }

    /// <summary>The contents of the only constant that the expression loads, perhaps padded with zeros.</summary>
    private static TensorData? DataOf(Expr expr) => expr switch
    {
        LoadExpr load => load.Buffer.Data,
        GuardExpr { Outside: ConstExpr { Value: 0 } } guard => DataOf(guard.Inside),
        _ => null,
    };

    /// <summary>Whether each element is finite, and still is when it is scaled.</summary>
    private static bool StaysFinite(TensorData data)
    {
        foreach (var bits in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(data.Storage.Span))
        {
            // The exponent's bits, of a number of 64 and more, or of infinity and NaN.
            if ((bits & 0x7C00) >= (0x1F - Storage.ScaledHalf.ScaleLog) << 10)
            {
                return false;
            }
        }

        return true;
    }
}
