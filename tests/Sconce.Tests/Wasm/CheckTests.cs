using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

/// <summary>Mistakes of those who build code are told at once, or at the latest when the module is written.</summary>
public class CheckTests
{
    private readonly Module module = new();
    private readonly FunctionBuilder f;

    public CheckTests()
    {
        module.ImportMemory("env", "memory", 1, 65536);
        f = module.Define("f", [WasmType.I32], WasmType.F32);
    }

    [Fact]
    public void Operands_of_the_wrong_type()
    {
        var error = Assert.Throws<ArgumentException>(() => Code.Of(Opcode.F32Add, 1.0f, 1));
        Assert.StartsWith("f32.add takes (f32, f32), not (f32, i32)", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Code.Of(Opcode.I32x4Splat, 1f));
        Assert.Throws<ArgumentException>(() => Code.Of(Opcode.LocalGet));
        Assert.Throws<ArgumentException>(() => Code.Of(Opcode.I32Load, 0));
        Assert.Throws<ArgumentException>(() => Code.Select(1, 1f, 1));
    }

    [Fact]
    public void Lanes_and_alignments_out_of_range()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => F32x4.ExtractLane(V128.Zero, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Memory.Load64Lane(0, V128.Zero, 2));
        Assert.Throws<ArgumentException>(() => I8x16.Shuffle(V128.Zero, V128.Zero, 1, 2, 3));
        Assert.Throws<ArgumentException>(() => Memory.LoadF32(0, align: 8));
        Assert.Throws<ArgumentException>(() => Memory.LoadF32(0, align: 3));
    }

    [Fact]
    public void Values_of_the_wrong_type_for_their_place()
    {
        Assert.Contains("result of f(i32) -> f32 takes f32, not i32", Assert.Throws<ArgumentException>(() => f.Return(1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => f.Return());
        Assert.Throws<ArgumentException>(() => f.Set(f.NewLocal(WasmType.I64), 1));
        Assert.Throws<ArgumentException>(() => f.CallResult(f));
        Assert.Throws<ArgumentException>(() => f.CallResult(f, 1f));
        Assert.Throws<ArgumentException>(() => f.Do(Memory.LoadI32(0)));
        Assert.Throws<ArgumentException>(() => f.Parameters[0].AsF32());
    }

    [Fact]
    public void Branches_out_of_nowhere()
    {
        Label? escaped = null;
        f.Block(label => escaped = label);
        Assert.Throws<ArgumentException>(() => f.Branch(escaped!));
    }

    [Fact]
    public void An_end_without_a_result()
    {
        f.If(f.Parameters[0].AsI32(), () => f.Return(1f));
        AssertRejected("f(i32) -> f32 can reach its end without a result");
    }

    [Fact]
    public void An_end_that_only_a_branch_reaches()
    {
        f.Block(label =>
        {
            f.BranchIf(label, f.Parameters[0].AsI32());
            f.Return(1f);
        });
        AssertRejected("can reach its end without a result");
    }

    [Fact]
    public void Variables_of_another_function()
    {
        FunctionBuilder other = module.Define("other", []);
        other.Drop(f.Parameters[0].Get);
        f.Return(1f);
        AssertRejected("in other() -> none: (local.get $p0)");
    }

    [Fact]
    public void Functions_of_another_module()
    {
        FunctionBuilder stranger = new Module().Define("stranger", [], WasmType.F32);
        f.Return(f.CallResult(stranger));
        AssertRejected("stranger() -> f32 is not in its module");
    }

    [Fact]
    public void Data_past_the_end_of_memory()
    {
        f.Return(1f);
        module.AddData(65530, new byte[10]);
        AssertRejected("data up to address 65540");
    }

    [Fact]
    public void Two_exports_of_one_name()
    {
        f.Return(1f);
        module.ExportFunction("memory", f);
        module.ExportMemory("memory");
        AssertRejected("two exports are called memory");
    }

    private void AssertRejected(string message) =>
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(module.ToArray).Message, StringComparison.Ordinal);
}
