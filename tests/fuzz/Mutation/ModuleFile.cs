using System.Text;
using Sconce.Compiler.Wasm;

namespace Sconce.Fuzz.Mutation;

/// <summary>A WebAssembly module taken apart into its sections.</summary>
internal sealed class ModuleFile
{
    private const int HeaderBytes = 8;

    public ModuleFile(byte[] bytes)
    {
        for (var at = HeaderBytes; at < bytes.Length;)
        {
            var id = bytes[at++];
            Leb128.TryReadUnsigned(bytes.AsSpan(at), 32, out var size, out var length);

            at += length;
            Sections.Add((id, bytes[at..(at + (int)size)]));
            at += (int)size;
        }
    }

    public List<(byte Id, byte[] Body)> Sections { get; } = [];

    public static byte[] Named(string name, ReadOnlySpan<byte> body) =>
        [.. Number((uint)Encoding.UTF8.GetByteCount(name)), .. Encoding.UTF8.GetBytes(name), .. body];

    /// <param name="claimed">What a section's size is said to be, where that is not what it is.</param>
    public byte[] ToBytes((int Section, uint Size)? claimed = null) =>
    [
        .. "\0asm\u0001\0\0\0"u8,
        .. Sections.SelectMany((section, index) => (byte[])
            [section.Id, .. Number(claimed is { } lie && lie.Section == index ? lie.Size : (uint)section.Body.Length), .. section.Body]),
    ];

    public static byte[] Number(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
