using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// A scalar expression over loaded elements, computed at each point of a step's index space. Immutable; equality is structural,
/// shared subtrees are computed once.
/// </summary>
public abstract class Expr : IEquatable<Expr>
{
    /// <summary>Operations within operations; deeper ones are refused, before they overflow the stack. Real models have up to 60.</summary>
    private const int DeepestNesting = 400;

    private readonly int hash;

    private protected Expr(DType type, int hash, params ReadOnlySpan<Expr> operands)
        : this(type, hash)
    {
        foreach (var operand in operands)
        {
            Nest(operand.Size, operand.Depth);
        }
    }

    private protected Expr(DType type, int hash, ImmutableArray<Dim> index)
        : this(type, hash)
    {
        foreach (var dim in index)
        {
            Nest(dim.Size, dim.Depth);
        }
    }

    private Expr(DType type, int hash) => (Type, this.hash) = (type, HashCode.Combine(type, hash));

    public DType Type { get; }

    /// <summary>How many nodes and atoms the expression has, shared ones counted each time they occur, up to <see cref="int.MaxValue"/>.</summary>
    public int Size { get; private set; } = 1;

    /// <summary>How deep operations lie inside one another.</summary>
    public int Depth { get; private set; } = 1;

    public abstract ImmutableArray<Expr> Operands { get; }

    public static Expr operator +(Expr a, Expr b) => new BinaryExpr(BinaryOp.Add, a, b);

    public static Expr operator -(Expr a, Expr b) => new BinaryExpr(BinaryOp.Sub, a, b);

    public static Expr operator *(Expr a, Expr b) => new BinaryExpr(BinaryOp.Mul, a, b);

    public static Expr operator /(Expr a, Expr b) => new BinaryExpr(BinaryOp.Div, a, b);

    public static Expr operator -(Expr a) => new UnaryExpr(UnaryOp.Neg, a);

    public static Expr operator !(Expr a) => new UnaryExpr(UnaryOp.Not, a);

    public static Expr operator &(Expr a, Expr b) => new BinaryExpr(BinaryOp.And, a, b);

    public static Expr operator |(Expr a, Expr b) => new BinaryExpr(BinaryOp.Or, a, b);

    public static Expr operator <(Expr a, Expr b) => new BinaryExpr(BinaryOp.Lt, a, b);

    public static Expr operator >(Expr a, Expr b) => new BinaryExpr(BinaryOp.Gt, a, b);

    public static Expr operator <=(Expr a, Expr b) => new BinaryExpr(BinaryOp.Le, a, b);

    public static Expr operator >=(Expr a, Expr b) => new BinaryExpr(BinaryOp.Ge, a, b);

    public Expr EqualTo(Expr other) => new BinaryExpr(BinaryOp.Eq, this, other);

    /// <summary>Converts as <c>Tensor.to(dtype)</c> does; nothing where it is that type already.</summary>
    public Expr As(DType type) => type == Type ? this : this is ConstExpr c ? c.ConvertTo(type) : new CastExpr(type, this);

    /// <summary>The same bits as a dtype of the same size. Between integers that is a conversion, and so what has any bit set is true.</summary>
    public Expr Bitcast(DType type) =>
        !type.IsFloat() && !Type.IsFloat() ? As(type)
        : type == Type ? this
        : type.IsFloat() && Type.IsFloat() ? Bitcast(Type.SameSizeInteger()).Bitcast(type)
        : type == DType.Bool ? Bitcast(Type.SameSizeInteger()).As(type)
        : Type == DType.Bool ? As(type.SameSizeInteger()).Bitcast(type)
        : new BitcastExpr(type, this);

    public Expr Apply(UnaryOp op) => new UnaryExpr(op, this);

    public Expr Apply(BinaryOp op, Expr other) => new BinaryExpr(op, this, other);

    public static Expr Select(Expr condition, Expr yes, Expr no) => new SelectExpr(condition, yes, no);

    /// <summary>As <see cref="Select"/>, but the branch that is not chosen is not evaluated: what it loads may lie outside its buffer.</summary>
    public static Expr Guard(Expr condition, Expr inside, Expr outside) => new GuardExpr(condition, inside, outside);

    /// <summary>A constant of the given type.</summary>
    public static Expr Const(DType type, double value) => ConstExpr.Of(type, value);

    public static Expr Const(DType type, long value) => ConstExpr.Of(type, value);

    /// <summary>An index or size as an int64 number.</summary>
    public static Expr Of(Dim value) => value.IsConstant ? Const(DType.Int64, value.Value) : WideNumbers.Of(value) ?? new IndexExpr(value);

    /// <summary>An int64 expression used as an index into a buffer.</summary>
    public Dim ToIndex(Interval bounds) => this switch
    {
        IndexExpr index => index.Value,
        ConstExpr constant => (long)constant.Value,
        _ => Dim.Of(new LoadedIndex(As(DType.Int64), bounds)),
    };

    /// <summary>The same with other values for atoms.</summary>
    public Expr Substitute(Func<Atom, Dim?> map) => new ExprRewriter(dims: dim => dim.Substitute(map)).Rewrite(this);

    /// <inheritdoc cref="Substitute(Func{Atom, Dim})"/>
    public Expr Substitute(IReadOnlyDictionary<Atom, Dim> map) => Substitute(map.GetValueOrDefault);

    public bool Equals(Expr? other) =>
        ReferenceEquals(this, other) || (other is not null && hash == other.hash && Type == other.Type && SameAs(other));

    public override bool Equals(object? obj) => Equals(obj as Expr);

    public override int GetHashCode() => hash;

    private protected abstract bool SameAs(Expr other);

    private void Nest(int size, int depth)
    {
        Size = (int)Math.Min((long)Size + size, int.MaxValue);
        Depth = Math.Max(Depth, depth + 1);
        if (Depth > DeepestNesting)
        {
            throw Budget.TooLarge($"a number computed by more than {DeepestNesting} operations inside one another");
        }
    }
}

/// <summary>A literal. Integers (and bools as 0 and 1) are kept exactly in <see cref="Bits"/>.</summary>
public sealed class ConstExpr : Expr
{
    private ConstExpr(DType type, long bits)
        : base(type, HashCode.Combine(1, bits)) => Bits = bits;

    /// <summary>The integer itself, one of uint64 as the int64 of the same bits; for floats the bits of the value as a double.</summary>
    public long Bits { get; }

    /// <summary>The value as a double (integers beyond 2^53 lose their last digits).</summary>
    public double Value => Type.IsFloat() || Type.IsComplex() ? BitConverter.Int64BitsToDouble(Bits) : Type == DType.UInt64 ? (ulong)Bits : Bits;

    public override ImmutableArray<Expr> Operands => [];

    public static ConstExpr Of(DType type, double value) => type switch
    {
        DType.Bool => new(type, value != 0 ? 1 : 0),
        DType.Float32 => new(type, BitConverter.DoubleToInt64Bits((float)value)),
        DType.Float16 => new(type, BitConverter.DoubleToInt64Bits((double)(Half)value)),
        DType.BFloat16 => new(type, BitConverter.DoubleToInt64Bits(RoundToBFloat16((float)value))),
        _ when type.IsFloat8() => new(type, BitConverter.DoubleToInt64Bits(Float8.ToSingle(Float8.FromSingle((float)value, type), type))),
        _ when type.IsFloat() || type.IsComplex() => new(type, BitConverter.DoubleToInt64Bits(value)),
        DType.UInt64 when value >= 9.2233720368547758e18 => new(type, (long)(ulong)value),
        _ => Of(type, double.IsNaN(value) ? 0 : (long)value),
    };

    public static ConstExpr Of(DType type, long value) => type switch
    {
        DType.Bool => new(type, value != 0 ? 1 : 0),
        DType.UInt8 => new(type, (byte)value),
        DType.Int8 => new(type, (sbyte)value),
        DType.Int16 => new(type, (short)value),
        DType.Int32 => new(type, (int)value),
        DType.Int64 or DType.UInt64 => new(type, value),
        DType.UInt16 => new(type, (ushort)value),
        DType.UInt32 => new(type, (uint)value),
        _ => Of(type, (double)value),
    };

    /// <summary>The least integer of a dtype.</summary>
    public static ConstExpr Lowest(DType type) => Of(type, type switch
    {
        DType.Int8 => sbyte.MinValue,
        DType.Int16 => short.MinValue,
        DType.Int32 => int.MinValue,
        DType.Int64 => long.MinValue,
        _ => 0,
    });

    /// <summary>The largest integer of a dtype.</summary>
    public static ConstExpr Highest(DType type) => Of(type, type switch
    {
        DType.Int8 => sbyte.MaxValue,
        DType.Int16 => short.MaxValue,
        DType.Int32 => int.MaxValue,
        DType.Int64 => long.MaxValue,
        _ => -1,
    });

    public ConstExpr ConvertTo(DType type) => Type.IsFloat() || (Type == DType.UInt64 && type.IsFloat()) ? Of(type, Value) : Of(type, Bits);

    public override string ToString() => Type.IsFloat() ? Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : Bits.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The nearest float that bfloat16 has.</summary>
    public static float RoundToBFloat16(float value) => BitConverter.UInt32BitsToSingle((uint)HalfPrecision.ToBFloat16(value) << 16);

    private protected override bool SameAs(Expr other) => other is ConstExpr c && Bits == c.Bits;
}

/// <summary>An element of a buffer. The index is within the buffer wherever this is evaluated.</summary>
public sealed class LoadExpr(TensorBuffer buffer, ImmutableArray<Dim> index) : Expr(buffer.Type, HashOf(buffer, index), index)
{
    public TensorBuffer Buffer { get; } = buffer;

    public ImmutableArray<Dim> Index { get; } = index.Length == buffer.Dims.Length
        ? index
        : throw new ArgumentException($"Buffer {buffer.Name} has {buffer.Dims.Length} dims, the index {index.Length}.");

    public override ImmutableArray<Expr> Operands => [];

    public override string ToString() => $"{Buffer}[{string.Join(", ", Index)}]";

    private protected override bool SameAs(Expr other) =>
        other is LoadExpr load && ReferenceEquals(Buffer, load.Buffer) && Index.AsSpan().SequenceEqual(load.Index.AsSpan());

    private static int HashOf(TensorBuffer buffer, ImmutableArray<Dim> index)
    {
        var code = new HashCode();
        code.Add(buffer);
        foreach (var dim in index)
        {
            code.Add(dim);
        }

        return code.ToHashCode();
    }
}

/// <summary>An index or size as an int64 number.</summary>
public sealed class IndexExpr(Dim value) : Expr(DType.Int64, value.GetHashCode(), ImmutableArray.Create(value))
{
    public Dim Value { get; } = value;

    public override ImmutableArray<Expr> Operands => [];

    public override string ToString() => Value.ToString();

    private protected override bool SameAs(Expr other) => other is IndexExpr index && Value.Equals(index.Value);
}

/// <summary>In an epilogue, the value a step has accumulated: a reduction's, a product's, a convolution's.</summary>
public sealed class AccumulatorExpr(int number, DType type) : Expr(type, HashCode.Combine(3, number))
{
    public int Number { get; } = number;

    public override ImmutableArray<Expr> Operands => [];

    public override string ToString() => $"acc{Number}";

    private protected override bool SameAs(Expr other) => other is AccumulatorExpr acc && Number == acc.Number;
}

/// <inheritdoc cref="UnaryOp"/>
public sealed class UnaryExpr(UnaryOp op, Expr operand)
    : Expr(UnaryOperation.Of(op).GivesBool ? DType.Bool : operand.Type, HashCode.Combine(4, op, operand), operand)
{
    public UnaryOp Op { get; } = op;

    public UnaryOperation Operation => UnaryOperation.Of(Op);

    public Expr Operand { get; } = operand;

    public override ImmutableArray<Expr> Operands => [Operand];

    public override string ToString() => $"{Operation.Name}({Operand})";

    private protected override bool SameAs(Expr other) => other is UnaryExpr u && Op == u.Op && Operand.Equals(u.Operand);
}

/// <inheritdoc cref="BinaryOp"/>
public sealed class BinaryExpr(BinaryOp op, Expr left, Expr right)
    : Expr(BinaryOperation.Of(op).GivesBool ? DType.Bool : left.Type, HashCode.Combine(5, op, left, right), left, right)
{
    public BinaryOp Op { get; } = op;

    public BinaryOperation Operation => BinaryOperation.Of(Op);

    public Expr Left { get; } = left.Type == right.Type
        ? left
        : throw new ArgumentException($"{op} of {left.Type.Name()} and {right.Type.Name()}: the dtypes must be the same.");

    public Expr Right { get; } = right;

    public override ImmutableArray<Expr> Operands => [Left, Right];

    public override string ToString() => $"{Operation.Name}({Left}, {Right})";

    private protected override bool SameAs(Expr other) =>
        other is BinaryExpr b && Op == b.Op && Left.Equals(b.Left) && Right.Equals(b.Right);
}

/// <summary>Both branches are evaluated (they are safe to); one is taken.</summary>
public sealed class SelectExpr(Expr condition, Expr yes, Expr no) : Expr(yes.Type, HashCode.Combine(6, condition, yes, no), condition, yes, no)
{
    public Expr Condition { get; } = condition.Type == DType.Bool ? condition : throw new ArgumentException("A condition is a bool.");

    public Expr Yes { get; } = yes;

    public Expr No { get; } = yes.Type == no.Type ? no : throw new ArgumentException("Both branches of a select have one dtype.");

    public override ImmutableArray<Expr> Operands => [Condition, Yes, No];

    public override string ToString() => $"select({Condition}, {Yes}, {No})";

    private protected override bool SameAs(Expr other) =>
        other is SelectExpr s && Condition.Equals(s.Condition) && Yes.Equals(s.Yes) && No.Equals(s.No);
}

/// <summary>Only the branch that is taken is evaluated: a pad, or one part of a concatenation.</summary>
public sealed class GuardExpr(Expr condition, Expr inside, Expr outside) : Expr(inside.Type, HashCode.Combine(7, condition, inside, outside), condition, inside, outside)
{
    public Expr Condition { get; } = condition.Type == DType.Bool ? condition : throw new ArgumentException("A condition is a bool.");

    public Expr Inside { get; } = inside;

    public Expr Outside { get; } = inside.Type == outside.Type ? outside : throw new ArgumentException("Both branches of a guard have one dtype.");

    public override ImmutableArray<Expr> Operands => [Condition, Inside, Outside];

    public override string ToString() => $"guard({Condition}, {Inside}, {Outside})";

    private protected override bool SameAs(Expr other) =>
        other is GuardExpr g && Condition.Equals(g.Condition) && Inside.Equals(g.Inside) && Outside.Equals(g.Outside);
}

/// <summary>A conversion, as <c>Tensor.to(dtype)</c>: floats to integers truncate (saturating outside the range), anything to bool is ≠ 0, to a 16-bit float rounds.</summary>
public sealed class CastExpr(DType type, Expr operand) : Expr(type, HashCode.Combine(8, operand), operand)
{
    public Expr Operand { get; } = operand;

    public override ImmutableArray<Expr> Operands => [Operand];

    public override string ToString() => $"{Type.Name()}({Operand})";

    private protected override bool SameAs(Expr other) => other is CastExpr c && Operand.Equals(c.Operand);
}

/// <summary>The bits of a float as the integer of the same size, or of an integer as a float. Which NaN one is may change.</summary>
public sealed class BitcastExpr(DType type, Expr operand) : Expr(type, HashCode.Combine(9, operand), operand)
{
    public Expr Operand { get; } = operand.Type.Size() == type.Size() && operand.Type.IsFloat() != type.IsFloat()
        ? operand
        : throw new ArgumentException($"The bits of {operand.Type.Name()} as {type.Name()}: a float and an integer of one size are wanted.");

    public override ImmutableArray<Expr> Operands => [Operand];

    public override string ToString() => $"bits.{Type.Name()}({Operand})";

    private protected override bool SameAs(Expr other) => other is BitcastExpr b && Operand.Equals(b.Operand);
}

/// <summary>An index that is computed from loaded elements: what makes a load a gather. The expression is int64 and lies within the bounds.</summary>
public sealed class LoadedIndex(Expr value, Interval bounds) : LeafAtom
{
    public Expr Value { get; } = value;

    public override Interval Bounds { get; } = bounds;

    public override int Size { get; } = (int)Math.Min(1L + value.Size, int.MaxValue);

    public override int Depth { get; } = value.Depth;

    public override bool Equals(Atom? other) => other is LoadedIndex loaded && Value.Equals(loaded.Value) && Bounds == loaded.Bounds;

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => $"<{Value}>";

    public override void VisitLeaves(Action<Atom> visit)
    {
        visit(this);
        Visit(Value);

        void Visit(Expr expr)
        {
            switch (expr)
            {
                case LoadExpr load:
                    foreach (var dim in load.Index)
                    {
                        dim.VisitLeaves(visit);
                    }

                    break;
                case IndexExpr index:
                    index.Value.VisitLeaves(visit);
                    break;
                default:
                    foreach (var operand in expr.Operands)
                    {
                        Visit(operand);
                    }

                    break;
            }
        }
    }

    protected override Dim SubstituteInside(Func<Atom, Dim?> map)
    {
        var changed = Value.Substitute(map);
        return ReferenceEquals(changed, Value) ? Dim.Of(this) : changed.ToIndex(Bounds);
    }
}
