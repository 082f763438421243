using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Language;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>A function and the unit of code it is in.</summary>
internal sealed record CodeFunction(FunctionDefinition Definition, ScriptSource Source);

/// <summary>A class and the unit of code it is in.</summary>
internal sealed record CodeClass(ClassDefinition Definition, ScriptSource Source)
{
    public FunctionDefinition? Method(string name) => Definition.Methods.FirstOrDefault(method => method.Name == name);
}

/// <summary>Finds classes and functions by their qualified names; a unit is read when something of it is first asked for.</summary>
internal sealed class ProgramCode(ScriptArchive archive)
{
    private readonly Dictionary<string, (Dictionary<string, CodeClass> Classes, Dictionary<string, CodeFunction> Functions)?> units = [];

    public CodeClass? FindClass(string qualifiedName) => UnitOf(qualifiedName) is var (classes, _) ? classes.GetValueOrDefault(NameOf(qualifiedName)) : null;

    public CodeFunction? FindFunction(string qualifiedName) => UnitOf(qualifiedName) is var (_, functions) ? functions.GetValueOrDefault(NameOf(qualifiedName)) : null;

    public CodeClass Class(string qualifiedName) => FindClass(qualifiedName)
        ?? throw SconceException.Unsupported($"the archive has no code of the class {qualifiedName}", new Where(archive.FileName), "save the model again with torch.jit.save");

    public static string NameOf(string qualifiedName) => qualifiedName[(qualifiedName.LastIndexOf('.') + 1)..];

    private (Dictionary<string, CodeClass> Classes, Dictionary<string, CodeFunction> Functions)? UnitOf(string qualifiedName)
    {
        var name = qualifiedName.LastIndexOf('.') is > 0 and var dot ? qualifiedName[..dot] : "";
        if (!units.TryGetValue(name, out var unit))
        {
            if (archive.Sources.TryGetValue(name, out var source))
            {
                var read = Parser.Read(source);
                unit = ([], []);
                foreach (var definition in read.Classes)
                {
                    unit.Value.Classes[definition.Name] = new(definition, source);
                }

                foreach (var definition in read.Functions)
                {
                    unit.Value.Functions[definition.Name] = new(definition, source);
                }
            }

            units.Add(name, unit);
        }

        return unit;
    }
}

/// <summary>Types as the code writes them, as far as they matter here.</summary>
internal static class TypeNames
{
    /// <summary>The type's dotted name, without what is in its brackets.</summary>
    public static string Head(Expression? type) => type switch
    {
        Expression.Name name => name.Id,
        Expression.None => "None",
        Expression.Attribute attribute => $"{Head(attribute.Of)}.{attribute.Id}",
        Expression.Subscript subscript => Head(subscript.Of),
        Expression.Text text => text.Value,
        _ => "",
    };

    public static ImmutableArray<Expression> Arguments(Expression? type) => type switch
    {
        Expression.Subscript { Index: Expression.Tuple tuple } => tuple.Items,
        Expression.Subscript subscript => [subscript.Index],
        _ => [],
    };
}
