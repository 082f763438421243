namespace Sconce.Compiler.Wasm;

/// <summary>
/// Simplifies integer arithmetic as trees are made, so that address computations written plainly come out short. Sums collect their
/// constant on the right: (x + 1) * 4 + 8 becomes (x shl 2) + 12. Everything holds modulo 2^32 or 2^64.
/// </summary>
internal static class Fold
{
    private static readonly Family Family32 = new(
        32, Opcode.I32Const, Opcode.I32Add, Opcode.I32Sub, Opcode.I32Mul, Opcode.I32Shl, Opcode.I32ShrS, Opcode.I32ShrU, Opcode.I32And, Opcode.I32Or,
        Opcode.I32Xor, Opcode.I32DivU, Opcode.I32RemU, v => Code.Constant((int)v));

    private static readonly Family Family64 = new(
        64, Opcode.I64Const, Opcode.I64Add, Opcode.I64Sub, Opcode.I64Mul, Opcode.I64Shl, Opcode.I64ShrS, Opcode.I64ShrU, Opcode.I64And, Opcode.I64Or,
        Opcode.I64Xor, Opcode.I64DivU, Opcode.I64RemU, v => Code.Constant(v));

    /// <summary>A simpler tree of the same value, or null.</summary>
    public static Code? Try(Opcode opcode, ReadOnlySpan<Code> operands)
    {
        if (opcode.Prefix != 0)
        {
            return null;
        }

        if (operands is [var left, var right])
        {
            return left.Type switch
            {
                WasmType.I32 => Family32.Binary(opcode, left, right) ?? FoldComparison32(opcode, left, right),
                WasmType.I64 => Family64.Binary(opcode, left, right),
                _ => null,
            };
        }

        if (operands is [{ ConstantInteger: { } value }])
        {
            return opcode == Opcode.I32Eqz || opcode == Opcode.I64Eqz ? Code.Constant(value == 0 ? 1 : 0)
                : opcode == Opcode.I32WrapI64 ? Code.Constant((int)value)
                : opcode == Opcode.I64ExtendI32S ? Code.Constant(value)
                : opcode == Opcode.I64ExtendI32U ? Code.Constant((long)(uint)value)
                : null;
        }

        return null;
    }

    private static I32? FoldComparison32(Opcode opcode, Code left, Code right)
    {
        if (left.ConstantInteger is not { } x || right.ConstantInteger is not { } y)
        {
            return null;
        }

        bool? holds =
            opcode == Opcode.I32Eq ? x == y
            : opcode == Opcode.I32Ne ? x != y
            : opcode == Opcode.I32LtS ? x < y
            : opcode == Opcode.I32LtU ? (uint)x < (uint)y
            : opcode == Opcode.I32GtS ? x > y
            : opcode == Opcode.I32GtU ? (uint)x > (uint)y
            : opcode == Opcode.I32LeS ? x <= y
            : opcode == Opcode.I32LeU ? (uint)x <= (uint)y
            : opcode == Opcode.I32GeS ? x >= y
            : opcode == Opcode.I32GeU ? (uint)x >= (uint)y
            : null;
        return holds is { } known ? Code.Constant(known ? 1 : 0) : null;
    }

    private sealed record Family(
        int Bits, Opcode Const, Opcode Add, Opcode Sub, Opcode Mul, Opcode Shl, Opcode ShrS, Opcode ShrU, Opcode And, Opcode Or, Opcode Xor,
        Opcode DivU, Opcode RemU, Func<long, Code> Make)
    {
        public Code? Binary(Opcode opcode, Code left, Code right)
        {
            if (opcode == Add)
            {
                return FoldAdd(left, right);
            }

            if (right.ConstantInteger is { } c)
            {
                return left.ConstantInteger is { } known && Compute(opcode, known, c) is { } value ? Make(value)
                    : opcode == Sub ? Code.Of(Add, left, Make(-c))
                    : opcode == Mul ? FoldMul(left, c)
                    : opcode == Shl || opcode == ShrS || opcode == ShrU ? FoldShift(opcode, left, (int)(c & (Bits - 1)))
                    : opcode == And ? (c == 0 && left.IsPure ? Make(0) : c == -1 ? left : null)
                    : opcode == Or || opcode == Xor ? (c == 0 ? left : null)
                    : opcode == DivU && PowerOfTwo(c) is { } d ? Code.Of(ShrU, left, Make(d))
                    : opcode == RemU && PowerOfTwo(c) is not null ? Code.Of(And, left, Make(c - 1))
                    : null;
            }

            // A constant can change places with what has no effect; then the rules above see it on the right.
            bool commutes = opcode == Mul || opcode == And || opcode == Or || opcode == Xor;
            if (left.ConstantInteger is not null && commutes)
            {
                return Code.Of(opcode, right, left);
            }

            // x - (y + c) is (x - y) - c, and (x + c) - y is (x - y) + c.
            if (opcode == Sub && (Split(left).Constant != 0 || Split(right).Constant != 0))
            {
                (Code x, long a) = Split(left);
                (Code y, long b) = Split(right);
                return Code.Of(Add, Code.Of(Sub, x, y), Make(a - b));
            }

            return null;
        }

        private Code? FoldAdd(Code left, Code right)
        {
            if (left.ConstantInteger is { } x && right.ConstantInteger is { } y)
            {
                return Make(x + y);
            }

            if (left.ConstantInteger is not null)
            {
                return Code.Of(Add, right, left);
            }

            if (right.ConstantInteger is { } c)
            {
                (Code inner, long constant) = Split(left);
                return c == 0 ? left : constant != 0 ? Code.Of(Add, inner, Make(constant + c)) : null;
            }

            (Code a, long p) = Split(left);
            (Code b, long q) = Split(right);
            return p != 0 || q != 0 ? Code.Of(Add, Code.Of(Add, a, b), Make(p + q)) : null;
        }

        private Code? FoldMul(Code left, long factor)
        {
            if (factor == 0)
            {
                return left.IsPure ? Make(0) : null;
            }

            if (factor == 1)
            {
                return left;
            }

            if (PowerOfTwo(factor) is { } exponent)
            {
                return Code.Of(Shl, left, Make(exponent));
            }

            if (left.Opcode == Mul && left.Operands[1].ConstantInteger is { } other)
            {
                return Code.Of(Mul, left.Operands[0], Make(other * factor));
            }

            (Code inner, long constant) = Split(left);
            return constant != 0 ? Code.Of(Add, Code.Of(Mul, inner, Make(factor)), Make(constant * factor)) : null;
        }

        private Code? FoldShift(Opcode opcode, Code left, int count)
        {
            if (count == 0)
            {
                return left;
            }

            if (left.Opcode == opcode && left.Operands[1].ConstantInteger is { } before && (before & (Bits - 1)) + count < Bits)
            {
                return Code.Of(opcode, left.Operands[0], Make((before & (Bits - 1)) + count));
            }

            (Code inner, long constant) = Split(left);
            return opcode == Shl && constant != 0 ? Code.Of(Add, Code.Of(Shl, inner, Make(count)), Make(constant << count)) : null;
        }

        /// <summary>A sum's constant part, and the rest.</summary>
        private (Code Inner, long Constant) Split(Code code) =>
            code.Opcode == Add && code.Operands[1].ConstantInteger is { } constant ? (code.Operands[0], constant) : (code, 0);

        private int? PowerOfTwo(long value)
        {
            ulong bits = Bits == 32 ? (uint)value : (ulong)value;
            return bits > 1 && System.Numerics.BitOperations.IsPow2(bits) ? System.Numerics.BitOperations.Log2(bits) : null;
        }

        private long? Compute(Opcode opcode, long x, long y)
        {
            int count = (int)(y & (Bits - 1));
            return opcode == Sub ? x - y
                : opcode == Mul ? x * y
                : opcode == Shl ? x << count
                : opcode == ShrS ? x >> count
                : opcode == ShrU ? (Bits == 32 ? (long)((uint)x >> count) : x >>> count)
                : opcode == And ? x & y
                : opcode == Or ? x | y
                : opcode == Xor ? x ^ y
                : null;
        }
    }
}
