using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Zip;

namespace Sconce.Compiler.Frontends;

/// <summary>What files are that somebody may take for a program of PyTorch's, and how a program comes of them. Every model file comes in here.</summary>
internal static class ForeignFile
{
    /// <summary>So many bytes tell what a file is: a tar says it late.</summary>
    private const int BeginningBytes = 512;

    /// <summary>Opens what may be a program: a zip archive.</summary>
    public static ZipReader OpenZip(ModelBytes file, string name)
    {
        var start = file.Read(0, (int)Math.Min(file.Length, BeginningBytes)).Span;
        return start.StartsWith("PK"u8) ? new ZipReader(file, name) : throw Described(file, start, name);
    }

    /// <summary>The lines of Python that export a model, made by other lines before them.</summary>
    public static string Export(string name, params IEnumerable<string> before) =>
        string.Concat(before.Append($"torch.export.save(torch.export.export(model.eval(), (example_input,)), \"{Path.GetFileNameWithoutExtension(name)}.pt2\")").Select(line => $"\n      {line}"));

    private static SconceException Described(ModelBytes file, ReadOnlySpan<byte> start, string name)
    {
        var ours = Path.GetFileName(name);
        var again = "export the PyTorch model itself, in Python:" + Export(name);
        if (start.Length > 9 && start[8] == '{' && start[7] == 0)
        {
            return Of("this is a safetensors file, which holds weights and no program", "make the model in Python, load the weights into it, and export it:"
                + Export(name, "model = Model()  # of your own code", $"model.load_state_dict(safetensors.torch.load_file(\"{ours}\"))"));
        }

        return start switch
        {
            [] => Of("the file is empty", again),
            [0, (byte)'a', (byte)'s', (byte)'m', ..] => Of("this is WebAssembly, and no PyTorch model", "a compiled model is for `sconce run`, `inspect` and `bench`; to compile one, " + again),
            [0x80, <= 5, ..] => SavedObjects.OfPickle(file, name),
            [0x08, <= 16, 0x12, ..] => Of("this is an ONNX model, and Sconce compiles PyTorch's", again),
            [_, _, _, _, (byte)'P', (byte)'T', (byte)'M', (byte)'F', ..] => Of(
                "this is a TorchScript file for mobile devices as a flatbuffer, which holds bytecode alone",
                "save the model itself as TorchScript, in Python, where it is made: torch.jit.save(torch.jit.script(model.eval()), \"model.pt\")"),
            [_, _, _, _, (byte)'T', (byte)'F', (byte)'L', (byte)'3', ..] => Of("this is a TensorFlow Lite model, and Sconce compiles PyTorch's", again),
            [_, _, _, _, (byte)'E', (byte)'T', ..] => Of("this is an ExecuTorch program, which is lowered already", again),
            [(byte)'G', (byte)'G', (byte)'U', (byte)'F', ..] => Of("this is a GGUF file, which holds weights and no program", again),
            [0x89, (byte)'H', (byte)'D', (byte)'F', ..] => Of("this is an HDF5 file, as Keras writes it, and Sconce compiles PyTorch's models", again),
            [0x1f, 0x8b, ..] => Of("this file is compressed by gzip", "unpack it first"),
            _ when start.Length > 262 && start[257..].StartsWith("ustar"u8) => Of(
                "this is a tar archive: as torch.save wrote them before 2018, it holds weights or Python objects and no program",
                "load it in Python, and export the model that it is of:" + Export(name, $"model = torch.load(\"{ours}\", weights_only=False)  # or, of weights: model.load_state_dict(torch.load(…))")),
            _ => Of("this is no model of PyTorch's: it is not a zip archive, or its beginning is missing", again),
        };

        SconceException Of(string problem, string hint) => new(problem, new Where(name), hint);
    }

    /// <summary>A zip archive that is no program.</summary>
    public static SconceException OfZip(ZipReader zip, string name)
    {
        var place = new Where(name);
        var names = zip.Entries.Select(entry => entry.Name).ToList();
        var again = "export the PyTorch model itself, in Python:" + Export(name);
        if (Folder("bytecode.pkl") is not null)
        {
            return new("this TorchScript file for mobile devices holds bytecode alone, and no code", place,
                "save the model itself as TorchScript, in Python, where it is made: torch.jit.save(torch.jit.script(model.eval()), \"model.pt\")");
        }

        if (Folder("model.json") is not null && names.Exists(entry => entry.EndsWith(".py", StringComparison.Ordinal)))
        {
            return SconceException.Unsupported("this is TorchScript as PyTorch 1.0 and 1.1 wrote it (model.json), which Sconce does not read", place,
                $"let a newer PyTorch write it anew, in Python: torch.jit.save(torch.jit.load(\"{Path.GetFileName(name)}\"), \"model.pt\")");
        }

        if (names.Exists(entry => entry.EndsWith(".data/extern_modules", StringComparison.Ordinal)))
        {
            return new("this is a package of torch.package, which holds Python code and pickles, and no program", place, "load the model from it in Python, and export it:"
                + Export(name, $"model = torch.package.PackageImporter(\"{Path.GetFileName(name)}\").load_pickle(\"model\", \"model.pkl\")  # as it was saved"));
        }

        if (Folder("data.pkl") is { } root)
        {
            return Folder("constants.pkl") is null
                ? SavedObjects.OfZip(zip, root, name)
                : new("this TorchScript file has lost its code: nothing in code/ ends with .py", place, "copy or save the file again");
        }

        if (names.Count > 0 && names.TrueForAll(entry => entry.EndsWith(".npy", StringComparison.Ordinal)))
        {
            return new("this is a NumPy .npz file: it holds arrays, and no model", place, "name the model; arrays are for `sconce run MODEL --input FILE.npz`");
        }

        if (names.Exists(entry => entry.Contains("data/aotinductor/", StringComparison.Ordinal)))
        {
            return new("this package holds machine code (AOTInductor), and no program", place, again);
        }

        return new("the archive holds no model: neither a program of torch.export (models/NAME.json) nor TorchScript (data.pkl and code/)", place, again);

        string? Folder(string file) => names.Find(entry => entry == file || entry.EndsWith('/' + file)) is { } found ? found[..^file.Length] : null;
    }
}
