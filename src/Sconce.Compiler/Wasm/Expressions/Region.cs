namespace Sconce.Compiler.Wasm;

/// <summary>A block, a loop, or an if with what it does in either case.</summary>
public sealed class Region : Statement
{
    internal Region(Opcode opcode, Label label, params Code[] operands) : base(opcode, new Immediate { Target = label }, operands)
    {
        Label = label;
    }

    public Label Label { get; }

    public IReadOnlyList<Statement> Body => BodyList;

    /// <summary>The statements of an if whose condition is zero.</summary>
    public IReadOnlyList<Statement> Else => ElseList;

    internal List<Statement> BodyList { get; } = [];

    internal List<Statement> ElseList { get; } = [];

    // A loop is left only by falling out of its end; a block also by a branch to its label, an if by the end of either arm.
    internal override bool Diverts => (Opcode == Opcode.Loop || !Label.IsUsed) && Ends(BodyList) && (Opcode != Opcode.If || Ends(ElseList));

    private static bool Ends(List<Statement> statements) => statements is [.., { Diverts: true }];
}

/// <summary>Where a branch goes: to the end of a block or an if, to the start of a loop.</summary>
public sealed class Label : INamed
{
    internal Label(string name)
    {
        Name = name;
    }

    public string Name { get; }

    internal bool IsUsed { get; set; }
}
