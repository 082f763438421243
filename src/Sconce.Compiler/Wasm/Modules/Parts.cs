namespace Sconce.Compiler.Wasm;

/// <summary>The memory that a module imports; sizes in pages of 64 KiB.</summary>
public sealed record MemoryImport(string Module, string Name, uint Minimum, uint Maximum, bool Shared);

/// <summary>The kinds of exports, by their codes in the format.</summary>
public enum ExportKind : byte
{
    Function = 0,
    Table = 1,
    Memory = 2,
    Global = 3,
}

/// <summary>A name by which the host finds something of the module.</summary>
public sealed record Export(string Name, ExportKind Kind, int Index);

/// <summary>Bytes for memory at an address.</summary>
public sealed record DataSegment(uint Offset, ReadOnlyMemory<byte> Bytes);

/// <summary>Where a custom section stands.</summary>
public enum Placement
{
    First,
    BeforeData,
}

/// <summary>A section that engines leave alone.</summary>
public sealed record CustomSection(string Name, ReadOnlyMemory<byte> Bytes, Placement Placement);
