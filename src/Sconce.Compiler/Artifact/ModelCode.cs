using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// A model's functions in a module: those of its methods, and <c>reset</c> and <c>work</c>, which are the same for all. Methods share kernels, the table and the memory of a context, of
/// which each makes its own plan.
/// </summary>
internal sealed class ModelCode
{
    private const int PageBytes = 65536;

    private ModelCode(IReadOnlyList<MethodProgram> methods, SharedMemory memory, KernelOptions options, NumberTable numbers)
    {
        Module = new Module();
        Module.ImportMemory("env", "memory", MinimumPages(methods), MaximumPages);
        Kernels = new KernelModule(Module, options, numbers);
        Sharing = new WorkSharing(Module);
        Turns = methods.Any(method => method.Layout.PositionBytes > 0) ? Module.DefineGlobal("turns", WasmType.I32, mutable: true, (I32)0) : null;
        var table = 0;
        foreach (var (name, program, layout, plan) in methods)
        {
            var code = new ProgramCode(program, plan, layout, this, table);
            table += code.Add(name == Manifest.MainMethod ? "" : $":{name}");
            KernelNames.Add(code.KernelNames);
        }

        Module.ExportFunction("reset", ResetFunction(memory));
        Module.ExportFunction("work", Sharing.Work);
        Module.ExportTable("steps");
        if (Turns is not null)
        {
            Module.ExportGlobal("turns", Turns);
        }

        Module.ExportMemory("memory");
    }

    /// <summary>All that 32 bits can address. The loader may lower it in the file.</summary>
    public const uint MaximumPages = 65536;

    public Module Module { get; }

    public KernelModule Kernels { get; }

    public WorkSharing Sharing { get; }

    /// <summary>After how many turns of loops a run pauses; null where there are no loops.</summary>
    public Global? Turns { get; }

    /// <summary>By method and top-level step.</summary>
    public List<IReadOnlyList<string>> KernelNames { get; } = [];

    /// <summary>Pages for the constants and, where its size is known, one context.</summary>
    public static uint MinimumPages(IReadOnlyList<MethodProgram> methods) =>
        (uint)(methods.Max(method => method.Plan.Shared.ConstantsEnd + method.Plan.FixedEnd + PageBytes - 1) / PageBytes);

    /// <summary>A module without data and custom sections, with the names of kernels.</summary>
    public static ModelCode Build(IReadOnlyList<MethodProgram> methods, KernelOptions options, NumberTable numbers) => new(methods, methods[0].Plan.Shared, options, numbers);

    private FunctionBuilder ResetFunction(SharedMemory memory)
    {
        var f = Module.Define("reset", [WasmType.I32]);
        var context = f.Parameter(0, "ctx").AsI32();
        foreach (var (state, initial) in memory.InitialStates)
        {
            var (place, bytes) = (context + (I32)(uint)((Place.InContext)memory.Find(state)!).Offset, (I32)(uint)state.ByteCount.Value);
            if (initial is { } address)
            {
                f.MemoryCopy(place, (uint)address, bytes);
            }
            else
            {
                f.MemoryFill(place, 0, bytes);
            }
        }

        return f;
    }
}

/// <summary>A method, and where what it computes with lies.</summary>
internal sealed record MethodProgram(string Name, TensorProgram Program, ContextLayout Layout, MemoryPlan Plan)
{
    public static IReadOnlyList<MethodProgram> Of(IReadOnlyList<(string Name, TensorProgram Program)> methods)
    {
        ContextLayout[] layouts = [.. methods.Select(method => new ContextLayout(method.Program))];
        var plans = MemoryPlan.Of([.. methods.Zip(layouts, (method, layout) => (method.Program, layout))]);
        return [.. methods.Select((method, i) => new MethodProgram(method.Name, method.Program, layouts[i], plans[i]))];
    }
}
