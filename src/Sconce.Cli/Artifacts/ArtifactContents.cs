using Sconce.Cli.Files;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Wasm;
using ArtifactManifest = Sconce.Compiler.Artifact.Manifest;

namespace Sconce.Cli.Artifacts;

/// <summary>What an artifact holds, by its sections: everything but the code and the weights themselves.</summary>
internal sealed record ArtifactContents(ManifestView Manifest, long FileBytes, long CodeBytes, long RelaxedBytes, long DataBytes)
{
    public long TotalBytes => FileBytes + Manifest.ShardBytes;

    public long WeightBytes => DataBytes + Manifest.ShardBytes;

    /// <summary>The same of an artifact that was just written, by what its compiler knows.</summary>
    public static ArtifactContents Of(Compilation compilation, ModuleLayout layout)
    {
        return new(
            ManifestReader.View(compilation.Manifest), layout.Length,
            Size(section => section.Id == SectionId.Code), Size(section => section.Name == ArtifactManifest.RelaxedSectionName), Size(section => section.Id == SectionId.Data));

        long Size(Func<SectionPlace, bool> which) => layout.Sections.Where(which).Sum(section => section.Length);
    }

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
