using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

public class WatPrinterTests
{
    [Fact]
    public void A_module_reads_so()
    {
        var module = new Module();
        module.ImportMemory("env", "memory", 2, 65536);
        FunctionBuilder f = module.Define("scale row", [WasmType.I32, WasmType.F32]);
        LocalI32 row = f.Parameter(0, "row").AsI32();
        LocalF32 factor = f.Parameter(1, "factor").AsF32();
        LocalV128 v = f.V128("v");
        LocalI32 i = f.I32("i"), other = f.I32("i");
        f.Set(v, F32x4.Splat(factor));
        f.For(i, 0, 64, 16, () =>
            f.StoreV128(row + i, F32x4.Mul(Memory.LoadV128(row + i, 32, align: 16), F32x4.Add(v, V128.Const(1, 0, -1, int.MaxValue))), 32));
        f.If(Memory.LoadI32_16U(other), () => f.Set(i, 1), () => f.Drop(Atomic.AddI32(row, 1, 8)));
        module.ExportFunction("scale", f);
        module.AddToTable(f);
        module.AddData(1024, new byte[7]);

        Assert.Equal(
            """
            (module
              (import "env" "memory" (memory 2 65536))
              (table 1 1 funcref)
              (export "scale" (func $scale_row))
              (elem (i32.const 0) $scale_row)
              (func $scale_row (param $row i32) (param $factor f32)
                (local $v v128)
                (local $i i32) (local $i_1 i32)
                (local.set $v (f32x4.splat (local.get $factor)))
                (local.set $i (i32.const 0))
                (loop $loop
                  (v128.store offset=32 align=4
                    (i32.add (local.get $row) (local.get $i))
                    (f32x4.mul
                      (v128.load offset=32 (i32.add (local.get $row) (local.get $i)))
                      (f32x4.add (local.get $v) (v128.const i32x4 1 0 -1 0x7fffffff))))
                  (local.set $i (i32.add (local.get $i) (i32.const 16)))
                  (br_if $loop (i32.lt_s (local.get $i) (i32.const 64))))
                (if (i32.load16_u (local.get $i_1))
                  (then
                    (local.set $i (i32.const 1)))
                  (else
                    (drop (i32.atomic.rmw.add offset=8 (local.get $row) (i32.const 1))))))
              ;; data: 7 bytes at 1024)

            """.ReplaceLineEndings("\n"),
            WatPrinter.Print(module));
    }

    [Theory]
    [InlineData(1e10f, "f32.const 1E+10")]
    [InlineData(float.NegativeInfinity, "f32.const -inf")]
    [InlineData(-0f, "f32.const -0")]
    [InlineData(0.1f, "f32.const 0.1")]
    public void Floats_read_back_to_the_same_bits(float value, string expected) =>
        Assert.Equal($"({expected})", F32.Const(value).ToString());

    [Fact]
    public void Not_a_number_keeps_its_bits()
    {
        Assert.Equal("(f32.const -nan)", F32.Const(BitConverter.UInt32BitsToSingle(0xFFC00000)).ToString());
        // A quiet one: .NET makes signalling ones quiet where it folds constants.
        Assert.Equal("(f32.const nan:0x400001)", F32.Const(BitConverter.UInt32BitsToSingle(0x7FC00001)).ToString());
    }
}
