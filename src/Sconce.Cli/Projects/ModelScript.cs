using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Declarations;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Projects;

/// <summary>
/// The one script of a project that knows its model: written from the manifest, in JavaScript or TypeScript, and from then on its owner's. Anybody may have written the names in it.
/// </summary>
internal sealed partial class ModelScript(ManifestView manifest, string model, bool typed)
{
    private const int Shown = 3;

    /// <summary>Sizes that a model leaves open, beside the first, which is most often a batch.</summary>
    private const long UsualLength = 8;

    private string TypeName => TypeDeclaration.TypeName(Path.GetFileNameWithoutExtension(manifest.SourceName));

    /// <summary>For a page that shows the model a picture.</summary>
    /// <param name="picture">The input.</param>
    /// <param name="labels">What the numbers of the answer stand for, where that is known.</param>
    public string ForPictures(PictureInput picture, ImmutableArray<string>? labels)
    {
        var scores = Scores(labels);
        var (input, output) = (Property(picture.Port.Name), scores is null ? "" : Property(scores.Name));
        string[] used = scores is null ? ["numbersOf"] : IsProbability(scores) ? ["topK"] : ["softmax", "topK"];
        return $$"""
            // What the page knows of its model: how a picture becomes its input, and what is shown of its outputs. Written by sconce new from {{Comment(model)}}; from here on it is yours.
            import { load{{Typed(", type LoadOptions, type Model")}} } from "sconce";
            import { {{Typed("type PictureSource, ")}}toTensor } from "sconce/image";
            import { {{string.Join(", ", used)}}{{(scores is null ? Typed(", type Tensor") : "")}} } from "sconce/tensor";
            {{Typed($"import type {{ {TypeName} }} from \"./model.wasm\";\n\nexport type PageModel = Model<{TypeName}>;\nexport type Answer = {{ name: string; text: string }};\n")}}
            {{(labels is { } names && scores is not null ? $"const labels = [{string.Join(", ", names.Select(Literal))}];\n" : "")}}
            export const openModel = (options{{Typed("?: LoadOptions")}}){{Typed(": Promise<PageModel>")}} => load{{Typed($"<{TypeName}>")}}(new URL("./model.wasm", import.meta.url), options);

            export async function look(model{{Typed(": PageModel")}}, picture{{Typed(": PictureSource")}}){{Typed(": Promise<Answer[]>")}} {
              // {{(picture.Port.Type == DType.UInt8 ? "Pixels are bytes here, as the model takes them."
                : "Pixels are numbers from 0 to 1 here. Models that were trained on others want more: torchvision's mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225].")}}
              const pixels = await toTensor(picture, { {{string.Join(", ", Options(picture))}} });
            {{(scores is null
                ? $"  return Object.entries{Typed("<Tensor>")}(await model.run({{ {input}: pixels }})).map(describe);\n}}\n\n{Describe}"
                : $$"""
                    const { {{output}}: scores } = await model.run({ {{input}}: pixels });
                  {{(IsProbability(scores) ? "" : "  // Probabilities of logits. A model that ends with something else has no use for softmax.\n")}}{{"  "}}return topK({{(IsProbability(scores) ? "scores" : "softmax(scores)")}}, {{Math.Min(Shown, Classes(scores))}}{{(labels is null ? "" : ", { labels }")}})
                      .map(({ {{(labels is null ? "index" : "label")}}, value }) => ({ name: {{(labels is null ? "`class ${index}`" : "`${label}`")}}, text: `${(100 * value).toFixed(1)} %` }));
                  }

                  """)}}
            """.Replace("\n\n\n", "\n\n", StringComparison.Ordinal);
    }

    /// <summary>For a page on which numbers are typed.</summary>
    public string ForNumbers()
    {
        var fields = string.Concat(manifest.Inputs.Select(port =>
            $"  {{ name: {Literal(port.Name)}, dtype: {Literal(port.Type.Name())}, shape: [{string.Join(", ", port.Shape.Select((dim, place) => Usual(dim, place)))}] }},\n"));
        return $$"""
            // What the page knows of its model: what it is asked with, and what is shown of its outputs. Written by sconce new from {{Comment(model)}}; from here on it is yours.
            import { load{{Typed(", type LoadOptions, type Model, type TensorInput")}} } from "sconce";
            import { numbersOf{{Typed(", type DType, type Tensor")}} } from "sconce/tensor";

            {{Typed("export type PageModel = Model;\nexport type Field = { name: string; dtype: DType; shape: number[] };\nexport type Answer = { name: string; text: string };\n\n")}}/** Its inputs. Where it takes several sizes, one of them is chosen here. */
            export const fields{{Typed(": Field[]")}} = [
            {{fields}}];

            export const openModel = (options{{Typed("?: LoadOptions")}}){{Typed(": Promise<Model>")}} => load(new URL("./model.wasm", import.meta.url), options);

            export async function answer(model{{Typed(": Model")}}, inputs{{Typed(": Record<string, TensorInput>")}}){{Typed(": Promise<Answer[]>")}} {
              return Object.entries{{Typed("<Tensor>")}}(await model.run(inputs)).map(describe);
            }

            {{Describe}}
            """;
    }

    /// <summary>The function that makes a line of an output.</summary>
    private string Describe => $$"""
        /** An output in a line: what it is, and its first numbers. */
        function describe([name, tensor]{{Typed(": [string, Tensor]")}}){{Typed(": Answer")}} {
          const numbers = Array.from(numbersOf(tensor).slice(0, 8), (value) => Number(value).toPrecision(4));
          return { name, text: `${tensor.dtype} [${tensor.shape.join(", ")}] ${numbers.join("  ")}${tensor.data.length > 8 ? " …" : ""}` };
        }

        """;

    private static IEnumerable<string> Options(PictureInput picture)
    {
        yield return $"width: {picture.Width}, height: {picture.Height}, fit: \"cover\"";
        if (picture.Layout != "nchw")
        {
            yield return $"layout: \"{picture.Layout}\"";
        }

        if (picture.Channels == 1)
        {
            yield return "channels: \"gray\"";
        }

        if (picture.Port.Type != DType.Float32)
        {
            yield return $"dtype: \"{picture.Port.Type.Name()}\"";
        }
    }

    /// <summary>The output that says how likely each of several classes is; null where none looks like that.</summary>
    private Port? Scores(ImmutableArray<string>? labels) =>
        manifest.Outputs.Where(port => IsFloat(port.Type) && Classes(port) >= 2 && (labels is null || labels.Value.Length == Classes(port)))
            .OrderByDescending(IsNamedProbability).FirstOrDefault();

    /// <summary>How many numbers a row has, where an output is one row; else 0.</summary>
    public static long Classes(Port port) => port.Shape switch
    {
        [{ IsConstant: true } only] => only.Value,
        [var batch, { IsConstant: true } row] when !batch.IsConstant || batch.Value == 1 => row.Value,
        _ => 0,
    };

    private static bool IsFloat(DType type) => type is DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16;

    private static bool IsNamedProbability(Port port) => port.Name.Contains("prob", StringComparison.OrdinalIgnoreCase);

    /// <summary>By its name, or by what the model ends with.</summary>
    private bool IsProbability(Port port) => IsNamedProbability(port)
        || (manifest.Outputs.Length == 1 && manifest.Steps.LastOrDefault(step => step.Operator.Length > 0)?.Operator is { } last
            && new[] { "aten::softmax", "aten::_softmax", "aten::sigmoid" }.Any(name => last.StartsWith(name, StringComparison.Ordinal)));

    private static long Usual(Dim dim, int place) => UsualSizes.At(dim, symbol => Math.Min(Math.Max(UsualSizes.Least(symbol), place == 0 ? 1 : UsualLength), symbol.Max ?? long.MaxValue));

    private string Typed(string text) => typed ? text : "";

    private static string Literal(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>As a property of an object. The one name that would be no property is computed.</summary>
    private static string Property(string name) => name == "__proto__" ? "[\"__proto__\"]" : IdentifierPattern().IsMatch(name) ? name : Literal(name);

    private static string Comment(string text) => JsonEncodedText.Encode(text).ToString();

    [GeneratedRegex(@"\A[A-Za-z_$][A-Za-z0-9_$]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierPattern();
}
