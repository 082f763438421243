using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// How the elements of panels are stored, and how they become the float32 that products compute with; float64 is computed with as it is. Weights of 16 bits stay
/// so in the file and in memory.
/// </summary>
/// <param name="Type">float32, float64, or one of the 16-bit floats.</param>
/// <param name="IsScaled">
/// Whether a float16 is kept <see cref="Scale"/> times too large. Then none of them is subnormal, and widening is a shift, a mask and a product: as integers with
/// the exponent moved, subnormal float16 are subnormal float32, with which many processors multiply a hundred times slower.
/// </param>
internal readonly record struct PanelElements(DType Type, bool IsScaled = false)
{
    /// <summary>Takes the smallest float16, 2^-24, to the smallest that is not subnormal.</summary>
    private const int ScaleLog = 10;

    private const double Scale = 1 << ScaleLog;

    public static PanelElements Float32 { get; } = new(DType.Float32);

    public int Size => Type.Size();

    /// <summary>What products compute with.</summary>
    public DType Computed => Type == DType.Float64 ? DType.Float64 : DType.Float32;

    /// <summary>Of these in a vector of 128 bits.</summary>
    public int Lanes => 16 / Computed.Size();

    /// <summary>Constants of 16 bits that readers widen stay as they are; all else is float32. Gives the expression to store as well.</summary>
    public static (PanelElements Elements, Expr Stored) For(Expr element)
    {
        if (element.Type == DType.Float64)
        {
            return (new(DType.Float64), element);
        }

        if (element.As(DType.Float32) is not CastExpr { Operand: { } narrow } || !narrow.Type.IsHalf() || !OperandExpr.IsConstant(narrow))
        {
            return (Float32, element.As(DType.Float32));
        }

        return narrow.Type == DType.Float16 && DataOf(narrow) is { } data && StaysFinite(data)
            ? (new(DType.Float16, IsScaled: true), (narrow.As(DType.Float32) * Expr.Const(DType.Float32, Scale)).As(DType.Float16))
            : (new(narrow.Type), narrow);
    }

    /// <summary>What an expression that <see cref="For"/> gave to be stored loads.</summary>
    public static (PanelElements Elements, LoadExpr Load)? OfStored(Expr expr) => expr switch
    {
        LoadExpr load => (new(load.Type), load),
        CastExpr
        {
            Type: DType.Float16,
            Operand: BinaryExpr { Op: BinaryOp.Mul, Left: CastExpr { Type: DType.Float32, Operand: LoadExpr { Type: DType.Float16 } load }, Right: ConstExpr { Value: Scale } },
        } => (new(DType.Float16, IsScaled: true), load),
        _ => null,
    };

    /// <summary>The load in an expression that <see cref="Widen"/> has made, and how its elements are stored.</summary>
    public static (PanelElements Elements, LoadExpr Load)? Of(Expr expr) => expr switch
    {
        LoadExpr { Type: DType.Float32 or DType.Float64 } load => (new(load.Type), load),
        CastExpr { Type: DType.Float32, Operand: LoadExpr load } when load.Type.IsHalf() => (new(load.Type), load),
        BinaryExpr { Op: BinaryOp.Mul, Left: CastExpr { Type: DType.Float32, Operand: LoadExpr { Type: DType.Float16 } load }, Right: ConstExpr { Value: 1 / Scale } } =>
            (new(DType.Float16, IsScaled: true), load),
        _ => null,
    };

    /// <summary>The element itself, of a load of what is stored.</summary>
    public Expr Widen(LoadExpr load) => IsScaled ? load.As(DType.Float32) * Expr.Const(DType.Float32, 1 / Scale) : load.As(Computed);

    /// <summary>The element as it was before it was stored, of a load of what is stored.</summary>
    public Expr Unpack(LoadExpr load) => IsScaled ? Widen(load).As(load.Type) : load;

    /// <summary>Emits what readers need before their first load, and gives the load of a vector of elements at an address, as float32 where they are not float64.</summary>
    public Func<I32, uint, V128> Reader(FunctionBuilder f)
    {
        var type = Type;
        if (!type.IsHalf())
        {
            return (pointer, offset) => Memory.LoadV128(pointer, offset);
        }

        if (!IsScaled)
        {
            var half = new HalfFloats(f);
            return (pointer, offset) => half.FromBits(Memory.Load16x4U(pointer, offset), type);
        }

        // Sign-extended and shifted, the sign stands in the upper bits: it stays in the first, and leaves the others to the exponent.
        var (mask, scale) = (Splat(unchecked((int)0x8FFFFFFF), "mask"), Splat(0x77800000 - (ScaleLog << 23), "scale"));
        return (pointer, offset) => F32x4.Mul(I32x4.Shl(Memory.Load16x4S(pointer, offset), 13) & mask, scale);

        LocalV128 Splat(int bits, string name) => f.Let(V128.Const(bits, bits, bits, bits), name);
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
            if ((bits & 0x7C00) >= (0x1F - ScaleLog) << 10)
            {
                return false;
            }
        }

        return true;
    }
}
