using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

public class EveryInstructionTests
{
    [Fact]
    public void An_engine_accepts_every_instruction_of_the_table()
    {
        Module module = ModuleWithAll();

        HashSet<Opcode> used = [Opcode.Else, Opcode.End];
        foreach (FunctionBuilder function in module.Functions)
        {
            Collect(function.Body, used);
        }

        Assert.Empty(Opcode.All.Except(used));
        Assert.Equal("", NodeEngine.Run(NodeEngine.Job.Of(module))[0].Error);
    }

    [Fact]
    public void No_two_entries_share_a_name_or_a_code()
    {
        Assert.Equal(Opcode.All.Length, Opcode.All.Select(o => o.Name).Distinct().Count());
        Assert.Equal(Opcode.All.Length, Opcode.All.Select(o => (o.Prefix, o.Number)).Distinct().Count());
    }

    [Fact]
    public void Flags_tell_the_family()
    {
        Assert.True(Opcode.F32x4RelaxedMadd is { IsRelaxed: true, IsSimd: true, IsAtomic: false });
        Assert.True(Opcode.F32x4Mul is { IsRelaxed: false, IsSimd: true });
        Assert.True(Opcode.MemoryAtomicWait32 is { IsAtomic: true, HasEffect: true, IsSimd: false });
        Assert.Equal(20, Opcode.All.Count(o => o.IsRelaxed));
        Assert.Equal(236, Opcode.All.Count(o => o.IsSimd && !o.IsRelaxed));
        Assert.Equal(67, Opcode.All.Count(o => o.IsAtomic));
    }

    /// <summary>A module in which each instruction stands once at least.</summary>
    internal static Module ModuleWithAll()
    {
        var module = new Module { WriteNames = true };
        module.ImportMemory("env", "memory", 1, 65536);
        foreach (Opcode opcode in Opcode.All.Where(o => !o.IsPolymorphic))
        {
            FunctionBuilder function = module.Define(opcode.Name, [.. opcode.Operands], opcode.Result);
            Code made = Make(opcode, [.. function.Parameters.Select(p => p.Get)]);
            if (opcode.Result == WasmType.None)
            {
                function.Do(made);
            }
            else
            {
                function.Return(made);
            }
        }

        DefineControl(module);
        return module;
    }

    private static Code Make(Opcode opcode, Code[] operands) => opcode.Immediate switch
    {
        ImmediateKind.I32 => I32.Const(int.MinValue),
        ImmediateKind.I64 => I64.Const(long.MinValue),
        ImmediateKind.F32 => F32.Const(float.NaN),
        ImmediateKind.F64 => F64.Const(0.1),
        ImmediateKind.V128 => V128.Const(1f, -2f, float.PositiveInfinity, 1e-30f),
        ImmediateKind.Memory or ImmediateKind.MemoryLane => Code.Access(opcode, 70_000, 0, Math.Max(opcode.Lanes - 1, 0), operands),
        ImmediateKind.Lane => Code.Lane(opcode, opcode.Lanes - 1, operands),
        ImmediateKind.Shuffle => I8x16.Shuffle(operands[0].AsV128(), operands[1].AsV128(), 0, 31, 1, 30, 2, 29, 3, 28, 4, 27, 5, 26, 6, 25, 7, 24),
        _ => Code.Of(opcode, operands),
    };

    private static void DefineControl(Module module)
    {
        Global global = module.DefineGlobal("counter", WasmType.I32, true, I32.Const(7));
        FunctionBuilder f = module.Define("control", [WasmType.I32], WasmType.I32);
        module.AddToTable(f);
        module.ExportTable("table");
        LocalI32 n = f.Parameter(0, "n").AsI32();
        LocalI32 x = f.I32("x");
        f.Block(outer => f.Block(inner => f.Loop(again =>
        {
            f.BranchTable(n, [outer, inner], again);
        })));
        f.If(n.Eqz(), () => f.Set(x, 1), () => f.Set(global, f.Tee(x, n + 1)));
        f.Drop(f.CallIndirectResult(f.Type, n, x.Select(n, 3)));
        f.Block(done =>
        {
            f.BranchIf(done, global.Get.AsI32());
            f.Branch(done);
        });
        f.If(n, () => f.Return(f.CallResult(f, 0)), f.Unreachable);
    }

    private static void Collect(IEnumerable<Code> codes, HashSet<Opcode> used)
    {
        foreach (Code code in codes)
        {
            used.Add(code.Opcode);
            Collect(code.Operands.ToArray(), used);
            if (code is Region region)
            {
                Collect(region.Body, used);
                Collect(region.Else, used);
            }
        }
    }
}
