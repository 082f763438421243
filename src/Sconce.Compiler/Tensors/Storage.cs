using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// How the elements of an operand lie in memory, and what a kernel makes of them as it reads. Another way is another case here, and its code in the kernels' StorageReader:
/// nobody else knows one by name.
/// </summary>
public abstract partial record Storage
{
    private Storage()
    {
    }

    /// <summary>What the buffer holds.</summary>
    public abstract DType Type { get; }

    /// <summary>What an element is when it is computed with.</summary>
    public virtual DType Computed => DType.Float32;

    /// <summary>As text has it: <c>float32</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Bits of an element.</summary>
    public virtual int Bits => 8 * Type.Size();

    /// <summary>The load in an expression that reads an element as it is computed with, and how its elements are stored.</summary>
    public static (Storage Storage, LoadExpr Load)? Of(Expr expr) => OfElement(expr) is var (storage, load) ? (storage, load) : Bytes.Widened(expr) ?? Integers.Widened(expr);

    /// <summary>The load in an expression that <see cref="Elementwise.Widen"/> has made, and how its elements are stored.</summary>
    public static (Elementwise Storage, LoadExpr Load)? OfElement(Expr expr) => Plain.Widened(expr) ?? ScaledHalf.Widened(expr);

    /// <summary>The load in an expression that <see cref="Elementwise.Store"/> has made of a load, and how its elements will be stored.</summary>
    public static (Elementwise Storage, LoadExpr Load)? OfStored(Expr expr) => expr is LoadExpr load ? (new Plain(load.Type), load) : ScaledHalf.Stored(expr);

    /// <summary>The storage of a name; null where there is none.</summary>
    public static Storage? Named(string name) => name == ScaledHalf.Word ? ScaledHalf.Instance
        : name == Bytes.Word ? Bytes.Instance
        : Enum.GetValues<DType>().Where(type => type.Name() == name).Select(type => new Plain(type)).FirstOrDefault() ?? (Storage?)Integers.Called(name);

    /// <summary>The load in an expression that reads an element of this storage.</summary>
    public LoadExpr LoadIn(Expr expr) =>
        Of(expr) is var (storage, load) && storage == this ? load : throw new InvalidOperationException($"An operand is chosen to be stored as {Name}, and is not.");

    /// <summary>Each element by itself, in a place of its own.</summary>
    public abstract record Elementwise : Storage
    {
        /// <summary>Bytes of an element.</summary>
        public int Size => Type.Size();

        /// <summary>What is written for an element.</summary>
        public abstract Expr Store(Expr element);

        /// <summary>The element as it is computed with, of a load of what is stored.</summary>
        public abstract Expr Widen(LoadExpr load);

        /// <summary>The element as it was before it was stored, of a load of what is stored.</summary>
        public abstract Expr Unpack(LoadExpr load);
    }

    /// <summary>Elements as they are. Floats of 8 and 16 bits become float32, float64 stay.</summary>
    public sealed record Plain : Elementwise
    {
        public Plain(DType type) => Type = type;

        public static Plain Float32 { get; } = new(DType.Float32);

        public override DType Type { get; }

        public override DType Computed => Type == DType.Float64 ? DType.Float64 : DType.Float32;

        public override string Name => Type.Name();

        public override Expr Store(Expr element) => element;

        public override Expr Widen(LoadExpr load) => load.As(Computed);

        public override Expr Unpack(LoadExpr load) => load;

        internal static (Elementwise, LoadExpr)? Widened(Expr expr) => expr switch
        {
            LoadExpr { Type: DType.Float32 or DType.Float64 } load => (new Plain(load.Type), load),
            CastExpr { Type: DType.Float32, Operand: LoadExpr load } when load.Type.IsNarrow() => (new Plain(load.Type), load),
            _ => null,
        };
    }

    /// <summary>Integers from 0 to 255, which are multiplied as such with those of <see cref="Integers"/>.</summary>
    public sealed record Bytes : Storage
    {
        internal const string Word = "bytes";

        private Bytes()
        {
        }

        public static Bytes Instance { get; } = new();

        public override DType Type => DType.UInt8;

        public override DType Computed => DType.Int32;

        public override string Name => Word;

        internal static (Storage, LoadExpr)? Widened(Expr expr) =>
            expr is CastExpr { Type: DType.Int32 or DType.Float32, Operand: LoadExpr { Type: DType.UInt8 } load } ? (Instance, load) : null;
    }

    /// <summary>
    /// float16 that are kept 1024 times too large. Then none of them is subnormal, and widening is a shift, a mask and a product: as integers with the exponent moved,
    /// subnormal float16 are subnormal float32, with which many processors multiply a hundred times slower.
    /// </summary>
    public sealed record ScaledHalf : Elementwise
    {
        internal const string Word = "scaled_float16";

        /// <summary>Takes the smallest float16, 2^-24, to the smallest that is not subnormal.</summary>
        public const int ScaleLog = 10;

        private const double Scale = 1 << ScaleLog;

        private ScaledHalf()
        {
        }

        public static ScaledHalf Instance { get; } = new();

        public override DType Type => DType.Float16;

        public override string Name => Word;

        public override Expr Store(Expr element) => (element.As(DType.Float32) * Expr.Const(DType.Float32, Scale)).As(DType.Float16);

        public override Expr Widen(LoadExpr load) => load.As(DType.Float32) * Expr.Const(DType.Float32, 1 / Scale);

        public override Expr Unpack(LoadExpr load) => Widen(load).As(DType.Float16);

        internal static (Elementwise, LoadExpr)? Widened(Expr expr) => Product(expr, 1 / Scale);

        internal static (Elementwise, LoadExpr)? Stored(Expr expr) => expr is CastExpr { Type: DType.Float16, Operand: { } product } ? Product(product, Scale) : null;

        private static (Elementwise, LoadExpr)? Product(Expr expr, double factor) =>
            expr is BinaryExpr
            {
                Op: BinaryOp.Mul,
                Left: CastExpr { Type: DType.Float32, Operand: LoadExpr { Type: DType.Float16 } load },
                Right: ConstExpr { Value: var by },
            } && by == factor ? (Instance, load) : null;
    }
}
