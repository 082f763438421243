using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>The module that kernels are made for: what they may use, and the functions they share.</summary>
public sealed class KernelModule(Module module, KernelOptions options, NumberTable? numbers = null)
{
    private readonly Dictionary<string, FunctionBuilder> functions = [];
    private readonly Dictionary<string, Global> variables = [];

    public KernelOptions Options { get; } = options;

    /// <summary>Numbers in memory that the kernels load. Whoever runs them puts it there.</summary>
    public NumberTable Numbers { get; } = numbers ?? new();

    /// <summary>A function that kernels call, by its name; built and added to the module at its first use.</summary>
    public FunctionBuilder Function(string name, ReadOnlySpan<WasmType> parameters, WasmType result, Action<FunctionBuilder> build)
    {
        if (!functions.TryGetValue(name, out var function))
        {
            function = new FunctionBuilder(name, parameters, result);
            build(function);
            functions.Add(name, module.Add(function));
        }

        return function;
    }

    /// <summary>A variable of the module, by its name; each thread has its own, for it has its own instance.</summary>
    public Global Variable(string name, WasmType type, Code initial)
    {
        if (!variables.TryGetValue(name, out var variable))
        {
            variables.Add(name, variable = module.DefineGlobal(name, type, mutable: true, initial));
        }

        return variable;
    }
}
