namespace Sconce.Compiler.Wasm;

// Threads: waiting, waking, and accesses that are one indivisible step. Their alignment must be the natural one.
public sealed partial class Opcode
{
    public static readonly Opcode MemoryAtomicNotify = AtomicUpdate("memory.atomic.notify", 0x00, i32, 4);
    public static readonly Opcode MemoryAtomicWait32 = AtomicWait("memory.atomic.wait32", 0x01, i32, 4);
    public static readonly Opcode MemoryAtomicWait64 = AtomicWait("memory.atomic.wait64", 0x02, i64, 8);
    public static readonly Opcode AtomicFence = new("atomic.fence", AtomicPrefix, 0x03, [], none, ImmediateKind.Fence);

    public static readonly Opcode I32AtomicLoad = AtomicLoad("i32.atomic.load", 0x10, i32, 4);
    public static readonly Opcode I64AtomicLoad = AtomicLoad("i64.atomic.load", 0x11, i64, 8);
    public static readonly Opcode I32AtomicLoad8U = AtomicLoad("i32.atomic.load8_u", 0x12, i32, 1);
    public static readonly Opcode I32AtomicLoad16U = AtomicLoad("i32.atomic.load16_u", 0x13, i32, 2);
    public static readonly Opcode I64AtomicLoad8U = AtomicLoad("i64.atomic.load8_u", 0x14, i64, 1);
    public static readonly Opcode I64AtomicLoad16U = AtomicLoad("i64.atomic.load16_u", 0x15, i64, 2);
    public static readonly Opcode I64AtomicLoad32U = AtomicLoad("i64.atomic.load32_u", 0x16, i64, 4);

    public static readonly Opcode I32AtomicStore = AtomicStore("i32.atomic.store", 0x17, i32, 4);
    public static readonly Opcode I64AtomicStore = AtomicStore("i64.atomic.store", 0x18, i64, 8);
    public static readonly Opcode I32AtomicStore8 = AtomicStore("i32.atomic.store8", 0x19, i32, 1);
    public static readonly Opcode I32AtomicStore16 = AtomicStore("i32.atomic.store16", 0x1A, i32, 2);
    public static readonly Opcode I64AtomicStore8 = AtomicStore("i64.atomic.store8", 0x1B, i64, 1);
    public static readonly Opcode I64AtomicStore16 = AtomicStore("i64.atomic.store16", 0x1C, i64, 2);
    public static readonly Opcode I64AtomicStore32 = AtomicStore("i64.atomic.store32", 0x1D, i64, 4);

    public static readonly Opcode I32AtomicRmwAdd = AtomicUpdate("i32.atomic.rmw.add", 0x1E, i32, 4);
    public static readonly Opcode I64AtomicRmwAdd = AtomicUpdate("i64.atomic.rmw.add", 0x1F, i64, 8);
    public static readonly Opcode I32AtomicRmw8AddU = AtomicUpdate("i32.atomic.rmw8.add_u", 0x20, i32, 1);
    public static readonly Opcode I32AtomicRmw16AddU = AtomicUpdate("i32.atomic.rmw16.add_u", 0x21, i32, 2);
    public static readonly Opcode I64AtomicRmw8AddU = AtomicUpdate("i64.atomic.rmw8.add_u", 0x22, i64, 1);
    public static readonly Opcode I64AtomicRmw16AddU = AtomicUpdate("i64.atomic.rmw16.add_u", 0x23, i64, 2);
    public static readonly Opcode I64AtomicRmw32AddU = AtomicUpdate("i64.atomic.rmw32.add_u", 0x24, i64, 4);

    public static readonly Opcode I32AtomicRmwSub = AtomicUpdate("i32.atomic.rmw.sub", 0x25, i32, 4);
    public static readonly Opcode I64AtomicRmwSub = AtomicUpdate("i64.atomic.rmw.sub", 0x26, i64, 8);
    public static readonly Opcode I32AtomicRmw8SubU = AtomicUpdate("i32.atomic.rmw8.sub_u", 0x27, i32, 1);
    public static readonly Opcode I32AtomicRmw16SubU = AtomicUpdate("i32.atomic.rmw16.sub_u", 0x28, i32, 2);
    public static readonly Opcode I64AtomicRmw8SubU = AtomicUpdate("i64.atomic.rmw8.sub_u", 0x29, i64, 1);
    public static readonly Opcode I64AtomicRmw16SubU = AtomicUpdate("i64.atomic.rmw16.sub_u", 0x2A, i64, 2);
    public static readonly Opcode I64AtomicRmw32SubU = AtomicUpdate("i64.atomic.rmw32.sub_u", 0x2B, i64, 4);

    public static readonly Opcode I32AtomicRmwAnd = AtomicUpdate("i32.atomic.rmw.and", 0x2C, i32, 4);
    public static readonly Opcode I64AtomicRmwAnd = AtomicUpdate("i64.atomic.rmw.and", 0x2D, i64, 8);
    public static readonly Opcode I32AtomicRmw8AndU = AtomicUpdate("i32.atomic.rmw8.and_u", 0x2E, i32, 1);
    public static readonly Opcode I32AtomicRmw16AndU = AtomicUpdate("i32.atomic.rmw16.and_u", 0x2F, i32, 2);
    public static readonly Opcode I64AtomicRmw8AndU = AtomicUpdate("i64.atomic.rmw8.and_u", 0x30, i64, 1);
    public static readonly Opcode I64AtomicRmw16AndU = AtomicUpdate("i64.atomic.rmw16.and_u", 0x31, i64, 2);
    public static readonly Opcode I64AtomicRmw32AndU = AtomicUpdate("i64.atomic.rmw32.and_u", 0x32, i64, 4);

    public static readonly Opcode I32AtomicRmwOr = AtomicUpdate("i32.atomic.rmw.or", 0x33, i32, 4);
    public static readonly Opcode I64AtomicRmwOr = AtomicUpdate("i64.atomic.rmw.or", 0x34, i64, 8);
    public static readonly Opcode I32AtomicRmw8OrU = AtomicUpdate("i32.atomic.rmw8.or_u", 0x35, i32, 1);
    public static readonly Opcode I32AtomicRmw16OrU = AtomicUpdate("i32.atomic.rmw16.or_u", 0x36, i32, 2);
    public static readonly Opcode I64AtomicRmw8OrU = AtomicUpdate("i64.atomic.rmw8.or_u", 0x37, i64, 1);
    public static readonly Opcode I64AtomicRmw16OrU = AtomicUpdate("i64.atomic.rmw16.or_u", 0x38, i64, 2);
    public static readonly Opcode I64AtomicRmw32OrU = AtomicUpdate("i64.atomic.rmw32.or_u", 0x39, i64, 4);

    public static readonly Opcode I32AtomicRmwXor = AtomicUpdate("i32.atomic.rmw.xor", 0x3A, i32, 4);
    public static readonly Opcode I64AtomicRmwXor = AtomicUpdate("i64.atomic.rmw.xor", 0x3B, i64, 8);
    public static readonly Opcode I32AtomicRmw8XorU = AtomicUpdate("i32.atomic.rmw8.xor_u", 0x3C, i32, 1);
    public static readonly Opcode I32AtomicRmw16XorU = AtomicUpdate("i32.atomic.rmw16.xor_u", 0x3D, i32, 2);
    public static readonly Opcode I64AtomicRmw8XorU = AtomicUpdate("i64.atomic.rmw8.xor_u", 0x3E, i64, 1);
    public static readonly Opcode I64AtomicRmw16XorU = AtomicUpdate("i64.atomic.rmw16.xor_u", 0x3F, i64, 2);
    public static readonly Opcode I64AtomicRmw32XorU = AtomicUpdate("i64.atomic.rmw32.xor_u", 0x40, i64, 4);

    public static readonly Opcode I32AtomicRmwXchg = AtomicUpdate("i32.atomic.rmw.xchg", 0x41, i32, 4);
    public static readonly Opcode I64AtomicRmwXchg = AtomicUpdate("i64.atomic.rmw.xchg", 0x42, i64, 8);
    public static readonly Opcode I32AtomicRmw8XchgU = AtomicUpdate("i32.atomic.rmw8.xchg_u", 0x43, i32, 1);
    public static readonly Opcode I32AtomicRmw16XchgU = AtomicUpdate("i32.atomic.rmw16.xchg_u", 0x44, i32, 2);
    public static readonly Opcode I64AtomicRmw8XchgU = AtomicUpdate("i64.atomic.rmw8.xchg_u", 0x45, i64, 1);
    public static readonly Opcode I64AtomicRmw16XchgU = AtomicUpdate("i64.atomic.rmw16.xchg_u", 0x46, i64, 2);
    public static readonly Opcode I64AtomicRmw32XchgU = AtomicUpdate("i64.atomic.rmw32.xchg_u", 0x47, i64, 4);

    public static readonly Opcode I32AtomicRmwCmpxchg = AtomicCompareExchange("i32.atomic.rmw.cmpxchg", 0x48, i32, 4);
    public static readonly Opcode I64AtomicRmwCmpxchg = AtomicCompareExchange("i64.atomic.rmw.cmpxchg", 0x49, i64, 8);
    public static readonly Opcode I32AtomicRmw8CmpxchgU = AtomicCompareExchange("i32.atomic.rmw8.cmpxchg_u", 0x4A, i32, 1);
    public static readonly Opcode I32AtomicRmw16CmpxchgU = AtomicCompareExchange("i32.atomic.rmw16.cmpxchg_u", 0x4B, i32, 2);
    public static readonly Opcode I64AtomicRmw8CmpxchgU = AtomicCompareExchange("i64.atomic.rmw8.cmpxchg_u", 0x4C, i64, 1);
    public static readonly Opcode I64AtomicRmw16CmpxchgU = AtomicCompareExchange("i64.atomic.rmw16.cmpxchg_u", 0x4D, i64, 2);
    public static readonly Opcode I64AtomicRmw32CmpxchgU = AtomicCompareExchange("i64.atomic.rmw32.cmpxchg_u", 0x4E, i64, 4);
}
