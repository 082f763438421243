using System.Collections.Immutable;

namespace Sconce.Compiler.Wasm;

/// <summary>
/// Checks a module before it is written: what engines would reject, and what they could not see, such as a variable of another function.
/// What it finds is a mistake of the compiler, and the message shows the code.
/// </summary>
internal sealed class Checker
{
    private readonly Module module;
    private readonly FunctionBuilder function;
    private readonly List<Label> open = [];

    private Checker(Module module, FunctionBuilder function)
    {
        this.module = module;
        this.function = function;
    }

    /// <exception cref="InvalidOperationException">Something is wrong.</exception>
    public static void Check(Module module)
    {
        if (module.Memory is { } memory && (memory.Minimum > memory.Maximum || memory.Maximum > 65536))
        {
            throw new InvalidOperationException($"a memory of {memory.Minimum} to {memory.Maximum} pages; at most 65536 are allowed");
        }

        foreach (IGrouping<string, Export> same in module.Exports.GroupBy(e => e.Name).Where(g => g.Count() > 1))
        {
            throw new InvalidOperationException($"two exports are called {same.Key}");
        }

        foreach (DataSegment segment in module.Data)
        {
            long end = segment.Offset + (long)segment.Bytes.Length;
            if (end > (module.Memory?.Minimum ?? 0) * 65536L)
            {
                throw new InvalidOperationException($"data up to address {end}; the memory starts with {module.Memory?.Minimum ?? 0} pages");
            }
        }

        foreach (FunctionBuilder called in module.Table.Where(f => !module.Contains(f)))
        {
            throw new InvalidOperationException($"the table has {called}, which is not in this module");
        }

        // A module only grows: what was right in it stays right.
        foreach (FunctionBuilder function in module.Functions.Where(f => !f.IsChecked))
        {
            new Checker(module, function).CheckFunction();
            function.IsChecked = true;
        }
    }

    private void CheckFunction()
    {
        foreach (Statement statement in function.Body)
        {
            Check(statement);
        }

        if (function.Type.Result != WasmType.None && function.Body is not [.., { Diverts: true }])
        {
            throw new InvalidOperationException($"{function} can reach its end without a result");
        }
    }

    private void Check(Code code)
    {
        CheckOperands(code);
        foreach (Code operand in code.Operands)
        {
            Check(operand);
        }

        object? target = code.Immediate.Target;
        string? wrong = code.Opcode.Immediate switch
        {
            ImmediateKind.Local => target is Local local && local.Function == function ? null : $"{target} is not its variable",
            ImmediateKind.Global => target is Global global && module.Contains(global) ? null : "it is not in its module",
            ImmediateKind.Function => target is FunctionBuilder callee && module.Contains(callee) ? null : $"{target} is not in its module",
            ImmediateKind.Type => module.HasTable ? null : "its module has no table",
            ImmediateKind.Label => target is Label label && open.Contains(label) ? null : "the label does not enclose it",
            ImmediateKind.Labels => target is Label[] labels && labels.All(open.Contains) ? null : "a label does not enclose it",
            ImmediateKind.Memory or ImmediateKind.MemoryLane or ImmediateKind.MemoryIndex or ImmediateKind.TwoMemoryIndices =>
                module.Memory is not null ? null : "its module has no memory",
            _ => null,
        };
        if (wrong is not null)
        {
            throw new InvalidOperationException($"in {function}: {code}: {wrong}");
        }

        if (code is Region region)
        {
            CheckRegion(region);
        }
    }

    private void CheckRegion(Region region)
    {
        if (open.Contains(region.Label))
        {
            throw new InvalidOperationException($"in {function}: a {region.Opcode} within itself");
        }

        open.Add(region.Label);
        region.BodyList.ForEach(Check);
        region.ElseList.ForEach(Check);
        open.RemoveAt(open.Count - 1);
    }

    private void CheckOperands(Code code)
    {
        ImmutableArray<WasmType> wanted = Wanted(code);
        bool fits = wanted.Length == code.Operands.Length;
        for (int i = 0; fits && i < wanted.Length; i++)
        {
            fits = wanted[i] == code.Operands[i].Type;
        }

        if (!fits)
        {
            throw new InvalidOperationException($"in {function}: wrong operands in {code}");
        }
    }

    private ImmutableArray<WasmType> Wanted(Code code)
    {
        Opcode opcode = code.Opcode;
        if (!opcode.IsPolymorphic)
        {
            return opcode.Operands;
        }

        return code.Immediate.Target switch
        {
            Local local when opcode != Opcode.LocalGet => [local.Type],
            Global global when opcode == Opcode.GlobalSet => [global.Type],
            FunctionBuilder callee => callee.Type.Parameters,
            FunctionType type => [.. type.Parameters, WasmType.I32],
            _ when opcode == Opcode.Select => [code.Type, code.Type, WasmType.I32],
            _ when opcode == Opcode.BrIf || opcode == Opcode.BrTable || opcode == Opcode.If => [WasmType.I32],
            _ when opcode == Opcode.Return && function.Type.Result != WasmType.None => [function.Type.Result],
            _ when opcode == Opcode.Drop && code.Operands is [{ Type: not WasmType.None } dropped] => [dropped.Type],
            _ => [],
        };
    }
}
