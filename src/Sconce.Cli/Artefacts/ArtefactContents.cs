using Sconce.Compiler.Diagnostics;
using ArtifactManifest = Sconce.Compiler.Artifact.Manifest;

namespace Sconce.Cli.Artefacts;

/// <summary>What an artefact holds, by its sections: everything but the code and the weights themselves.</summary>
internal sealed record ArtefactContents(ManifestView Manifest, long TotalBytes, long CodeBytes, long RelaxedBytes, long WeightBytes)
{
    public static ArtefactContents Read(string path)
    {
        var sections = WasmSection.ReadAll(path);
        var manifest = sections.FirstOrDefault(section => section is { Id: WasmSection.Custom, Name: ArtifactManifest.SectionName })
            ?? throw SconceException.Expected("an artefact of sconce", "a WebAssembly module without a manifest", new Where(path));
        return new(
            ManifestReader.Read(manifest.Body.Rest(), path), new FileInfo(path).Length,
            Size(section => section.Id == WasmSection.Code), Size(section => section.Name == ArtifactManifest.RelaxedSectionName), Size(section => section.Id == WasmSection.Data));

        long Size(Func<WasmSection, bool> which) => sections.Where(which).Sum(section => section.Size);
    }
}
