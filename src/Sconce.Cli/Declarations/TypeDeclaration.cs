using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Declarations;

/// <summary>
/// A model's inputs and outputs as a TypeScript declaration, for the runtime's <c>load</c>: names, dtypes and shapes as literals. Anybody may have written
/// the names in it.
/// </summary>
internal static partial class TypeDeclaration
{
    /// <param name="output">Where it is written to.</param>
    /// <param name="manifest">What the model takes and gives; what it is called comes from the file that it was compiled from.</param>
    /// <param name="url">Declare a module whose default export is the model's address, as a bundler's import gives it.</param>
    public static void Write(TextWriter output, ManifestView manifest, bool url)
    {
        var name = TypeName(Path.GetFileNameWithoutExtension(manifest.SourceName));
        var text = new StringBuilder();
        text.Append($"// What {Comment(manifest.SourceName)} takes and gives: written by sconce types, which writes it anew.\n\n");
        text.Append(Documentation(manifest, ""));
        text.Append($"export interface {name} {{\n");
        Append(text, "inputs", manifest.Inputs, "  ");
        Append(text, "outputs", manifest.Outputs, "  ");
        if (!manifest.Methods.IsEmpty)
        {
            text.Append("  readonly methods: {\n");
            foreach (var (method, view) in manifest.Methods)
            {
                text.Append(Documentation(view, "    "));
                text.Append($"    readonly {PropertyName(method)}: {{\n");
                Append(text, "inputs", view.Inputs, "      ");
                Append(text, "outputs", view.Outputs, "      ");
                text.Append("    };\n");
            }

            text.Append("  };\n");
        }

        text.Append("}\n");
        if (url)
        {
            text.Append($"\n/** The address of the compiled model. */\ndeclare const url: import(\"sconce\").ModelUrl<{name}>;\nexport default url;\n");
        }

        // Which shows characters that turn the direction of text by their numbers, as strings may have them too.
        new CleanWriter(output).Write(text);
    }

    /// <summary>What the type of a model's file is called: <c>Resnet18</c> for resnet18.pt2, <c>TinyBert</c> for tiny-bert.</summary>
    public static string TypeName(string stem)
    {
        var name = string.Concat(WordPattern().Matches(stem).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..]));
        return name.Length == 0 || char.IsDigit(name[0]) ? $"Model{name}" : name;
    }

    private static string Documentation(ManifestView manifest, string indent)
    {
        var sizes = manifest.Symbols.Select(symbol => $"{symbol.Name} {(symbol.Max is { } max ? $"{symbol.Min} to {max}" : $"from {symbol.Min}")}");
        var found = manifest.Found.Select(symbol => $"{symbol.Name} found by a run{(symbol.Bound is { } bound ? $", at most {bound}" : "")}");
        var conditions = manifest.Checks.Select(check => check.Text);
        string[] sentences =
        [
            .. manifest.Symbols.IsEmpty && manifest.Found.IsEmpty && manifest.Checks.IsEmpty
                ? [] : (string[])[$"Sizes: {string.Join("; ", sizes.Concat(found).Concat(conditions).Select(Comment))}."],
            .. manifest.Random ? (string[])["It draws random numbers: run(inputs, { seed }) gives the same ones again."] : [],
        ];
        return sentences.Length == 0 ? "" : $"{indent}/** {string.Join(' ', sentences)} */\n";
    }

    private static void Append(StringBuilder text, string title, ImmutableArray<Port> ports, string indent)
    {
        if (ports.IsEmpty)
        {
            text.Append($"{indent}readonly {title}: {{}};\n");
            return;
        }

        text.Append($"{indent}readonly {title}: {{\n");
        foreach (var port in ports)
        {
            if (port.Shape.Any(dim => !dim.IsConstant && !IsIdentifier($"{dim}")))
            {
                text.Append($"{indent}  /** [{Comment(string.Join(", ", port.Shape))}] */\n");
            }

            text.Append($"{indent}  readonly {PropertyName(port.Name)}: {{ readonly dtype: \"{port.Type.Name()}\"; readonly shape: {Shape(port.Shape)} }};\n");
        }

        text.Append($"{indent}}};\n");
    }

    /// <summary>A tuple: what is fixed by its number, a symbol as a number that is called so, and a formula, which a type cannot hold, as any number.</summary>
    private static string Shape(ImmutableArray<Dim> shape)
    {
        return $"readonly [{string.Join(", ", shape.Select(Element))}]";

        static string Element(Dim dim) =>
            dim.IsConstant ? $"{dim.Value}"
            : $"{dim}" is var name && IsIdentifier(name) ? $"{name}: number"
            : "number";
    }

    private static string PropertyName(string name) => IsIdentifier(name) ? name : $"\"{Escape(name)}\"";

    private static bool IsIdentifier(string name) => IdentifierPattern().IsMatch(name);

    private static string Comment(string text) => Escape(text).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("*/", "*\\/", StringComparison.Ordinal);

    private static string Escape(string text) => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);

    [GeneratedRegex(@"[\p{L}\p{Nd}]+", RegexOptions.CultureInvariant)]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"\A[A-Za-z_$][A-Za-z0-9_$]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierPattern();
}
