namespace Sconce.Compiler.Wasm;

// Statements that write memory.
public sealed partial class FunctionBuilder
{
    public void StoreI32(I32 address, I32 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I32Store, address, value, offset, align: align);

    public void StoreI64(I32 address, I64 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I64Store, address, value, offset, align: align);

    public void StoreF32(I32 address, F32 value, uint offset = 0, int align = 0) =>
        Store(Opcode.F32Store, address, value, offset, align: align);

    public void StoreF64(I32 address, F64 value, uint offset = 0, int align = 0) =>
        Store(Opcode.F64Store, address, value, offset, align: align);

    public void StoreI32_8(I32 address, I32 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I32Store8, address, value, offset, align: align);

    public void StoreI32_16(I32 address, I32 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I32Store16, address, value, offset, align: align);

    public void StoreI64_8(I32 address, I64 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I64Store8, address, value, offset, align: align);

    public void StoreI64_16(I32 address, I64 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I64Store16, address, value, offset, align: align);

    public void StoreI64_32(I32 address, I64 value, uint offset = 0, int align = 0) =>
        Store(Opcode.I64Store32, address, value, offset, align: align);

    public void StoreV128(I32 address, V128 value, uint offset = 0, int align = 0) =>
        Store(Opcode.V128Store, address, value, offset, align: align);

    public void Store8Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Store(Opcode.V128Store8Lane, address, vector, offset, lane, align);

    public void Store16Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Store(Opcode.V128Store16Lane, address, vector, offset, lane, align);

    public void Store32Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Store(Opcode.V128Store32Lane, address, vector, offset, lane, align);

    public void Store64Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Store(Opcode.V128Store64Lane, address, vector, offset, lane, align);

    public void AtomicStoreI32(I32 address, I32 value, uint offset = 0) => Store(Opcode.I32AtomicStore, address, value, offset);
    public void AtomicStoreI64(I32 address, I64 value, uint offset = 0) => Store(Opcode.I64AtomicStore, address, value, offset);

    /// <summary>Any store of the table, chosen by the caller.</summary>
    public void Store(Opcode opcode, I32 address, Code value, uint offset = 0, int lane = 0, int align = 0) =>
        Do(Code.Access(opcode, offset, align, lane, address, value));

    public void MemoryCopy(I32 destination, I32 source, I32 bytes) => Do(Code.Of(Opcode.MemoryCopy, destination, source, bytes));

    public void MemoryFill(I32 destination, I32 value, I32 bytes) => Do(Code.Of(Opcode.MemoryFill, destination, value, bytes));

    public void AtomicFence() => Do(Code.Of(Opcode.AtomicFence));
}
