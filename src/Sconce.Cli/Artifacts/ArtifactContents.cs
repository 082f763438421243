using Sconce.Compiler;
using Sconce.Compiler.Wasm;
using ArtifactManifest = Sconce.Compiler.Artifact.Manifest;

namespace Sconce.Cli.Artifacts;

/// <summary>What an artifact holds, by its sections: everything but the code and the weights themselves.</summary>
internal sealed partial record ArtifactContents(ManifestView Manifest, long FileBytes, long CodeBytes, long RelaxedBytes, long DataBytes)
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
}
