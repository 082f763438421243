using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graph;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler;

/// <summary>How to compile.</summary>
public sealed record CompileOptions
{
    /// <summary>Nothing that rounds differently from PyTorch for the sake of speed.</summary>
    public bool Exact { get; init; }

    /// <summary>Check the graph and the program after every pass: for tests and for finding mistakes.</summary>
    public bool Verify { get; init; }

    /// <summary>Which model of an archive that holds several; null for the only one.</summary>
    public string? Model { get; init; }

    /// <summary>How many times the usual limits of work and memory a file may take: see <see cref="Diagnostics.Budget"/>.</summary>
    public double Budget { get; init; } = 1;

    /// <summary>Weights in files of their own, none larger than so many bytes; null for one file that has them.</summary>
    public int? ShardBytes { get; init; }

    /// <summary>Every <see cref="Probe"/> becomes an output too: for finding where numbers go wrong.</summary>
    public bool WithProbes { get; init; }
}

/// <summary>A stage that begins.</summary>
public sealed record CompileProgress(string Stage);

/// <summary>The front door: a model file's bytes become an artefact. No files, processes or threads of its own.</summary>
public sealed class Compilation
{
    private readonly ArtifactWriter artifact;

    private Compilation(Graph.Graph graph, TensorProgram program, ArtifactWriter artifact) =>
        (Graph, Program, this.artifact) = (graph, program, artifact);

    /// <summary>The graph after its passes.</summary>
    public Graph.Graph Graph { get; }

    /// <summary>The program after its passes: what was made into code.</summary>
    public TensorProgram Program { get; }

    public Manifest Manifest => artifact.Manifest;

    /// <summary>Units of work that the compilation took of its <see cref="Diagnostics.Budget"/>.</summary>
    public long Work { get; private init; }

    /// <summary>Bytes of functions in one variant of the code.</summary>
    public long CodeBytes => artifact.CodeBytes;

    /// <summary>The functions, for whoever wants to read them.</summary>
    public Wasm.Module Module => artifact.Module;

    /// <summary>Compiles a model file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">Its name, for messages and the manifest.</param>
    /// <param name="options">Null for the usual.</param>
    /// <param name="progress">Told of each stage as it begins.</param>
    /// <exception cref="Diagnostics.SconceException">The file is not a model, or uses what is not supported.</exception>
    public static Compilation Compile(ReadOnlyMemory<byte> bytes, string name, CompileOptions? options = null, IProgress<CompileProgress>? progress = null) =>
        Compile(ModelBytes.Of(bytes), name, options, progress);

    /// <inheritdoc cref="Compile(ReadOnlyMemory{byte}, string, CompileOptions?, IProgress{CompileProgress}?)"/>
    public static Compilation Compile(ModelBytes bytes, string name, CompileOptions? options = null, IProgress<CompileProgress>? progress = null)
    {
        options ??= new CompileOptions();
        using var budget = Budget.Begin(bytes.Length, options.Budget);
        Report("reading");
        var graph = Pt2Frontend.Read(bytes, name, options.Model);
        Pipeline.Run(graph, options.Verify, Report);
        if (options.WithProbes)
        {
            graph.Outputs.AddRange(Probe.AllOf(graph).Select(probe => new GraphOutput(probe.Value, probe.Name)));
        }

        Report("lowering");
        var program = GraphLowering.Lower(graph).Program;
        program.Exact = options.Exact;
        Pipeline.Run(program, options.Verify, Report);
        Report("code");
        var parameters = graph.Inputs.Where(input => input.Kind == InputKind.Parameter).Sum(input => input.Data?.ElementCount ?? 0);
        var source = new SourceInfo(name, Convert.ToHexStringLower(bytes.Sha256()));
        return new Compilation(graph, program, ArtifactWriter.Create(program, source, parameters, options.ShardBytes)) { Work = budget.Budget.Work };

        void Report(string stage)
        {
            budget.Budget.Stage = stage;
            progress?.Report(new CompileProgress(stage));
        }
    }

    /// <summary>The files of weights that belong to the artefact, where <see cref="CompileOptions.ShardBytes"/> asked for them.</summary>
    public IReadOnlyList<Shard> Shards => artifact.Shards;

    /// <summary>Writes the artefact, without the <see cref="Shards"/>.</summary>
    public void WriteTo(Stream stream) => artifact.WriteTo(stream);
}
