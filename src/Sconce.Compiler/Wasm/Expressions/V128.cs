using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sconce.Compiler.Wasm;

/// <summary>A vector of 128 bits: an expression, or (as <see cref="LocalV128"/>) a local variable. What it holds, the instructions say.</summary>
public class V128 : Code
{
    internal V128(Opcode opcode, in Immediate immediate, Code[] operands) : base(opcode, immediate, WasmType.V128, operands)
    {
    }

    /// <summary>All bits zero.</summary>
    public static V128 Zero { get; } = Const(0, 0);

    /// <summary>An instruction that gives v128; see <see cref="Code.Of"/>.</summary>
    public static new V128 Of(Opcode opcode, params ReadOnlySpan<Code> operands) => Code.Of(opcode, operands).AsV128();

    /// <summary>A constant of two 64-bit halves, the lower first.</summary>
    public static V128 Const(ulong low, ulong high) => new(Opcode.V128Const, new Immediate { Bits = new UInt128(high, low) }, []);

    /// <summary>A constant of sixteen bytes, the lowest first.</summary>
    public static V128 Const(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 16
            ? new(Opcode.V128Const, new Immediate { Bits = BinaryPrimitives.ReadUInt128LittleEndian(bytes) }, [])
            : throw new ArgumentException($"a vector has 16 bytes, not {bytes.Length}", nameof(bytes));

    public static V128 Const(float a, float b, float c, float d) => Const(MemoryMarshal.AsBytes<float>([a, b, c, d]));

    public static V128 Const(int a, int b, int c, int d) => Const(MemoryMarshal.AsBytes<int>([a, b, c, d]));

    public static V128 Const(double a, double b) => Const(MemoryMarshal.AsBytes<double>([a, b]));

    public static V128 Const(long a, long b) => Const(MemoryMarshal.AsBytes<long>([a, b]));

    public static V128 operator &(V128 left, V128 right) => And(left, right);

    public static V128 operator |(V128 left, V128 right) => Or(left, right);

    public static V128 operator ^(V128 left, V128 right) => Xor(left, right);

    public static V128 operator ~(V128 value) => Not(value);

    public static V128 Not(V128 value) => Of(Opcode.V128Not, value);

    public static V128 And(V128 left, V128 right) => Of(Opcode.V128And, left, right);

    /// <summary>The first's bits where the second's are zero.</summary>
    public static V128 Andnot(V128 left, V128 right) => Of(Opcode.V128Andnot, left, right);

    public static V128 Or(V128 left, V128 right) => Of(Opcode.V128Or, left, right);

    public static V128 Xor(V128 left, V128 right) => Of(Opcode.V128Xor, left, right);

    /// <summary>The first's bits where the mask's are one, else the second's.</summary>
    public static V128 Bitselect(V128 then, V128 otherwise, V128 mask) => Of(Opcode.V128Bitselect, then, otherwise, mask);

    public static I32 AnyTrue(V128 value) => I32.Of(Opcode.V128AnyTrue, value);
}
