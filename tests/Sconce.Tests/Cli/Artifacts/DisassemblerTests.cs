using Sconce.Cli.Artifacts;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Tests.Cli.Artifacts;

public sealed class DisassemblerTests : IDisposable
{
    // (module (import "env" "memory" (memory 1 2)) (func (export "twice") (param i32) (result i32)
    //   local.get 0 if (result i32) local.get 0 i32.const -2 i32.mul else i32.const 0 end) (data …))
    private static readonly byte[] Module =
    [
        0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0,
        1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F,
        2, 16, 1, 3, .. "env"u8, 6, .. "memory"u8, 2, 1, 1, 2,
        3, 2, 1, 0,
        7, 9, 1, 5, .. "twice"u8, 0, 0,
        10, 19, 1, 17, 1, 2, 0x7B, 0x20, 0, 0x04, 0x7F, 0x20, 0, 0x41, 0x7E, 0x6C, 0x05, 0x41, 0, 0x0B, 0x0B,
        11, 8, 1, 0, 0x41, 16, 0x0B, 2, 1, 2,
    ];

    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    private string Print(byte[] bytes)
    {
        File.WriteAllBytes(file, bytes);
        var text = new StringWriter { NewLine = "\n" };
        Disassembler.Print(file, text);
        return text.ToString();
    }

    [Fact]
    public void AModuleIsPrintedInTheTextFormat() => Assert.Equal(
        """
        (module
          (type (;0;) (func (param i32) (result i32)))
          (import "env" "memory" (memory 1 2))
          (export "twice" (func 0))
          (func $twice (;0;) (type 0) (param i32) (result i32)
            (local v128 v128)
            local.get 0
            if (result i32)
              local.get 0
              i32.const -2
              i32.mul
            else
              i32.const 0
            end
          )
          (; data: 8 bytes ;)
        )

        """.ReplaceLineEndings("\n"), Print(Module));

    [Fact]
    public void EveryTruncatedModuleIsRefusedOrPrinted()
    {
        for (var length = 0; length < Module.Length; length++)
        {
            var cut = Module[..length];
            if (Record.Exception(() => Print(cut)) is { } error)
            {
                Assert.IsType<SconceException>(error);
            }
        }
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x00)]
    [InlineData(0x7F)]
    public void AnyDamagedByteGetsAMessageAtMost(byte value)
    {
        for (var at = 0; at < Module.Length; at++)
        {
            var damaged = (byte[])Module.Clone();
            damaged[at] = value;
            if (Record.Exception(() => Print(damaged)) is { } error)
            {
                Assert.IsType<SconceException>(error);
            }
        }
    }

    [Fact]
    public void WhatIsNoModuleIsSaid() =>
        Assert.Contains("expected a WebAssembly module", Assert.Throws<SconceException>(() => Print("PK\u0003\u0004...."u8.ToArray())).Message);
}
