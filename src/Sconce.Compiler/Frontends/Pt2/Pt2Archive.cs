using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Zip;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>A .pt2 file: a zip whose files lie in one root folder, several models among them; and what other files are, that somebody may take for one.</summary>
internal sealed class Pt2Archive
{
    private const string ModelFolder = "models/";
    private const string ModelSuffix = ".json";
    private const string ExportHint = "save the model with torch.export.save(torch.export.export(model.eval(), example_inputs), \"model.pt2\")";

    /// <summary>So many bytes tell what a file is.</summary>
    private const int BeginningBytes = 16;

    private readonly ZipReader zip;
    private readonly string root;

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
        if (ModelNames.Count == 0)
        {
            throw WithoutModel();
        }

        IsBigEndian = Has("byteorder") && Encoding.ASCII.GetString(Read("byteorder").Span).Trim() == "big";
    }

    public string FileName { get; }

    public IReadOnlyList<string> ModelNames { get; }

    public bool IsBigEndian { get; }

    public static string ModelPath(string model) => ModelFolder + model + ModelSuffix;

    public static string WeightsConfigPath(string model) => $"data/weights/{model}_weights_config.json";

    public static string ConstantsConfigPath(string model) => $"data/constants/{model}_constants_config.json";

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
        if (Has("serialized_exported_program.json") || zip.TryFind("serialized_exported_program.json", out _))
        {
            return SconceException.Unsupported(
                "this .pt2 file was written by a PyTorch older than 2.7, whose format differs", place,
                "load it with that version's torch.export.load, and save it again with PyTorch 2.14's torch.export.save");
        }

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
