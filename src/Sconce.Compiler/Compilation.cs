using System.Collections.Immutable;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Passes.Compression;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Tensors.Text;

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

    /// <summary>Dtypes and shapes of the inputs, where the file records none (TorchScript); <see cref="InputSpecParser"/> reads them from text.</summary>
    public ImmutableArray<InputSpec> Inputs { get; init; } = [];

    /// <summary>Methods beside <c>forward</c> that go into the same file, by their names: of TorchScript. What is said of their inputs is <c>METHOD.NAME</c>.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>How many times the usual limits of work and memory a file may take: see <see cref="Diagnostics.Budget"/>.</summary>
    public double Budget { get; init; } = 1;

    /// <summary>Weights in files of their own, none larger than so many bytes; null for one file that has them.</summary>
    public int? ShardBytes { get; init; }

    /// <summary>How the float32 weights of products, convolutions and embeddings are kept.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>Names of weights that stay as they are, <c>*</c> for any part of one.</summary>
    public ImmutableArray<string> Keep { get; init; } = [];

    /// <summary>Every <see cref="Probe"/> becomes an output too: for finding where numbers go wrong.</summary>
    public bool WithProbes { get; init; }

    internal FrontendOptions OfFrontend => new() { Model = Model, Inputs = Inputs, Methods = Methods, Typer = GraphLowering.Typer };
}

/// <summary>A method of a model, and what became of it.</summary>
public sealed record CompiledMethod(string Name, Graph Graph, TensorProgram Program);

/// <summary>A stage that begins.</summary>
public sealed record CompileProgress(string Stage);

/// <summary>The front door: a model file's bytes become an artifact. No files, processes or threads of its own.</summary>
public sealed class Compilation
{
    private readonly ArtifactWriter artifact;

    private Compilation(IReadOnlyList<CompiledMethod> methods, ArtifactWriter artifact) => (Methods, this.artifact) = (methods, artifact);

    /// <summary>The graph after its passes, of the main method.</summary>
    public Graph Graph => Methods[0].Graph;

    /// <summary>The program after its passes: what was made into code.</summary>
    public TensorProgram Program => Methods[0].Program;

    /// <summary>The main method, and those that <see cref="CompileOptions.Methods"/> asked for.</summary>
    public IReadOnlyList<CompiledMethod> Methods { get; }

    public Manifest Manifest => artifact.Manifest;

    /// <summary>What became of the weights that <see cref="CompileOptions.Weights"/> is about, in their order.</summary>
    public ImmutableArray<CompressedWeight> Compressed { get; private init; } = [];

    /// <summary>Constants of which so many numbers were subnormal and became zero, in any of the methods.</summary>
    public IReadOnlyList<(string Name, long Count)> Flushed => [.. Methods.SelectMany(method => method.Program.Flushed).Distinct()];

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
        return Within(bytes, options, budget =>
        {
            var (methods, compressed) = Lower(bytes, name, options, Report, passes: null);
            Report("code");
            var parameters = methods.SelectMany(method => method.Graph.Inputs).Where(input => input.Kind == InputKind.Parameter).DistinctBy(input => input.Name)
                .Sum(input => input.Data?.ElementCount ?? 0);
            var source = new SourceInfo(name, Convert.ToHexStringLower(bytes.Sha256()));
            var artifact = ArtifactWriter.Create([.. methods.Select(method => (method.Name, method.Program))], source, parameters, options.ShardBytes);
            return new Compilation(methods, artifact) { Work = budget.Work, Compressed = compressed };

            void Report(string stage)
            {
                budget.Stage = stage;
                progress?.Report(new CompileProgress(stage));
            }
        });
    }

    /// <summary>The program as it is after a pass: for looking at, with <see cref="Tensors.Text.ProgramPrinter"/>.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">Null for the usual.</param>
    /// <param name="after">A pass by its name, of several runs the last; <c>NAME:2</c> the second; <c>lowering</c> before the first. Null for all.</param>
    /// <param name="method">Whose; null for the main one.</param>
    /// <exception cref="Diagnostics.SconceException">The file is not a model, or there is no such pass.</exception>
    public static TensorProgram ProgramAfter(ModelBytes bytes, string name, CompileOptions? options = null, string? after = null, string? method = null)
    {
        options ??= new CompileOptions();
        return Within(bytes, options, budget =>
        {
            var methods = Lower(bytes, name, options, stage => budget.Stage = stage, PassesUntil(after)).Methods;
            return (method is null ? methods[0] : methods.First(made => made.Name == method)).Program;
        });
    }

    /// <summary>The operators of a model as the table has them, and the kinds of steps that each was lowered to: none where it only gives a size or another name.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">Null for the usual.</param>
    /// <exception cref="Diagnostics.SconceException">The file is not a model, or uses what is not supported.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> OperatorsOf(ModelBytes bytes, string name, CompileOptions? options = null)
    {
        options ??= new CompileOptions();
        return Within(bytes, options, budget =>
        {
            var lowered = Lower(bytes, name, options, stage => budget.Stage = stage).Methods.Select(method => method.Lowered).ToList();
            var kinds = lowered.SelectMany(method => StepTree.All(method.Program.Steps)).ToLookup(step => step.Origin?.Operator ?? "", StepForms.KindOf);
            return lowered.SelectMany(method => method.Operators).GroupBy(pair => pair.Value, pair => kinds[pair.Key]).OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group.SelectMany(each => each).Distinct().Order(StringComparer.Ordinal)]);
        });
    }

    /// <summary>Work on a file, within its budget. What code of ours throws that was never to happen comes out as <see cref="ErrorKind.Internal"/>.</summary>
    private static T Within<T>(ModelBytes bytes, CompileOptions options, Func<Budget, T> work)
    {
        using var scope = Budget.Begin(bytes.Length, options.Budget);
        var budget = scope.Budget;
        try
        {
            return Budget.InSixtyFourBits(() => work(budget));
        }
        catch (Exception error) when (SconceException.IsMistake(error))
        {
            throw SconceException.Internal(error, budget.Stage);
        }
    }

    /// <summary>The passes over a program in order, with what each does.</summary>
    public static IEnumerable<(string Name, string Description)> Passes => Pipeline.ProgramPasses.Select(pass => (pass.Name, pass.Description));

    private static int? PassesUntil(string? after)
    {
        if (after is null or "lowering")
        {
            return after is null ? null : 0;
        }

        var (name, number) = after.Split(':') is [var first, var second] && int.TryParse(second, out var given) ? (first, given) : (after, 0);
        var places = Pipeline.ProgramPasses.Index().Where(pass => pass.Item.Name == name).Select(pass => pass.Index + 1).ToList();
        return places.Count > 0 && number >= 0 && number <= places.Count
            ? places[number == 0 ? ^1 : number - 1]
            : throw SconceException.Expected($"lowering or a pass: {string.Join(", ", Pipeline.ProgramPasses.Select(pass => pass.Name).Distinct())}", $"'{after}'");
    }

    private static (IReadOnlyList<CompiledMethod> Methods, ImmutableArray<CompressedWeight> Compressed) Lower(
        ModelBytes bytes, string name, CompileOptions options, Action<string> report, int? passes)
    {
        var (methods, compressed) = Lower(bytes, name, options, report);
        foreach (var (_, _, lowered) in methods)
        {
            lowered.Program.Exact = options.Exact;
            Pipeline.Run(lowered.Program, options.Verify, report, passes);
        }

        return ([.. methods.Select(method => new CompiledMethod(method.Name, method.Graph, method.Lowered.Program))], compressed);
    }

    private static (IReadOnlyList<(string Name, Graph Graph, LoweredGraph Lowered)> Methods, ImmutableArray<CompressedWeight> Compressed) Lower(
        ModelBytes bytes, string name, CompileOptions options, Action<string> report)
    {
        report("reading");
        var graphs = Frontend.ReadMethods(bytes, name, options.OfFrontend);
        foreach (var (_, graph) in graphs)
        {
            Pipeline.Run(graph, options.Verify, report);
        }

        if (options.Weights != WeightFormat.AsIs)
        {
            report("compressing weights");
        }

        // The methods' common weights become the same.
        var known = new Dictionary<(string, ReadOnlyMemory<byte>, int), NarrowWeight>();
        ImmutableArray<CompressedWeight> compressed =
            [.. graphs.SelectMany(method => CompressWeights.Run(method.Graph, options.Weights, options.Keep, known)).DistinctBy(weight => weight.Name)];
        if (options.WithProbes)
        {
            var graph = graphs[0].Graph;
            graph.Outputs.AddRange(Probe.AllOf(graph).Select(probe => new GraphOutput(probe.Value, probe.Name)));
        }

        report("lowering");
        return ([.. graphs.Select(method => (method.Name, method.Graph, GraphLowering.Lower(method.Graph)))], compressed);
    }

    /// <summary>The files of weights that belong to the artifact, where <see cref="CompileOptions.ShardBytes"/> asked for them.</summary>
    public IReadOnlyList<Shard> Shards => artifact.Shards;

    /// <summary>Writes the artifact, without the <see cref="Shards"/>, and tells where its sections lie.</summary>
    public Wasm.ModuleLayout WriteTo(Stream stream) => artifact.WriteTo(stream);
}
