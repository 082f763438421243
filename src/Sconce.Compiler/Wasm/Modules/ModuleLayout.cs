namespace Sconce.Compiler.Wasm;

/// <summary>A section as it lies in the file: its contents from <paramref name="Start"/>, after id and size.</summary>
public sealed record SectionPlace(byte Id, string Name, long Start, long Length);

/// <summary>Where things lie in a module's bytes.</summary>
public sealed record ModuleLayout(IReadOnlyList<SectionPlace> Sections, long? MemoryFlagsOffset, long Length)
{
    /// <summary>Bytes of functions' code.</summary>
    public long CodeBytes => Sections.Where(s => s.Id == SectionId.Code).Sum(s => s.Length);
}

/// <summary>The numbers of sections.</summary>
public static class SectionId
{
    public const byte Custom = 0;
    public const byte Type = 1;
    public const byte Import = 2;
    public const byte Function = 3;
    public const byte Table = 4;
    public const byte Global = 6;
    public const byte Export = 7;
    public const byte Element = 9;
    public const byte Code = 10;
    public const byte Data = 11;
}
