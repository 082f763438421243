using System.Collections.Immutable;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Projects;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli.Projects;

public sealed class ModelScriptTests
{
    private static readonly Symbol N = new("n", 1, 64), L = new("l", 2, 5);
    private static readonly Port picture = new("pixel.values", DType.UInt8, [N, 3, 32, 64]);

    private static string Script(ManifestView manifest, bool typed = false, ImmutableArray<string>? labels = null) =>
        PictureInput.Of(manifest) is { } input ? new ModelScript(manifest, "tiny.pt2", typed).ForPictures(input, labels) : new ModelScript(manifest, "tiny.pt2", typed).ForNumbers();

    [Fact]
    public void LogitsBecomeProbabilitiesAndProbabilitiesStay()
    {
        var logits = Script(PictureInputTests.Manifest([picture], new Port("out", DType.Float32, [N, 2])));
        Assert.Contains("toTensor(picture, { width: 64, height: 32, fit: \"cover\", dtype: \"uint8\" })", logits, StringComparison.Ordinal);
        Assert.Contains("const { out: scores } = await model.run({ \"pixel.values\": pixels });", logits, StringComparison.Ordinal);
        Assert.Contains("topK(softmax(scores), 2)", logits, StringComparison.Ordinal);

        var both = Script(PictureInputTests.Manifest([picture], new("logits", DType.Float32, [N, 5]), new("probs", DType.Float32, [N, 5])), labels: ["a", "b\"", "c", "d", "e"]);
        Assert.Contains("const { probs: scores }", both, StringComparison.Ordinal);
        Assert.Contains("topK(scores, 3, { labels })", both, StringComparison.Ordinal);
        Assert.Contains("const labels = [\"a\", \"b\\u0022\", \"c\"", both, StringComparison.Ordinal);
        Assert.DoesNotContain("softmax", both, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoClassesIsDescribed()
    {
        var text = Script(PictureInputTests.Manifest([picture], new Port("mask", DType.Float32, [N, 1, 32, 64])), typed: true);
        Assert.Contains("Object.entries<Tensor>(await model.run({ \"pixel.values\": pixels })).map(describe)", text, StringComparison.Ordinal);
        Assert.Contains("import type { Tiny } from \"./model.wasm\";", text, StringComparison.Ordinal);
        Assert.DoesNotContain("topK", text, StringComparison.Ordinal);
    }

    [Fact]
    public void FormsHaveAFieldForEachInputWithSizesThatAreTaken()
    {
        var text = Script(PictureInputTests.Manifest([new("ids", DType.Int64, [N, L]), new("__proto__", DType.Float32, [])], new Port("y", DType.Float32, [N])));
        Assert.Contains("{ name: \"ids\", dtype: \"int64\", shape: [1, 5] },", text, StringComparison.Ordinal);
        Assert.Contains("{ name: \"__proto__\", dtype: \"float32\", shape: [] },", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesThatMeanHarmStayNames()
    {
        var text = new ModelScript(PictureInputTests.Manifest([new("x\"; alert(1)\n`${1}", DType.Float32, [1])]), "m\nimport \"evil\".pt2", typed: false).ForNumbers();
        Assert.DoesNotContain("x\";", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nimport \"evil", text, StringComparison.Ordinal);
    }
}
