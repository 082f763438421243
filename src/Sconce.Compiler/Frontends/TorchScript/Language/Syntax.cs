using System.Collections.Immutable;

namespace Sconce.Compiler.Frontends.TorchScript.Language;

/// <summary>An expression of TorchScript's code, and the offset in its unit's text at which it begins. Types are written as expressions too.</summary>
internal abstract record Expression(int At)
{
    public sealed record Name(int At, string Id) : Expression(At);

    public sealed record None(int At) : Expression(At);

    public sealed record Bool(int At, bool Value) : Expression(At);

    public sealed record Int(int At, long Value) : Expression(At);

    public sealed record Float(int At, double Value) : Expression(At);

    /// <summary>A number times j.</summary>
    public sealed record Imaginary(int At, double Value) : Expression(At);

    public sealed record Text(int At, string Value) : Expression(At);

    public sealed record Attribute(int At, Expression Of, string Id) : Expression(At);

    public sealed record Call(int At, Expression Function, ImmutableArray<CallArgument> Arguments) : Expression(At);

    public sealed record Subscript(int At, Expression Of, Expression Index) : Expression(At);

    /// <summary>Between the brackets of a subscript.</summary>
    public sealed record Slice(int At, Expression? Start, Expression? End, Expression? Step) : Expression(At);

    public sealed record List(int At, ImmutableArray<Expression> Items) : Expression(At);

    public sealed record Tuple(int At, ImmutableArray<Expression> Items) : Expression(At);

    public sealed record Dict(int At, ImmutableArray<(Expression Key, Expression Value)> Items) : Expression(At);

    public sealed record Unary(int At, string Operator, Expression Operand) : Expression(At);

    /// <summary>Arithmetic or a comparison, with <c>is not</c> and <c>not in</c> as one word each.</summary>
    public sealed record Binary(int At, string Operator, Expression Left, Expression Right) : Expression(At);

    public sealed record And(int At, Expression Left, Expression Right) : Expression(At);

    public sealed record Or(int At, Expression Left, Expression Right) : Expression(At);

    public sealed record Ternary(int At, Expression Condition, Expression Then, Expression Otherwise) : Expression(At);
}

/// <summary>An argument of a call, by its place or by its name.</summary>
internal sealed record CallArgument(string? Name, Expression Value);

/// <summary>A statement, and the offset in its unit's text at which it begins.</summary>
internal abstract record Statement(int At)
{
    /// <summary>One value to one target, or a tuple to several; with nothing to give where only a type is declared.</summary>
    public sealed record Assign(int At, Expression Target, Expression? Type, Expression? Value) : Statement(At);

    public sealed record Augmented(int At, Expression Target, string Operator, Expression Value) : Statement(At);

    public sealed record Evaluate(int At, Expression Value) : Statement(At);

    public sealed record If(int At, Expression Condition, ImmutableArray<Statement> Then, ImmutableArray<Statement> Otherwise) : Statement(At);

    public sealed record While(int At, Expression Condition, ImmutableArray<Statement> Body) : Statement(At);

    public sealed record For(int At, Expression Target, Expression Over, ImmutableArray<Statement> Body) : Statement(At);

    public sealed record With(int At, Expression Manager, Expression? Target, ImmutableArray<Statement> Body) : Statement(At);

    public sealed record Return(int At, Expression? Value) : Statement(At);

    public sealed record Raise(int At, Expression? Value) : Statement(At);

    public sealed record Assert(int At, Expression Condition, Expression? Message) : Statement(At);

    /// <summary>A function within one, which sees its variables: what is forked.</summary>
    public sealed record Define(int At, FunctionDefinition Function) : Statement(At);

    public sealed record Pass(int At) : Statement(At);

    public sealed record Break(int At) : Statement(At);

    public sealed record Continue(int At) : Statement(At);
}

/// <summary>A parameter with its type and its default, where there are such.</summary>
internal sealed record FunctionParameter(string Name, Expression? Type, Expression? Default);

/// <summary>A function or a method.</summary>
internal sealed record FunctionDefinition(string Name, ImmutableArray<FunctionParameter> Parameters, Expression? Returns, ImmutableArray<Statement> Body, int At);

/// <summary>An attribute that a class declares: of constants (<c>Final</c>, a member of an enumeration) with the value.</summary>
internal sealed record AttributeDefinition(string Name, Expression? Type, Expression? Value);

/// <summary>A class: a module, a plain class, an interface, a named tuple or an enumeration, by what stands in its brackets.</summary>
internal sealed record ClassDefinition(string Name, string Base, ImmutableArray<AttributeDefinition> Attributes, ImmutableArray<FunctionDefinition> Methods, int At);

/// <summary>All that one unit of code defines.</summary>
internal sealed record UnitDefinition(ImmutableArray<ClassDefinition> Classes, ImmutableArray<FunctionDefinition> Functions);
