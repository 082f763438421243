namespace Sconce.Compiler.Wasm;

/// <summary>
/// Atomic accesses. They are expressions: one whose value nobody wants goes through <see cref="FunctionBuilder.Drop"/>.
/// What updates memory gives the value from before.
/// </summary>
public static class Atomic
{
    public static I32 LoadI32(I32 address, uint offset = 0) => Code.Access(Opcode.I32AtomicLoad, offset, 0, 0, address).AsI32();
    public static I64 LoadI64(I32 address, uint offset = 0) => Code.Access(Opcode.I64AtomicLoad, offset, 0, 0, address).AsI64();

    public static I32 AddI32(I32 address, I32 value, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwAdd, offset, 0, 0, address, value).AsI32();

    public static I64 AddI64(I32 address, I64 value, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwAdd, offset, 0, 0, address, value).AsI64();

    public static I32 SubI32(I32 address, I32 value, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwSub, offset, 0, 0, address, value).AsI32();

    public static I64 SubI64(I32 address, I64 value, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwSub, offset, 0, 0, address, value).AsI64();

    public static I32 AndI32(I32 address, I32 value, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwAnd, offset, 0, 0, address, value).AsI32();

    public static I64 AndI64(I32 address, I64 value, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwAnd, offset, 0, 0, address, value).AsI64();

    public static I32 OrI32(I32 address, I32 value, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwOr, offset, 0, 0, address, value).AsI32();

    public static I64 OrI64(I32 address, I64 value, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwOr, offset, 0, 0, address, value).AsI64();

    public static I32 XorI32(I32 address, I32 value, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwXor, offset, 0, 0, address, value).AsI32();

    public static I64 XorI64(I32 address, I64 value, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwXor, offset, 0, 0, address, value).AsI64();

    public static I32 ExchangeI32(I32 address, I32 value, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwXchg, offset, 0, 0, address, value).AsI32();

    public static I64 ExchangeI64(I32 address, I64 value, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwXchg, offset, 0, 0, address, value).AsI64();

    public static I32 CompareExchangeI32(I32 address, I32 expected, I32 replacement, uint offset = 0) =>
        Code.Access(Opcode.I32AtomicRmwCmpxchg, offset, 0, 0, address, expected, replacement).AsI32();

    public static I64 CompareExchangeI64(I32 address, I64 expected, I64 replacement, uint offset = 0) =>
        Code.Access(Opcode.I64AtomicRmwCmpxchg, offset, 0, 0, address, expected, replacement).AsI64();

    /// <summary>Sleeps while memory holds the expected value. 0: woken, 1: the value was another, 2: timed out (nanoseconds; negative: never).</summary>
    public static I32 Wait32(I32 address, I32 expected, I64 timeout, uint offset = 0) =>
        Code.Access(Opcode.MemoryAtomicWait32, offset, 0, 0, address, expected, timeout).AsI32();

    public static I32 Wait64(I32 address, I64 expected, I64 timeout, uint offset = 0) =>
        Code.Access(Opcode.MemoryAtomicWait64, offset, 0, 0, address, expected, timeout).AsI32();

    /// <summary>Wakes up to <paramref name="count"/> waiters; gives how many woke.</summary>
    public static I32 Notify(I32 address, I32 count, uint offset = 0) =>
        Code.Access(Opcode.MemoryAtomicNotify, offset, 0, 0, address, count).AsI32();
}
