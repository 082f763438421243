using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

public abstract partial record Storage
{
    /// <summary>
    /// Quantised weights: codes of a few bits, each of which stands for <c>(code - zero) * scale</c>. Codes that follow one another along K share a 32-bit word, each of the first four
    /// in the lowest bits of a byte, the others above them: vectors of words hold columns side by side, and of such a vector a mask takes the codes of one K, in place, or those of four.
    /// </summary>
    /// <param name="Width">Bits of a code: 4 or 8.</param>
    /// <param name="Group">So many codes along K share a scale and a zero; 0 where there is one for all.</param>
    public sealed record Integers(int Width, int Group) : Storage
    {
        public override DType Type => DType.Int32;

        public override int Bits => Width;

        public override string Name => $"int{Width}x{Group}";

        /// <summary>Codes in a word.</summary>
        public int PerWord => 32 / Width;

        /// <summary>All bits of a code.</summary>
        public int Mask => (1 << Width) - 1;

        /// <summary>The lowest bit of the code at a place of its word.</summary>
        public int Shift(int place) => (8 * (place % 4)) + (Width * (place / 4));

        /// <summary>The word that holds codes.</summary>
        /// <param name="codes">Int32, the first code first.</param>
        public Expr Word(IEnumerable<Expr> codes) =>
            codes.Select((code, place) => place == 0 ? code : code.Apply(BinaryOp.Shl, Expr.Const(DType.Int32, (long)Shift(place)))).Aggregate((a, b) => a | b);

        /// <summary>
        /// The loads whose numbers, and so much more, are the codes of a word that <see cref="Word"/> has made, the first code first. What stands beside a number that is padded is left out.
        /// </summary>
        public static (int Width, ImmutableArray<LoadExpr> Loads, long Offset)? CodesOf(Expr word)
        {
            var codes = new List<Expr>();
            while (word is BinaryExpr { Op: BinaryOp.Or, Left: var others, Right: BinaryExpr { Op: BinaryOp.Shl, Left: var code, Right: ConstExpr } shifted })
            {
                codes.Add(shifted);
                word = others;
            }

            codes.Add(word);
            codes.Reverse();
            var elements = new Integers(32 / codes.Count, 0);
            var loads = codes.Select((code, place) => place == 0 ? NumberOf(code)
                : code is BinaryExpr { Left: var number, Right: ConstExpr by } && by.Value == elements.Shift(place) ? NumberOf(number)
                : null).ToList();
            return codes.Count is 4 or 8 && loads[0] is var (first, offset) && loads.TrueForAll(load => load is var (each, added) && each.Buffer == first.Buffer && added == offset)
                ? (elements.Width, [.. loads.Select(load => load!.Value.Load)], offset)
                : null;
        }

        private static (LoadExpr Load, long Offset)? NumberOf(Expr code) => code switch
        {
            GuardExpr { Outside: ConstExpr } padded => NumberOf(padded.Inside),
            BinaryExpr { Op: BinaryOp.Add, Left: var number, Right: ConstExpr { Value: var offset } } when NumberOf(number) is (var load, 0) => (load, (long)offset),
            CastExpr { Type: DType.Int32, Operand: LoadExpr load } => (load, 0),
            LoadExpr { Type: DType.Int32 } load => (load, 0),
            _ => null,
        };

        /// <summary>What a code stands for.</summary>
        /// <param name="word">The load of its word.</param>
        /// <param name="place">Which of the word's codes.</param>
        /// <param name="zero">A constant or a load of float32, or a constant of int32, where sums are of integers.</param>
        /// <param name="scale">A load of float32; null for 1.</param>
        public Expr Widen(LoadExpr word, Dim place, Expr zero, LoadExpr? scale)
        {
            var steps = Code(word, place).As(zero.Type) - zero;
            return scale is null ? steps : steps * scale;
        }

        private Expr Code(LoadExpr word, Dim place)
        {
            var shift = (place.Mod(4) * 8) + (place.FloorDiv(4) * Width);
            return word.Apply(BinaryOp.Shr, Expr.Of(shift).As(DType.Int32)) & Expr.Const(DType.Int32, (long)Mask);
        }

        /// <summary>What an expression that <see cref="Widen"/> has made consists of.</summary>
        public static (LoadExpr Word, int Width, Expr Zero, LoadExpr? Scale)? PartsOf(Expr expr)
        {
            var (steps, scale) = expr is BinaryExpr { Op: BinaryOp.Mul, Left: var left, Right: LoadExpr { Type: DType.Float32 } load } ? (left, load) : (expr, null);
            return steps is BinaryExpr { Op: BinaryOp.Sub, Right: ConstExpr or LoadExpr { Type: DType.Float32 }, Type: DType.Float32 or DType.Int32 } difference
                && (difference.Left is CastExpr { Type: DType.Float32, Operand: var code } ? code : difference.Left) is BinaryExpr
                {
                    Op: BinaryOp.And,
                    Left: BinaryExpr { Op: BinaryOp.Shr, Left: LoadExpr { Type: DType.Int32 } word },
                    Right: ConstExpr { Value: 15 or 255 } mask,
                }
                ? (word, mask.Value == 15 ? 4 : 8, difference.Right, scale)
                : null;
        }

        internal static (Storage, LoadExpr)? Widened(Expr expr) =>
            PartsOf(expr) is var (word, width, zero, scale) ? (new Integers(width, GroupOf((scale ?? zero as LoadExpr)?.Index[^2])), word) : null;

        internal static Integers? Called(string name) =>
            name.StartsWith("int", StringComparison.Ordinal) && name[3..].Split('x') is [var width, var group]
            && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits is 4 or 8
            && int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                ? new(bits, size)
                : null;

        /// <summary>By the index that says which group: <c>k // 32</c>.</summary>
        private static int GroupOf(Dim? index) => index?.AsAtom is BinaryAtom { Right: { IsConstant: true, Value: > 0 and <= int.MaxValue and var size } } ? (int)size : 0;
    }
}
