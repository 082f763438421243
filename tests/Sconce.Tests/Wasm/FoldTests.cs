using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

public class FoldTests
{
    private readonly FunctionBuilder f = new("f", [WasmType.I32, WasmType.I64, WasmType.F32]);

    private I32 X => f.Parameter(0, "x").AsI32();

    private I64 Y => f.Parameter(1, "y").AsI64();

    [Fact]
    public void Sums_collect_their_constants()
    {
        AssertCode("(local.get $x)", X + 0);
        AssertCode("(i32.const 12)", I32.Const(5) + 7);
        AssertCode("(i32.add (local.get $x) (i32.const 8))", X + 3 + 5);
        AssertCode("(i32.add (local.get $x) (i32.const 3))", 3 + X);
        AssertCode("(local.get $x)", X + 3 - 3);
        AssertCode("(i32.add (i32.add (local.get $x) (local.get $x)) (i32.const 5))", (X + 1) + (X + 4));
        AssertCode("(i32.add (i32.sub (local.get $x) (local.get $x)) (i32.const -3))", (X + 1) - (X + 4));
        AssertCode("(i64.add (local.get $y) (i64.const 9000000000))", Y + 4_000_000_000 + 5_000_000_000);
    }

    [Fact]
    public void Products_become_shifts_and_let_constants_out()
    {
        AssertCode("(local.get $x)", X * 1);
        AssertCode("(i32.const 0)", X * 0);
        AssertCode("(i32.shl (local.get $x) (i32.const 4))", X * 16);
        AssertCode("(i32.mul (local.get $x) (i32.const 30))", X * 5 * 6);
        AssertCode("(i32.add (i32.shl (local.get $x) (i32.const 2)) (i32.const 12))", (X + 1) * 4 + 8);
        AssertCode("(i32.add (i32.mul (local.get $x) (i32.const 12)) (i32.const -24))", 12 * (X - 2));
        AssertCode("(i32.shr_u (local.get $x) (i32.const 3))", X.DivU(8));
        AssertCode("(i32.and (local.get $x) (i32.const 7))", X.RemU(8));
        AssertCode("(i64.shl (local.get $y) (i64.const 33))", Y * (1L << 33));
    }

    [Fact]
    public void Constants_wrap_round_as_the_machine_does()
    {
        AssertCode("(i32.const -2147483648)", I32.Const(int.MaxValue) + 1);
        AssertCode("(i32.const 1)", I32.Const(-1) >>> 31);
        AssertCode("(i32.const 1)", I32.Const(1).LtU(-1));
        AssertCode("(i32.const -2147483648)", (I32)2147483648u);
    }

    [Fact]
    public void What_has_an_effect_stays()
    {
        I32 grown = Memory.Grow(1) * 0;
        Assert.Equal(Opcode.I32Mul, grown.Opcode);
        Assert.Equal(Opcode.Select, I32.Const(1).Select(X, Atomic.AddI32(X, 1)).Opcode);
    }

    [Fact]
    public void Floats_are_left_alone() =>
        AssertCode("(f32.add (local.get $z) (f32.const 0))", f.Parameter(2, "z").AsF32() + 0f);

    private static void AssertCode(string expected, Code code) => Assert.Equal(expected, code.ToString());
}
