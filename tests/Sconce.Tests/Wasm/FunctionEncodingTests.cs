using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

public class FunctionEncodingTests
{
    [Fact]
    public void A_module_with_one_function_is_these_bytes()
    {
        var module = new Module();
        module.ImportMemory("env", "memory", 1, 65536);
        FunctionBuilder add = module.Define("add", [WasmType.I32, WasmType.I32], WasmType.I32);
        add.Return(add.Parameters[0].AsI32() + add.Parameters[1].AsI32());
        module.ExportFunction("add", add);
        module.AddData(1024, new byte[] { 1, 2, 3 });

        var stream = new MemoryStream();
        ModuleLayout layout = module.WriteTo(stream);

        byte[] expected =
        [
            0, 0x61, 0x73, 0x6D, 1, 0, 0, 0,
            1, 7, 1, 0x60, 2, 0x7F, 0x7F, 1, 0x7F,
            2, 18, 1, 3, (byte)'e', (byte)'n', (byte)'v', 6, (byte)'m', (byte)'e', (byte)'m', (byte)'o', (byte)'r', (byte)'y', 2, 1, 1, 0x80, 0x80, 4,
            3, 2, 1, 0,
            7, 7, 1, 3, (byte)'a', (byte)'d', (byte)'d', 0, 0,
            10, 9, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6A, 0x0B,
            11, 10, 1, 0, 0x41, 0x80, 8, 0x0B, 3, 1, 2, 3,
        ];
        Assert.Equal(expected, stream.ToArray());
        Assert.Equal(32, layout.MemoryFlagsOffset);
        Assert.Equal(expected.Length, layout.Length);
        Assert.Equal(layout, module.Measure(), LayoutsAgree);
    }

    private static bool LayoutsAgree(ModuleLayout a, ModuleLayout b) =>
        a.Length == b.Length && a.MemoryFlagsOffset == b.MemoryFlagsOffset && a.Sections.SequenceEqual(b.Sections);
}
