using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>All that is fuzzed in C#.</summary>
internal static class Registry
{
    public static IReadOnlyList<ITarget> All { get; } =
        [new FindingsTarget(), new ModelTarget(), new RunTarget(), new ArchiveTarget(), new ScriptTarget(), new ArtifactTarget(), new NpzTarget()];
}
