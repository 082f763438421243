namespace Sconce.Compiler.Wasm;

/// <summary>The kinds of immediates that follow an instruction's code in the binary format.</summary>
public enum ImmediateKind : byte
{
    None,
    I32,
    I64,
    F32,
    F64,
    V128,

    /// <summary>Alignment and offset of a memory access.</summary>
    Memory,

    /// <summary>Alignment, offset, and the lane loaded or stored.</summary>
    MemoryLane,
    Lane,

    /// <summary>Sixteen lanes of a shuffle.</summary>
    Shuffle,
    Local,
    Global,
    Function,

    /// <summary>A type and a table, of an indirect call.</summary>
    Type,
    Label,

    /// <summary>The labels of a branch table.</summary>
    Labels,

    /// <summary>The result type of a block.</summary>
    Block,
    MemoryIndex,
    TwoMemoryIndices,

    /// <summary>The zero byte of a fence.</summary>
    Fence,
}
