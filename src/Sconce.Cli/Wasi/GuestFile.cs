using Sconce.Cli.Artifacts;
using Sconce.Cli.Files;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Wasi;

/// <summary>A program for WASI, as a file that was named as one.</summary>
internal static class GuestFile
{
    private const string What = "a WASI program (.wasm)";

    private static ReadOnlySpan<byte> Component => "\0asm\u000d\0\u0001\0"u8;

    private static ReadOnlySpan<byte> Zip => "PK\u0003\u0004"u8;

    /// <summary>Throws where it is something else, and says what to do with that.</summary>
    public static void Check(string path)
    {
        using var stream = InputFile.Open(path, What);
        Span<byte> read = stackalloc byte[8];
        ReadOnlySpan<byte> start = read[..stream.ReadAtLeast(read, read.Length, throwOnEndOfStream: false)];
        if (start.StartsWith(Component))
        {
            throw SconceException.Expected("a core module", "a component", new Where(path),
                "translate it with jco and run that in Node or a browser: docs/wasi-nn.md, \"Components\"");
        }

        if (start.StartsWith(Zip))
        {
            throw SconceException.Expected(What, "a model", new Where(path), Named(path));
        }

        stream.Position = 0;
        if (WasmSection.ReadAll(stream, path).Any(section => section is { Id: WasmSection.Custom, Name: Manifest.SectionName }))
        {
            throw SconceException.Expected(What, "a compiled model", new Where(path), Named(path));
        }
    }

    private static string Named(string path) =>
        $"name it for a guest: sconce wasi GUEST.wasm --graph {Path.GetFileNameWithoutExtension(path)}={path}";
}
