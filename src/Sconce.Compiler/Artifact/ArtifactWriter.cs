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
    private readonly SharedMemory memory;
    private readonly Module module;
    private readonly NumberTable numbers;
    private readonly int? shardBytes;
    private IReadOnlyList<Shard>? shards;

    private ArtifactWriter(SharedMemory memory, Module module, NumberTable numbers, Manifest manifest, int? shardBytes)
    {
        (this.memory, this.module, this.numbers, this.shardBytes) = (memory, module, numbers, shardBytes);
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

    /// <summary>Generates the code of programs whose steps have kernels (the last passes have run).</summary>
    /// <param name="methods">The programs of the model's methods by their names, <see cref="Manifest.MainMethod"/> first. States with the same name are the same.</param>
    /// <param name="source">What they were compiled from.</param>
    /// <param name="parameters">Elements of the model's parameters.</param>
    /// <param name="shardBytes">The largest shard, where weights are to be in files of their own.</param>
    public static ArtifactWriter Create(IReadOnlyList<(string Name, TensorProgram Program)> methods, SourceInfo source, long parameters, int? shardBytes = null)
    {
        var exact = methods[0].Program.Exact;
        var all = MethodProgram.Of(methods);
        var numbers = new NumberTable();
        var relaxed = ModelCode.Build(all, new KernelOptions { RelaxedSimd = true, Exact = exact }, numbers).Module;
        var code = ModelCode.Build(all, new KernelOptions { RelaxedSimd = false, Exact = exact }, numbers);
        var memory = all[0].Plan.Shared;
        MethodInfo[] described = [.. all.Zip(code.KernelNames, Describe)];
        var manifest = new Manifest(described[0])
        {
            Source = source,
            Memory = new MemoryInfo(SharedMemory.ConstantsOffset, memory.ConstantsEnd, ModelCode.MinimumPages(all)),
            Random = methods.Any(method => method.Program.Seed is not null),
            State = memory.InitialStates.Count > 0,
            Parameters = parameters,
            Methods = described.Length == 1 ? null : described[1..],
        };
        var module = code.Module;
        module.AddCustomSection(Manifest.RelaxedSectionName, relaxed.ToArray(), Placement.BeforeData);
        var measured = module.Measure();
        return new ArtifactWriter(memory, module, numbers, manifest, shardBytes) { CodeBytes = measured.CodeBytes, ModuleBytes = measured.Length };
    }

    /// <summary>What is said of each method, the main one too.</summary>
    private static MethodInfo Describe(MethodProgram method, IReadOnlyList<string> kernels)
    {
        var (name, program, layout, plan) = method;
        return new()
        {
            Name = name,
            Context = new ContextInfo(ContextLayout.Symbols, layout.Inputs, layout.Outputs, plan.Shared.HeaderBytes, plan.OpenCount == 0 ? null : layout.Tail(plan.SlotCount)),
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
                $"{step.Targets[0].Buffer.Name}", step.Origin?.Operator ?? "", kernels[i],
                OfRun(StepCost.Flops(step)), OfRun(StepCost.Bytes(step)), step.Origin?.Source,
                ContextLayout.Pauses(step) ? OfRun(StepCost.Turns(step)) : null))],
            Faults = [.. ProgramCode.Checks(program).Select(check => new FaultInfo(check.Origin?.Operator ?? "", check.Message, check.Origin?.Source))],
            MultiplyAdds = DimJson.Write(Most(Dim.Sum(program.Steps.Select(StepCost.MultiplyAdds)))),
            Arena = DimJson.Write(plan.ContextBytes),
            ThreadArena = DimJson.Write(plan.ThreadBytes),
            LargestLive = plan.LargestLive,
        };

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
        memory.Constants.Select(constant => Constant(constant, ((Place.Absolute)memory.Find(constant)!).Address))
            .Concat(memory.InitialStates.Where(state => state.Address is not null).Select(state => Constant(state.State, state.Address!.Value)));

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
