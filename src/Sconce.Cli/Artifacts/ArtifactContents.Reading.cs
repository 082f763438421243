using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;
using ArtifactManifest = Sconce.Compiler.Artifact.Manifest;

namespace Sconce.Cli.Artifacts;

internal sealed partial record ArtifactContents
{
    public static ArtifactContents Read(string path)
    {
        using var stream = InputFile.Open(path, "an artifact (.wasm)");
        return Read(stream, path);
    }

    public static ArtifactContents Read(Stream stream, string file)
    {
        var sections = WasmSection.ReadAll(stream, file);
        var manifest = sections.FirstOrDefault(section => section is { Id: WasmSection.Custom, Name: ArtifactManifest.SectionName })
            ?? throw SconceException.Expected("an artifact of sconce", "a WebAssembly module without a manifest", new Where(file));
        return new(
            ManifestReader.Read(manifest.Body.Rest(), file), stream.Length,
            Size(section => section.Id == WasmSection.Code), Size(section => section.Name == ArtifactManifest.RelaxedSectionName), Size(section => section.Id == WasmSection.Data));

        long Size(Func<WasmSection, bool> which) => sections.Where(which).Sum(section => section.Size);
    }
}
