using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Frontends.Zip;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// A .pt2 file: a zip whose files lie in one root folder, several models among them; or, from before PyTorch 2.8, one with a single model in files without a
/// folder. And what other files are, that somebody may take for one.
/// </summary>
internal sealed class Pt2Archive
{
    private const string ModelFolder = "models/";
    private const string ModelSuffix = ".json";

    /// <summary>The one model of an archive without folders.</summary>
    private const string FlatModel = "model", FlatModelPath = "serialized_exported_program.json";
    private const string ExportHint = "save the model with torch.export.save(torch.export.export(model.eval(), example_inputs), \"model.pt2\")";

    /// <summary>So many bytes tell what a file is.</summary>
    private const int BeginningBytes = 16;

    private readonly ZipReader zip;
    private readonly string root;
    private readonly bool isFlat;

    public Pt2Archive(ModelBytes file, string fileName)
    {
        FileName = fileName;
        RefuseOtherFormats(file.Read(0, (int)Math.Min(file.Length, BeginningBytes)).Span, fileName);
        zip = new ZipReader(file, fileName);
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

        if (ModelNames.Count == 0)
        {
            throw WithoutModel();
        }

        IsBigEndian = Has("byteorder") && Encoding.ASCII.GetString(Read("byteorder").Span).Trim() == "big";
    }

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

    private static void RefuseOtherFormats(ReadOnlySpan<byte> file, string name)
    {
        if (file.StartsWith("PK"u8))
        {
            return;
        }

        var (problem, hint) = file switch
        {
            [] => ("the file is empty", ExportHint),
            [0, (byte)'a', (byte)'s', (byte)'m', ..] => ("this is WebAssembly, and no PyTorch model", "a compiled model is for `sconce run`, `inspect` and `bench`; " + ExportHint),
            [0x80, <= 5, ..] => ("this is a pickle: an old file of torch.save, which holds weights or Python code and no graph", ExportHint),
            [0x08, <= 16, 0x12, ..] =>
                ("this looks like an ONNX model", "export the PyTorch model itself instead: " + ExportHint),
            _ when file.Length > 9 && file[8] == '{' => ("this looks like a safetensors file, which holds weights and no graph",
                "load the weights into the model in Python, then " + ExportHint),
            _ => ("this is no .pt2 file: it is not a zip archive, or its beginning is missing", ExportHint),
        };
        throw new SconceException(problem, new Where(name), hint);
    }

    private SconceException WithoutModel()
    {
        var place = new Where(FileName);
        if (Has("constants.pkl"))
        {
            return SconceException.Unsupported("this is a TorchScript archive (.pt), which Sconce does not read yet", place, ExportHint);
        }

        if (Has("data.pkl"))
        {
            return new SconceException("this is a file of torch.save: it holds weights or Python objects, and no graph", place, ExportHint);
        }

        if (zip.Entries.Any() && zip.Entries.All(entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal)))
        {
            return new SconceException("this is a NumPy .npz file: it holds arrays, and no model", place, "name the model; arrays are for `sconce run MODEL --input FILE.npz`");
        }

        return zip.Entries.Any(entry => entry.Name.StartsWith(root + "data/aotinductor/", StringComparison.Ordinal))
            ? new SconceException("this package holds machine code (AOTInductor), and no graph", place, ExportHint)
            : new SconceException($"the archive has no model: nothing in '{root}models/' ends with .json", place, ExportHint);
    }
}
