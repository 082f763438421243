using System.Collections.Immutable;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Artifacts;

/// <summary>An input or an output of an artifact.</summary>
internal sealed record Port(string Name, DType Type, ImmutableArray<Dim> Shape);

/// <summary>A step of a run, with what it costs and the line of Python it came from.</summary>
internal sealed record StepCost(string Name, string Operator, string Kernel, string? Source, Dim Flops, Dim Bytes);

/// <summary>An artifact's manifest, as far as people ask for it, with sizes that can be computed with.</summary>
internal sealed record ManifestView(
    string Compiler, string SourceName, long ConstantsOffset, long ConstantsEnd, long MinPages,
    ImmutableArray<Symbol> Symbols, ImmutableArray<SizeCheck> Checks, ImmutableArray<Port> Inputs, ImmutableArray<Port> Outputs, ImmutableArray<StepCost> Steps,
    long Parameters, Dim MultiplyAdds, Dim Arena, long? LargestLive, ImmutableArray<ShardInfo> Shards)
{
    /// <summary>Sizes that a run finds, each with the most that it can be.</summary>
    public ImmutableArray<Symbol> Found { get; init; } = [];

    /// <summary>The number of the file's format, and the bytes that it says it has.</summary>
    public int Format { get; init; }

    public long FileBytes { get; init; }

    /// <summary>Whether it draws random numbers.</summary>
    public bool Random { get; init; }

    /// <summary>Methods beside the main one, each as if the file held it alone.</summary>
    public ImmutableArray<(string Name, ManifestView View)> Methods { get; init; } = [];

    /// <summary>The view of a method; of the main one where none is named.</summary>
    /// <exception cref="SconceException">There is no such method.</exception>
    public ManifestView Of(string? method) => method is null or Manifest.MainMethod ? this
        : Methods.FirstOrDefault(known => known.Name == method).View ?? throw SconceException.Expected(
            Methods.IsEmpty ? "a file that was compiled with --method" : $"a method ({string.Join(", ", Methods.Select(known => known.Name))})", $"'{method}'");

    /// <summary>By the names of inputs that are integers: the sizes that these are.</summary>
    public ImmutableDictionary<string, Dim> Integers { get; init; } = ImmutableDictionary<string, Dim>.Empty;

    /// <summary>Bytes of all the files of weights that belong to it.</summary>
    public long ShardBytes => Shards.Sum(shard => shard.Bytes);

    public int OperatorCount => Steps.Select(step => step.Operator).Distinct().Count();
}
