using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>The code of a <see cref="BinaryOp"/>, by how numbers are held: as <see cref="UnaryCode"/>.</summary>
internal sealed record BinaryCode
{
    /// <summary>Of bools, where it is not that of other i32.</summary>
    public Func<I32, I32, I32>? Bool { get; init; }

    public Func<Site, I32, I32, I32>? I32 { get; init; }

    public Func<Site, I64, I64, Code>? I64 { get; init; }

    public Func<Site, F32, F32, Code>? F32 { get; init; }

    public Func<Site, F64, F64, Code>? F64 { get; init; }

    /// <summary>Masks are 0 and -1, so that the order of bools is the reverse of theirs.</summary>
    public Func<V128, V128, V128>? Mask { get; init; }

    public Func<Site, V128, V128, V128>? I32x4 { get; init; }

    public Func<Site, V128, V128, V128>? I64x2 { get; init; }

    public Func<Site, V128, V128, V128>? F32x4 { get; init; }

    public Func<Site, V128, V128, V128>? F64x2 { get; init; }

    /// <summary>Of uint32 and uint64, which fill what holds them, where it is not that of numbers with a sign.</summary>
    public BinaryCode? Unsigned { get; init; }
}

/// <summary>The table of <see cref="BinaryCode"/>.</summary>
internal static class BinaryCodes
{
    private static readonly Dictionary<BinaryOp, BinaryCode> table = new()
    {
        // PyTorch's sum of bools is "or", their product "and".
        [BinaryOp.Add] = new()
        {
            Bool = (a, b) => a | b, Mask = (a, b) => a | b,
            I32 = (at, a, b) => at.Wrap(a + b), I64 = (_, a, b) => a + b, F32 = (_, a, b) => a + b, F64 = (_, a, b) => a + b,
            I32x4 = (at, a, b) => at.Wrap(I32x4.Add(a, b)), I64x2 = (_, a, b) => I64x2.Add(a, b),
            F32x4 = (_, a, b) => F32x4.Add(a, b), F64x2 = (_, a, b) => F64x2.Add(a, b),
        },
        [BinaryOp.Sub] = new()
        {
            Bool = (a, b) => a ^ b, Mask = (a, b) => a ^ b,
            I32 = (at, a, b) => at.Wrap(a - b), I64 = (_, a, b) => a - b, F32 = (_, a, b) => a - b, F64 = (_, a, b) => a - b,
            I32x4 = (at, a, b) => at.Wrap(I32x4.Sub(a, b)), I64x2 = (_, a, b) => I64x2.Sub(a, b),
            F32x4 = (_, a, b) => F32x4.Sub(a, b), F64x2 = (_, a, b) => F64x2.Sub(a, b),
        },
        [BinaryOp.Mul] = new()
        {
            Bool = (a, b) => a & b, Mask = (a, b) => a & b,
            I32 = (at, a, b) => at.Wrap(a * b), I64 = (_, a, b) => a * b, F32 = (_, a, b) => a * b, F64 = (_, a, b) => a * b,
            I32x4 = (at, a, b) => at.Wrap(I32x4.Mul(a, b)), I64x2 = (_, a, b) => I64x2.Mul(a, b),
            F32x4 = (_, a, b) => F32x4.Mul(a, b), F64x2 = (_, a, b) => F64x2.Mul(a, b),
        },
        [BinaryOp.Div] = new()
        {
            I32 = (at, a, b) => at.Wrap(IntegerOps.Divide(at.Function, a, b)), I64 = (at, a, b) => IntegerOps.Divide(at.Function, a, b),
            F32 = (_, a, b) => a / b, F64 = (_, a, b) => a / b,
            F32x4 = (_, a, b) => F32x4.Div(a, b), F64x2 = (_, a, b) => F64x2.Div(a, b),
            Unsigned = new() { I32 = (at, a, b) => IntegerOps.DivideUnsigned(at.Function, a, b), I64 = (at, a, b) => IntegerOps.DivideUnsigned(at.Function, a, b) },
        },
        [BinaryOp.Rem] = new()
        {
            I32 = (at, a, b) => at.Wrap(IntegerOps.Remainder(at.Function, a, b)), I64 = (at, a, b) => IntegerOps.Remainder(at.Function, a, b),
            F64 = (at, a, b) => at.Math.Remainder(a, b),
            Unsigned = new() { I32 = (at, a, b) => IntegerOps.RemainderUnsigned(at.Function, a, b), I64 = (at, a, b) => IntegerOps.RemainderUnsigned(at.Function, a, b) },
        },
        [BinaryOp.Mod] = new()
        {
            I32 = (at, a, b) => at.Wrap(IntegerOps.Modulo(at.Function, a, b)), I64 = (at, a, b) => IntegerOps.Modulo(at.Function, a, b),
            F64 = (at, a, b) => at.Math.Modulo(a, b),
            Unsigned = new() { I32 = (at, a, b) => IntegerOps.RemainderUnsigned(at.Function, a, b), I64 = (at, a, b) => IntegerOps.RemainderUnsigned(at.Function, a, b) },
        },
        [BinaryOp.FloorDiv] = new()
        {
            I32 = (at, a, b) => at.Wrap(IntegerOps.FloorDivide(at.Function, a, b)), I64 = (at, a, b) => IntegerOps.FloorDivide(at.Function, a, b),
            F64 = (at, a, b) => at.Math.FloorDivide(a, b),
            Unsigned = new() { I32 = (at, a, b) => IntegerOps.DivideUnsigned(at.Function, a, b), I64 = (at, a, b) => IntegerOps.DivideUnsigned(at.Function, a, b) },
        },
        [BinaryOp.Min] = new()
        {
            I32 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.LtS(y).Select(x, y) : null!,
            I64 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.LtS(y).Select(x, y) : null!,
            F32 = (_, a, b) => a.Min(b), F64 = (_, a, b) => a.Min(b), Mask = (a, b) => a & b, I32x4 = (_, a, b) => I32x4.MinS(a, b),
            I64x2 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? V128.Bitselect(x, y, I64x2.LtS(x, y)) : null!,
            F32x4 = (_, a, b) => F32x4.Min(a, b), F64x2 = (_, a, b) => F64x2.Min(a, b),
            Unsigned = new()
            {
                I32 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.LtU(y).Select(x, y) : null!,
                I64 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.LtU(y).Select(x, y) : null!,
                I32x4 = (_, a, b) => I32x4.MinU(a, b),
            },
        },
        [BinaryOp.Max] = new()
        {
            I32 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.GtS(y).Select(x, y) : null!,
            I64 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.GtS(y).Select(x, y) : null!,
            F32 = (_, a, b) => a.Max(b), F64 = (_, a, b) => a.Max(b), Mask = (a, b) => a | b, I32x4 = (_, a, b) => I32x4.MaxS(a, b),
            I64x2 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? V128.Bitselect(x, y, I64x2.GtS(x, y)) : null!,
            F32x4 = (_, a, b) => F32x4.Max(a, b), F64x2 = (_, a, b) => F64x2.Max(a, b),
            Unsigned = new()
            {
                I32 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.GtU(y).Select(x, y) : null!,
                I64 = (at, a, b) => (at.Function.Let(a), at.Function.Let(b)) is var (x, y) ? x.GtU(y).Select(x, y) : null!,
                I32x4 = (_, a, b) => I32x4.MaxU(a, b),
            },
        },
        [BinaryOp.Pow] = new()
        {
            I32 = (at, a, b) => at.Wrap(I32.WrapI64(IntegerOps.Power(at.Function, at.Module, I64.ExtendI32S(a), I64.ExtendI32S(b)))),
            I64 = (at, a, b) => IntegerOps.Power(at.Function, at.Module, a, b),
            F32 = (at, a, b) => F32x4.ExtractLane(at.Function.CallResult(VectorMath.PowerFunction(at.Module), F32x4.Splat(a), F32x4.Splat(b)).AsV128(), 0),
            F64 = (at, a, b) => at.Math.Power(a, b),
            F32x4 = (at, a, b) => at.VectorMath.Power(a, b),
            Unsigned = new()
            {
                I32 = (at, a, b) => I32.WrapI64(IntegerOps.PowerUnsigned(at.Function, at.Module, I64.ExtendI32U(a), I64.ExtendI32U(b))),
                I64 = (at, a, b) => IntegerOps.PowerUnsigned(at.Function, at.Module, a, b),
            },
        },
        [BinaryOp.Atan2] = new() { F64 = (at, a, b) => at.Math.Atan2(a, b) },
        [BinaryOp.And] = new()
        {
            I32 = (_, a, b) => a & b, I64 = (_, a, b) => a & b,
            Mask = (a, b) => a & b, I32x4 = (_, a, b) => a & b, I64x2 = (_, a, b) => a & b,
        },
        [BinaryOp.Or] = new()
        {
            I32 = (_, a, b) => a | b, I64 = (_, a, b) => a | b,
            Mask = (a, b) => a | b, I32x4 = (_, a, b) => a | b, I64x2 = (_, a, b) => a | b,
        },
        [BinaryOp.Xor] = new()
        {
            I32 = (_, a, b) => a ^ b, I64 = (_, a, b) => a ^ b,
            Mask = (a, b) => a ^ b, I32x4 = (_, a, b) => a ^ b, I64x2 = (_, a, b) => a ^ b,
        },
        [BinaryOp.Shl] = new()
        {
            I32 = (at, a, b) => at.Wrap(IntegerOps.Shift(at.Function, a, b, left: true, at.Type.Size() * 8)), I64 = (at, a, b) => IntegerOps.Shift(at.Function, a, b, left: true),
        },
        [BinaryOp.Shr] = new()
        {
            I32 = (at, a, b) => at.Wrap(IntegerOps.Shift(at.Function, a, b, left: false, at.Type.Size() * 8)), I64 = (at, a, b) => IntegerOps.Shift(at.Function, a, b, left: false),
            Unsigned = new() { I32 = (at, a, b) => IntegerOps.ShiftUnsigned(at.Function, a, b), I64 = (at, a, b) => IntegerOps.ShiftUnsigned(at.Function, a, b) },
        },
        [BinaryOp.Eq] = new()
        {
            I32 = (_, a, b) => a.Eq(b), I64 = (_, a, b) => a.Eq(b), F32 = (_, a, b) => a.Eq(b), F64 = (_, a, b) => a.Eq(b),
            Mask = (a, b) => ~(a ^ b), I32x4 = (_, a, b) => I32x4.Eq(a, b), I64x2 = (_, a, b) => I64x2.Eq(a, b),
            F32x4 = (_, a, b) => F32x4.Eq(a, b), F64x2 = (_, a, b) => F64x2.Eq(a, b),
        },
        [BinaryOp.Ne] = new()
        {
            I32 = (_, a, b) => a.Ne(b), I64 = (_, a, b) => a.Ne(b), F32 = (_, a, b) => a.Ne(b), F64 = (_, a, b) => a.Ne(b),
            Mask = (a, b) => a ^ b, I32x4 = (_, a, b) => I32x4.Ne(a, b), I64x2 = (_, a, b) => I64x2.Ne(a, b),
            F32x4 = (_, a, b) => F32x4.Ne(a, b), F64x2 = (_, a, b) => F64x2.Ne(a, b),
        },
        [BinaryOp.Lt] = new()
        {
            I32 = (_, a, b) => a.LtS(b), I64 = (_, a, b) => a.LtS(b), F32 = (_, a, b) => a.Lt(b), F64 = (_, a, b) => a.Lt(b),
            Mask = (a, b) => V128.Andnot(b, a), I32x4 = (_, a, b) => I32x4.LtS(a, b), I64x2 = (_, a, b) => I64x2.LtS(a, b),
            F32x4 = (_, a, b) => F32x4.Lt(a, b), F64x2 = (_, a, b) => F64x2.Lt(a, b),
            Unsigned = new() { I32 = (_, a, b) => a.LtU(b), I64 = (_, a, b) => a.LtU(b), I32x4 = (_, a, b) => I32x4.LtU(a, b) },
        },
        [BinaryOp.Le] = new()
        {
            I32 = (_, a, b) => a.LeS(b), I64 = (_, a, b) => a.LeS(b), F32 = (_, a, b) => a.Le(b), F64 = (_, a, b) => a.Le(b),
            Mask = (a, b) => ~a | b, I32x4 = (_, a, b) => I32x4.LeS(a, b), I64x2 = (_, a, b) => I64x2.LeS(a, b),
            F32x4 = (_, a, b) => F32x4.Le(a, b), F64x2 = (_, a, b) => F64x2.Le(a, b),
            Unsigned = new() { I32 = (_, a, b) => a.LeU(b), I64 = (_, a, b) => a.LeU(b), I32x4 = (_, a, b) => I32x4.LeU(a, b) },
        },
        [BinaryOp.Gt] = new()
        {
            I32 = (_, a, b) => a.GtS(b), I64 = (_, a, b) => a.GtS(b), F32 = (_, a, b) => a.Gt(b), F64 = (_, a, b) => a.Gt(b),
            Mask = (a, b) => V128.Andnot(a, b), I32x4 = (_, a, b) => I32x4.GtS(a, b), I64x2 = (_, a, b) => I64x2.GtS(a, b),
            F32x4 = (_, a, b) => F32x4.Gt(a, b), F64x2 = (_, a, b) => F64x2.Gt(a, b),
            Unsigned = new() { I32 = (_, a, b) => a.GtU(b), I64 = (_, a, b) => a.GtU(b), I32x4 = (_, a, b) => I32x4.GtU(a, b) },
        },
        [BinaryOp.Ge] = new()
        {
            I32 = (_, a, b) => a.GeS(b), I64 = (_, a, b) => a.GeS(b), F32 = (_, a, b) => a.Ge(b), F64 = (_, a, b) => a.Ge(b),
            Mask = (a, b) => a | ~b, I32x4 = (_, a, b) => I32x4.GeS(a, b), I64x2 = (_, a, b) => I64x2.GeS(a, b),
            F32x4 = (_, a, b) => F32x4.Ge(a, b), F64x2 = (_, a, b) => F64x2.Ge(a, b),
            Unsigned = new() { I32 = (_, a, b) => a.GeU(b), I64 = (_, a, b) => a.GeU(b), I32x4 = (_, a, b) => I32x4.GeU(a, b) },
        },
    };

    public static BinaryCode Of(BinaryOp op, DType type) => type is DType.UInt32 or DType.UInt64 ? table[op].Unsigned ?? table[op] : table[op];
}
