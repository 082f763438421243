using System.Collections.Immutable;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Declarations;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli.Declarations;

public sealed class TypeDeclarationTests
{
    private static readonly Symbol N = new("n", 2, 10), H = new("h", 1, null);

    private static ManifestView Manifest(ImmutableArray<Port> inputs, ImmutableArray<Port> outputs, string source = "tiny.pt2", ImmutableArray<Symbol>? symbols = null) =>
        new("sconce", source, 0, 0, 1, symbols ?? [], [], inputs, outputs, [], 0, 0, 0, null, []);

    private static string Declaration(ManifestView manifest, bool url)
    {
        using var output = new StringWriter();
        TypeDeclaration.Write(output, manifest, url);
        return output.ToString();
    }

    [Fact]
    public void FixedSizesAreNumbersSymbolsAreLabelsAndFormulasAreExplained()
    {
        var text = Declaration(
            Manifest([new("x", DType.Float32, [N, 3, H])], [new("y", DType.Int64, []), new("z", DType.Bool, [((Dim)H + 1).FloorDiv(2), 4])], symbols: [N, H]), url: false);
        Assert.Equal(
            """
            // What tiny.pt2 takes and gives: written by sconce types, which writes it anew.

            /** Sizes: n 2 to 10; h from 1. */
            export interface Tiny {
              readonly inputs: {
                readonly x: { readonly dtype: "float32"; readonly shape: readonly [n: number, 3, h: number] };
              };
              readonly outputs: {
                readonly y: { readonly dtype: "int64"; readonly shape: readonly [] };
                /** [((h + 1) // 2), 4] */
                readonly z: { readonly dtype: "bool"; readonly shape: readonly [number, 4] };
              };
            }

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void NamesThatAreNoIdentifiersAreQuoted()
    {
        var text = Declaration(Manifest([new("hidden.0", DType.Float32, [1])], [new("größe", DType.Float32, [1]), new("class", DType.Float32, [1])]), url: false);
        Assert.Contains("readonly \"hidden.0\": {", text, StringComparison.Ordinal);
        Assert.Contains("readonly \"größe\": {", text, StringComparison.Ordinal);
        Assert.Contains("readonly class: {", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesThatMeanHarmStayNames()
    {
        var evil = new Symbol("*/ } declare const x: any; /*", 1, 2);
        var text = Declaration(
            Manifest([new("a\"; }\n\u2028*/", DType.Float32, [evil, (Dim)evil + 1])], [], source: "m\nimport \"evil\"\u202e*/.pt2", symbols: [evil]), url: true);
        Assert.Contains("readonly \"a\\\"; }\\n\\u2028*/\": { readonly dtype: \"float32\"; readonly shape: readonly [number, number] };\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("*/ }", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.False(line.StartsWith("import", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u202e', text);
        Assert.Contains("export interface Model {", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet18", "Resnet18")]
    [InlineData("tiny-bert_v2", "TinyBertV2")]
    [InlineData("silero.vad", "SileroVad")]
    [InlineData("8k", "Model8k")]
    [InlineData("größe", "Größe")]
    [InlineData("—", "Model")]
    [InlineData("", "Model")]
    public void TheTypeIsCalledAfterTheFile(string stem, string name) => Assert.Equal(name, TypeDeclaration.TypeName(stem));
}
