using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Frontends.Zip;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// A .pt2 file: a zip whose files lie in one root folder, several models among them; or, from before PyTorch 2.8, one with a single model in files without a
/// folder.
/// </summary>
internal sealed class Pt2Archive
{
    private const string ModelFolder = "models/";
    private const string ModelSuffix = ".json";

    /// <summary>The one model of an archive without folders.</summary>
    private const string FlatModel = "model", FlatModelPath = "serialized_exported_program.json";

    private readonly ZipReader zip;
    private readonly string root;
    private readonly bool isFlat;
    private readonly Dictionary<(string Model, string Kind), StoredTensors> tensors = [];

    private Pt2Archive(ZipReader zip, string fileName)
    {
        (this.zip, FileName) = (zip, fileName);
        root = zip.Entries.FirstOrDefault() is { Name: var first } && first.IndexOf('/') is > 0 and var slash ? first[..(slash + 1)] : "";
        ModelNames =
        [
            .. from entry in zip.Entries
               where entry.Name.StartsWith(root + ModelFolder, StringComparison.Ordinal) && entry.Name.EndsWith(ModelSuffix, StringComparison.Ordinal)
               select entry.Name[(root.Length + ModelFolder.Length)..^ModelSuffix.Length],
        ];
        if (ModelNames.Count == 0 && Has(FlatModelPath))
        {
            (isFlat, ModelNames) = (true, [FlatModel]);
        }

        IsBigEndian = Has("byteorder") && Encoding.ASCII.GetString(Read("byteorder").Span).Trim() == "big";
    }

    /// <summary>The archive, if there is any model in it.</summary>
    public static Pt2Archive? TryOpen(ZipReader zip, string fileName) => new Pt2Archive(zip, fileName) is { ModelNames.Count: > 0 } archive ? archive : null;

    public string FileName { get; }

    public IReadOnlyList<string> ModelNames { get; }

    public bool IsBigEndian { get; }

    public string ModelPath(string model) => isFlat ? FlatModelPath : ModelFolder + model + ModelSuffix;

    public string SampleInputsPath(string model) => isFlat ? "serialized_example_inputs.pt" : $"data/sample_inputs/{model}.pt";

    public StoredTensors Weights(string model) => Tensors(model, "weights", "serialized_state_dict");

    public StoredTensors Constants(string model) => Tensors(model, "constants", "serialized_constants");

    /// <summary>In a file for each, which a list names, since PyTorch 2.9; before, all in one file of torch.save.</summary>
    private StoredTensors Tensors(string model, string kind, string flatName)
    {
        // Methods share them.
        if (!tensors.TryGetValue((model, kind), out var read))
        {
            tensors.Add((model, kind), read = Open(model, kind, flatName));
        }

        return read;
    }

    private StoredTensors Open(string model, string kind, string flatName)
    {
        var folder = $"data/{kind}/";
        string[] pickles = isFlat ? [$"{flatName}.pt", $"{flatName}.json"] : [$"{folder}{model}.pt"];
        return Array.Find(pickles, Has) is { } path
            ? new PickledTensors(new TorchPickle(Read(path), Place(path)), Place(path))
            : isFlat ? StoredTensors.None : new Payloads(this, $"{folder}{model}_{kind}_config.json", folder);
    }

    public bool Has(string path) => zip.TryFind(root + path, out _);

    public ReadOnlyMemory<byte> Read(string path) => zip.TryFind(root + path, out var entry)
        ? zip.Read(entry)
        : throw new SconceException($"the archive has no '{path}'", new Where(FileName), "the file is incomplete: export it again");

    public Where Place(string path) => zip.Place(path);
}
