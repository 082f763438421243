using System.Runtime.InteropServices.JavaScript;

namespace Sconce.Browser;

/// <summary>What the worker does for the compiler: it holds the model's file, takes the artifact part by part, and tells the page of stages.</summary>
internal static partial class Host
{
    /// <summary>The file's bytes from a place on, as many as there is room for.</summary>
    [JSImport("read", "host")]
    public static partial void Read(double offset, [JSMarshalAs<JSType.MemoryView>] Span<byte> into);

    /// <summary>The CRC-32 of so many of the file's bytes from a place on; as a number, for JavaScript's integers have a sign.</summary>
    [JSImport("crc32", "host")]
    public static partial double Crc32(double offset, double length);

    /// <summary>The next bytes of the artifact.</summary>
    [JSImport("write", "host")]
    public static partial void Write([JSMarshalAs<JSType.MemoryView>] Span<byte> bytes);

    [JSImport("stage", "host")]
    public static partial void Stage(string name);
}
