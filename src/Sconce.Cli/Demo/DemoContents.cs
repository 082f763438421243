using Sconce.Cli.Files;
using Sconce.Cli.Serving;

namespace Sconce.Cli.Demo;

/// <summary>What the demo's server has: the built page, the artifact, and samples to click on.</summary>
internal static class DemoContents
{
    private const string Model = "digits.wasm", Samples = "samples.json", Network = "runtime/network.js";

    public static IReadOnlyDictionary<string, Func<Stream>> Read(string artifact, IEnumerable<Digit> digits)
    {
        var contents = PageFolder.Read(BundledFile.Find("web/demo/dist/index.html", "demo/page/index.html"));
        var samples = Digit.ToJson(digits);
        contents[Samples] = () => new MemoryStream(samples);
        contents[Model] = () => File.OpenRead(artifact);
        return contents;
    }

    /// <summary>The bytes of what a visit fetches but the model and the samples; a model as small as this one does without the runtime's part for large ones.</summary>
    public static long RuntimeBytes(IReadOnlyDictionary<string, Func<Stream>> contents) =>
        contents.Where(content => content.Key is not (Model or Samples or Network)).Sum(content =>
        {
            using var stream = content.Value();
            return stream.Length;
        });
}
