namespace Sconce.Compiler.Frontends.Zip;

/// <summary>One file of an archive, as the central directory describes it. Its sizes have been checked against
/// the archive's length. The checksum is a CRC-32; 0 where the writer left it out.</summary>
public sealed record ZipEntry(string Name, long HeaderOffset, long CompressedSize, long Size, bool IsDeflated, uint Checksum);
