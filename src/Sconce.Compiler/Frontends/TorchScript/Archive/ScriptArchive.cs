using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Frontends.Zip;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>
/// A TorchScript file, as <c>torch.jit.save</c> writes it: the tree of objects, the constants that code refers to, and the code. A file for mobile devices is one too, where the code lies
/// beside its bytecode.
/// </summary>
internal sealed class ScriptArchive
{
    /// <summary>What the names of all classes begin with that the archive's code, or PyTorch's own, declares.</summary>
    public const string Namespace = "__torch__";

    private const string Objects = "data.pkl", ConstantValues = "constants.pkl", Code = "code/", CodeSuffix = ".py", DebugSuffix = ".debug_pkl";
    private const string SaveAgain = "the file is incomplete: save the model again";

    private readonly ZipReader zip;
    private readonly string root;
    private readonly bool isBigEndian;

    private ScriptArchive(ZipReader zip, string root, string fileName)
    {
        (this.zip, this.root, FileName) = (zip, root, fileName);
        isBigEndian = zip.TryFind(root + "byteorder", out var order) && Encoding.ASCII.GetString(zip.Read(order).Span).Trim() == "big";
        Version = ReadVersion();
        Sources = ReadSources();
        Root = ReadPickle("data", Objects) is ScriptValue.Object module ? module : throw new SconceException("the archive holds no module", zip.Place(root + Objects), SaveAgain);
        Constants = ReadPickle("constants", ConstantValues) is ScriptValue.Tuple constants
            ? constants.Items
            : throw new SconceException("the archive's constants are no tuple", zip.Place(root + ConstantValues), SaveAgain);
        TracedInputs = ReadTracedInputs();
    }

    public string FileName { get; }

    /// <summary>The module.</summary>
    public ScriptValue.Object Root { get; }

    /// <summary>What the code calls <c>CONSTANTS.c0</c>, <c>CONSTANTS.c1</c> and so on.</summary>
    public ImmutableArray<ScriptValue> Constants { get; }

    /// <summary>The units of code by their qualified names; the archive's order is kept.</summary>
    public IReadOnlyDictionary<string, ScriptSource> Sources { get; }

    /// <summary>The version of operators that the code was written for, 1 to 10 and more: it says which upgraders apply.</summary>
    public int Version { get; }

    /// <summary>The example inputs that <c>torch.jit.trace</c> kept, by method (<c>forward</c>): dtypes and shapes, for it keeps no numbers of tensors. Empty where there are none.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<ScriptValue>> TracedInputs { get; }

    /// <summary>Reads the archive, if the file is one that holds TorchScript.</summary>
    /// <param name="zip">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    public static ScriptArchive? TryOpen(ZipReader zip, string name) => FolderOf(zip) is { } root ? new ScriptArchive(zip, root, name) : null;

    /// <summary>Whether the archive looks like one that holds TorchScript.</summary>
    public static bool IsOne(ZipReader zip) => FolderOf(zip) is not null;

    public static ScriptArchive Open(ModelBytes file, string name) =>
        TryOpen(new ZipReader(file, name), name) ?? throw SconceException.Expected("a TorchScript archive", "another one", new Where(name));

    /// <summary>The folder in which all lies, of any name: the one with objects, constants and code. Null where there is none.</summary>
    private static string? FolderOf(ZipReader zip) => zip.Entries
        .Where(entry => entry.Name.EndsWith(Objects, StringComparison.Ordinal)).Select(entry => entry.Name[..^Objects.Length])
        .Where(folder => (folder.Length == 0 || folder.EndsWith('/')) && zip.TryFind(folder + ConstantValues, out _)
            && zip.Entries.Any(entry => entry.Name.StartsWith(folder + Code, StringComparison.Ordinal) && entry.Name.EndsWith(CodeSuffix, StringComparison.Ordinal)))
        .MinBy(folder => folder.Length);

    private int ReadVersion()
    {
        string[] places = ["version", ".data/version"];
        if (Array.Find(places, place => zip.TryFind(root + place, out _)) is not { } path)
        {
            throw new SconceException("the archive does not say which version of TorchScript it holds: it has no file 'version'", new Where(FileName), SaveAgain);
        }

        var text = Encoding.ASCII.GetString(Bytes(path).Span).Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw new SconceException("the archive's version is no number", zip.Place(root + path), SaveAgain);
    }

    private OrderedDictionary<string, ScriptSource> ReadSources()
    {
        var sources = new OrderedDictionary<string, ScriptSource>();
        foreach (var entry in zip.Entries.Where(entry => entry.Name.StartsWith(root + Code, StringComparison.Ordinal) && entry.Name.EndsWith(CodeSuffix, StringComparison.Ordinal)))
        {
            var path = entry.Name[root.Length..];
            var name = path[Code.Length..^CodeSuffix.Length].Replace('/', '.');
            var ranges = zip.TryFind(entry.Name + DebugSuffix, out var debug)
                ? new SourceRanges(() => SourceRangesReader.Read(zip.Read(debug), zip.Place(debug.Name)))
                : SourceRanges.None;
            sources[name] = new(name, Encoding.UTF8.GetString(Bytes(path).Span), zip.Place(path)) { Ranges = ranges };
        }

        return sources;
    }

    private ImmutableDictionary<string, ImmutableArray<ScriptValue>> ReadTracedInputs()
    {
        const string path = "traced_inputs.pkl";
        return zip.TryFind(root + path, out _) && ReadPickle(null, path) is ScriptValue.Dict methods
            ? methods.Items.Where(item => item is { Key: ScriptValue.Text, Value: ScriptValue.List })
                .ToImmutableDictionary(item => ((ScriptValue.Text)item.Key).Value, item => ((ScriptValue.List)item.Value).Items)
            : ImmutableDictionary<string, ImmutableArray<ScriptValue>>.Empty;
    }

    /// <param name="folder">Where its storages are; null for nowhere.</param>
    /// <param name="path">The pickle.</param>
    private ScriptValue ReadPickle(string? folder, string path)
    {
        var place = zip.Place(root + path);
        var storages = new Dictionary<string, ScriptStorage>();
        return new ObjectReader(folder is null ? null : Storage, place).Read(PickleReader.Read(Bytes(path), place));

        ScriptStorage Storage(string key, DType type)
        {
            if (!storages.TryGetValue(key, out var storage))
            {
                var bytes = Bytes($"{folder}/{key}");
                storages.Add(key, storage = new(isBigEndian ? StoredTensor.Swapped(bytes.Span, type) : bytes));
            }

            return storage;
        }
    }

    private ReadOnlyMemory<byte> Bytes(string path) => zip.TryFind(root + path, out var entry)
        ? zip.Read(entry)
        : throw new SconceException($"the archive has no '{path}'", new Where(FileName), SaveAgain);
}
