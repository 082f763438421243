namespace Sconce.Compiler.Wasm;

// Control flow, calls and variables. What is polymorphic has operands that only the place where it stands tells.
public sealed partial class Opcode
{
    public static readonly Opcode Unreachable = new("unreachable", 0, 0x00, [], none);
    public static readonly Opcode Block = Polymorphic("block", 0x02, ImmediateKind.Block);
    public static readonly Opcode Loop = Polymorphic("loop", 0x03, ImmediateKind.Block);
    public static readonly Opcode If = Polymorphic("if", 0x04, ImmediateKind.Block);
    public static readonly Opcode Else = Polymorphic("else", 0x05);
    public static readonly Opcode End = Polymorphic("end", 0x0B);
    public static readonly Opcode Br = Polymorphic("br", 0x0C, ImmediateKind.Label);
    public static readonly Opcode BrIf = Polymorphic("br_if", 0x0D, ImmediateKind.Label);
    public static readonly Opcode BrTable = Polymorphic("br_table", 0x0E, ImmediateKind.Labels);
    public static readonly Opcode Return = Polymorphic("return", 0x0F);
    public static readonly Opcode Call = Polymorphic("call", 0x10, ImmediateKind.Function);
    public static readonly Opcode CallIndirect = Polymorphic("call_indirect", 0x11, ImmediateKind.Type);
    public static readonly Opcode Drop = Polymorphic("drop", 0x1A);
    public static readonly Opcode Select = Polymorphic("select", 0x1B, hasEffect: false);
    public static readonly Opcode LocalGet = Polymorphic("local.get", 0x20, ImmediateKind.Local, hasEffect: false);
    public static readonly Opcode LocalSet = Polymorphic("local.set", 0x21, ImmediateKind.Local);
    public static readonly Opcode LocalTee = Polymorphic("local.tee", 0x22, ImmediateKind.Local);
    public static readonly Opcode GlobalGet = Polymorphic("global.get", 0x23, ImmediateKind.Global, hasEffect: false);
    public static readonly Opcode GlobalSet = Polymorphic("global.set", 0x24, ImmediateKind.Global);

    private static Opcode Polymorphic(string name, uint number, ImmediateKind immediate = ImmediateKind.None, bool hasEffect = true) =>
        new(name, 0, number, [], none, immediate) { IsPolymorphic = true, HasEffect = hasEffect };
}
