using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// Puts a program into one file: the manifest first, code, the same code with relaxed SIMD in a custom section, constants last. See docs/artifact.md.
/// </summary>
public sealed class ArtifactWriter
{
    private readonly MemoryPlan plan;
    private readonly Module module;
    private readonly NumberTable numbers;
    private readonly int? shardBytes;
    private IReadOnlyList<Shard>? shards;

    private ArtifactWriter(MemoryPlan plan, Module module, NumberTable numbers, Manifest manifest, int? shardBytes)
    {
        (this.plan, this.module, this.numbers, this.shardBytes) = (plan, module, numbers, shardBytes);
        Manifest = manifest;
    }

    public Manifest Manifest { get; private set; }

    /// <summary>The files that the weights are in beside this one; none where it has them itself.</summary>
    public IReadOnlyList<Shard> Shards => shards ??= shardBytes is { } largest ? ShardCutting.Cut(Constants(), largest) : [];

    /// <summary>Bytes of functions in the plain variant.</summary>
    public long CodeBytes { get; private init; }

    /// <summary>Bytes of all but the manifest and the data.</summary>
    private long ModuleBytes { get; init; }

    /// <summary>The plain variant's functions, for whoever wants to read them.</summary>
    public Module Module => module;

    /// <summary>Generates the code of a program whose steps have kernels (the last passes have run).</summary>
    /// <param name="program">The program.</param>
    /// <param name="source">What it was compiled from.</param>
    /// <param name="parameters">Elements of its parameters.</param>
    /// <param name="shardBytes">The largest shard, where weights are to be in files of their own.</param>
    public static ArtifactWriter Create(TensorProgram program, SourceInfo source, long parameters, int? shardBytes = null)
    {
        var layout = new ContextLayout(program);
        var plan = new MemoryPlan(program, layout);
        var numbers = new NumberTable();
        var (relaxed, _) = ProgramCode.Build(program, plan, layout, new KernelOptions { RelaxedSimd = true, Exact = program.Exact }, numbers);
        var (module, kernelNames) = ProgramCode.Build(program, plan, layout, new KernelOptions { RelaxedSimd = false, Exact = program.Exact }, numbers);
        var manifest = new Manifest
        {
            Compiler = Manifest.ThisCompiler,
            Source = source,
            Memory = new MemoryInfo(MemoryPlan.ConstantsOffset, plan.ConstantsEnd, ProgramCode.MinimumPages(plan)),
            Context = new ContextInfo(ContextLayout.Symbols, layout.Inputs, layout.Outputs, plan.HeaderBytes, plan.OpenCount == 0 ? null : layout.Tail(plan.SlotCount)),
            Random = program.Seed is not null,
            Symbols = [.. program.Symbols.Select(symbol => Describe(symbol, program))],
            Found = program.Found.Count + layout.Turns.Count == 0 ? null :
            [
                .. program.Found.Select(found => new FoundInfo(found.Name, SizeBound.Of(found) is { } bound ? DimJson.Write(bound) : null)),
                .. layout.Turns.Select(turns => new FoundInfo(turns.Name, null, Turns: true)),
            ],
            Checks = [.. program.Checks.Select(check => new CheckInfo(ConditionJson.Write(check.Condition), check.Text, check.Why, check.Source))],
            Inputs = [.. program.Inputs.Select(input => Describe(input.Name, input.Buffer))],
            Outputs = [.. program.Outputs.Select(output => Describe(output.Name, output.Buffer))],
            Steps = [.. program.Steps.Select((step, i) => new StepInfo(
                $"{step.Targets[0].Buffer.Name}", step.Origin?.Operator ?? "", kernelNames[i],
                OfRun(StepCost.Flops(step)), OfRun(StepCost.Bytes(step)), step.Origin?.Source,
                ContextLayout.Pauses(step) ? OfRun(StepCost.Turns(step)) : null))],
            Faults = [.. ProgramCode.Checks(program).Select(check => new FaultInfo(check.Origin?.Operator ?? "", check.Message, check.Origin?.Source))],
            Errors = RunError.Texts,
            Parameters = parameters,
            MultiplyAdds = DimJson.Write(Most(Dim.Sum(program.Steps.Select(StepCost.MultiplyAdds)))),
            Arena = DimJson.Write(plan.ContextBytes),
            ThreadArena = DimJson.Write(plan.ThreadBytes),
            LargestLive = plan.LargestLive,
        };
        module.AddCustomSection(Manifest.RelaxedSectionName, relaxed.ToArray(), Placement.BeforeData);
        var measured = module.Measure();
        return new ArtifactWriter(plan, module, numbers, manifest, shardBytes) { CodeBytes = measured.CodeBytes, ModuleBytes = measured.Length };

        System.Text.Json.Nodes.JsonNode OfRun(RunCost cost) => DimJson.Write(cost.With(loop => layout.TurnsOf(loop), Most));
    }

    /// <summary>Writes the file, and tells where its sections lie.</summary>
    public ModuleLayout WriteTo(Stream stream)
    {
        if (Manifest.FileBytes == 0)
        {
            AddData();
            AddManifest();
        }

        return module.WriteTo(stream);
    }

    /// <summary>The manifest says how large the file is that it stands in: its own digits count too.</summary>
    private void AddManifest()
    {
        var withoutDigits = Manifest.ToJson().Length - 1;
        var others = ModuleBytes + module.MeasureData();
        long bytes, longer = 0;
        do
        {
            bytes = longer;
            longer = others + Module.MeasureCustomSection(Manifest.SectionName, withoutDigits + $"{bytes}".Length);
        }
        while (longer != bytes);

        Manifest = Manifest with { FileBytes = bytes };
        module.AddCustomSection(Manifest.SectionName, Manifest.ToJson(), Placement.First);
    }

    private void AddData()
    {
        if (numbers.Bytes is { Length: > 0 } bytes)
        {
            module.AddData(NumberTable.Start, bytes);
        }

        if (Shards.Count > 0)
        {
            Manifest = Manifest with { Format = Manifest.SplitFormat, Shards = [.. Shards.Select(shard => shard.Info)] };
            return;
        }

        foreach (var constant in Constants())
        {
            module.AddData((uint)constant.Address, constant.Read());
        }
    }

    /// <summary>The contents of memory before the first run, in the order of its addresses.</summary>
    private IEnumerable<ShardPart> Constants() =>
        plan.Constants.Select(constant => Constant(constant, ((Place.Absolute)plan[constant]).Address))
            .Concat(plan.InitialStates.Where(state => state.State.Data is not null).Select(state => Constant(state.State, state.Address)));

    private static ShardPart Constant(TensorBuffer buffer, long address) => new(address, 0, checked((int)buffer.ByteCount.Value), buffer.Contents);

    /// <summary>What only the run finds stands for the most that it can be.</summary>
    private static Dim Most(Dim size) => SizeBound.Of(size) ?? size.Substitute(leaf => leaf is Symbol { Source: not SymbolSource.Given } ? Dim.Zero : null);

    private static PortInfo Describe(string name, TensorBuffer buffer) =>
        new(name, buffer.Outside.Type.Name(), [.. buffer.Outside.Dims.Select(DimJson.Write)]);

    /// <summary>The first dimension of an input, or integer among them, that is linear in the symbol alone.</summary>
    private static SymbolInfo Describe(Symbol symbol, TensorProgram program)
    {
        for (var input = 0; input < program.Inputs.Count; input++)
        {
            var dims = program.Inputs[input].Buffer.Sizes;
            for (var dim = 0; dim < dims.Length; dim++)
            {
                if (dims[dim].LinearIn(symbol) is ({ IsConstant: true, Value: not 0 } scale, { IsConstant: true } offset))
                {
                    return new SymbolInfo(symbol.Name, symbol.Min, symbol.Max is <= DimJson.LargestNumber ? symbol.Max : null, input, dim, scale.Value, offset.Value);
                }
            }
        }

        throw Diagnostics.SconceException.Unsupported(
            $"the size {symbol} cannot be read off any input's shape", hint: "let the caller give the size by a dim of an input tensor (a torch.export.Dim by itself)");
    }
}
