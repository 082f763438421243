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

    /// <summary>An input for a run of the page's: what it is, as JSON, and its bytes.</summary>
    [JSImport("give", "host")]
    public static partial void Give(string header, [JSMarshalAs<JSType.MemoryView>] Span<byte> bytes);

    /// <summary>What an output of the page's last run is, as JSON; empty where there is none.</summary>
    [JSImport("take", "host")]
    public static partial string Take(string name);

    /// <summary>Its bytes.</summary>
    [JSImport("readTaken", "host")]
    public static partial void ReadTaken(string name, [JSMarshalAs<JSType.MemoryView>] Span<byte> into);

    /// <summary>As <see cref="Sconce.Compiler.Evaluation.SumProducts"/> has it, by the engine's compiled code.</summary>
    [JSImport("sumProducts", "host")]
    public static partial void SumProducts(
        [JSMarshalAs<JSType.MemoryView>] Span<double> input, [JSMarshalAs<JSType.MemoryView>] Span<int> places, [JSMarshalAs<JSType.MemoryView>] Span<int> terms,
        [JSMarshalAs<JSType.MemoryView>] Span<double> weights, [JSMarshalAs<JSType.MemoryView>] Span<double> sums);
}
