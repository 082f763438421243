namespace Sconce.Compiler.Wasm;

// Access to memory, scalar and vector. The last number of an entry is the bytes accessed.
public sealed partial class Opcode
{
    public static readonly Opcode I32Load = Load("i32.load", 0x28, i32, 4);
    public static readonly Opcode I64Load = Load("i64.load", 0x29, i64, 8);
    public static readonly Opcode F32Load = Load("f32.load", 0x2A, f32, 4);
    public static readonly Opcode F64Load = Load("f64.load", 0x2B, f64, 8);
    public static readonly Opcode I32Load8S = Load("i32.load8_s", 0x2C, i32, 1);
    public static readonly Opcode I32Load8U = Load("i32.load8_u", 0x2D, i32, 1);
    public static readonly Opcode I32Load16S = Load("i32.load16_s", 0x2E, i32, 2);
    public static readonly Opcode I32Load16U = Load("i32.load16_u", 0x2F, i32, 2);
    public static readonly Opcode I64Load8S = Load("i64.load8_s", 0x30, i64, 1);
    public static readonly Opcode I64Load8U = Load("i64.load8_u", 0x31, i64, 1);
    public static readonly Opcode I64Load16S = Load("i64.load16_s", 0x32, i64, 2);
    public static readonly Opcode I64Load16U = Load("i64.load16_u", 0x33, i64, 2);
    public static readonly Opcode I64Load32S = Load("i64.load32_s", 0x34, i64, 4);
    public static readonly Opcode I64Load32U = Load("i64.load32_u", 0x35, i64, 4);

    public static readonly Opcode I32Store = Store("i32.store", 0x36, i32, 4);
    public static readonly Opcode I64Store = Store("i64.store", 0x37, i64, 8);
    public static readonly Opcode F32Store = Store("f32.store", 0x38, f32, 4);
    public static readonly Opcode F64Store = Store("f64.store", 0x39, f64, 8);
    public static readonly Opcode I32Store8 = Store("i32.store8", 0x3A, i32, 1);
    public static readonly Opcode I32Store16 = Store("i32.store16", 0x3B, i32, 2);
    public static readonly Opcode I64Store8 = Store("i64.store8", 0x3C, i64, 1);
    public static readonly Opcode I64Store16 = Store("i64.store16", 0x3D, i64, 2);
    public static readonly Opcode I64Store32 = Store("i64.store32", 0x3E, i64, 4);

    public static readonly Opcode V128Load = LoadVector("v128.load", 0x00, 16);
    public static readonly Opcode V128Load8x8S = LoadVector("v128.load8x8_s", 0x01, 8);
    public static readonly Opcode V128Load8x8U = LoadVector("v128.load8x8_u", 0x02, 8);
    public static readonly Opcode V128Load16x4S = LoadVector("v128.load16x4_s", 0x03, 8);
    public static readonly Opcode V128Load16x4U = LoadVector("v128.load16x4_u", 0x04, 8);
    public static readonly Opcode V128Load32x2S = LoadVector("v128.load32x2_s", 0x05, 8);
    public static readonly Opcode V128Load32x2U = LoadVector("v128.load32x2_u", 0x06, 8);
    public static readonly Opcode V128Load8Splat = LoadVector("v128.load8_splat", 0x07, 1);
    public static readonly Opcode V128Load16Splat = LoadVector("v128.load16_splat", 0x08, 2);
    public static readonly Opcode V128Load32Splat = LoadVector("v128.load32_splat", 0x09, 4);
    public static readonly Opcode V128Load64Splat = LoadVector("v128.load64_splat", 0x0A, 8);
    public static readonly Opcode V128Load32Zero = LoadVector("v128.load32_zero", 0x5C, 4);
    public static readonly Opcode V128Load64Zero = LoadVector("v128.load64_zero", 0x5D, 8);
    public static readonly Opcode V128Store = StoreVector("v128.store", 0x0B);

    public static readonly Opcode V128Load8Lane = LoadLane("v128.load8_lane", 0x54, 1);
    public static readonly Opcode V128Load16Lane = LoadLane("v128.load16_lane", 0x55, 2);
    public static readonly Opcode V128Load32Lane = LoadLane("v128.load32_lane", 0x56, 4);
    public static readonly Opcode V128Load64Lane = LoadLane("v128.load64_lane", 0x57, 8);
    public static readonly Opcode V128Store8Lane = StoreLane("v128.store8_lane", 0x58, 1);
    public static readonly Opcode V128Store16Lane = StoreLane("v128.store16_lane", 0x59, 2);
    public static readonly Opcode V128Store32Lane = StoreLane("v128.store32_lane", 0x5A, 4);
    public static readonly Opcode V128Store64Lane = StoreLane("v128.store64_lane", 0x5B, 8);

    public static readonly Opcode MemorySize = new("memory.size", 0, 0x3F, [], i32, ImmediateKind.MemoryIndex);
    public static readonly Opcode MemoryGrow = new("memory.grow", 0, 0x40, [i32], i32, ImmediateKind.MemoryIndex) { HasEffect = true };
    public static readonly Opcode MemoryCopy = new("memory.copy", BulkPrefix, 10, [i32, i32, i32], none, ImmediateKind.TwoMemoryIndices);
    public static readonly Opcode MemoryFill = new("memory.fill", BulkPrefix, 11, [i32, i32, i32], none, ImmediateKind.MemoryIndex);
}
