using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Frontends.Zip;

namespace Sconce.Compiler.Frontends;

/// <summary>Files of <c>torch.save</c>, which hold weights or Python objects: what is in one, and the lines of Python that make a program of it.</summary>
internal static class SavedObjects
{
    /// <summary>A file from before PyTorch 1.6 is several pickles; the first is this number.</summary>
    private static readonly byte[] Magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    /// <summary>The pickles stand before the weights.</summary>
    private const int MostPickles = 16 << 20;

    public static SconceException OfZip(ZipReader zip, string root, string name)
    {
        PickleValue? value = null;
        try
        {
            value = zip.TryFind(root + "data.pkl", out var entry) ? PickleReader.Read(zip.Read(entry), new Where(name)) : null;
        }
        catch (SconceException)
        {
            // What it is is clear all the same.
        }

        return Describe(value, "a file of torch.save", name);
    }

    public static SconceException OfPickle(ModelBytes file, string name)
    {
        var bytes = file.Read(0, (int)Math.Min(file.Length, MostPickles));
        var ofTorch = bytes.Span.StartsWith(Magic);
        PickleValue? value = null;
        try
        {
            var position = ofTorch ? Magic.Length : 0;

            // The protocol's number and facts about the machine come first.
            for (var i = ofTorch ? 0 : 2; i < 3; i++)
            {
                value = PickleReader.Read(bytes, new Where(name), ref position);
            }
        }
        catch (SconceException)
        {
            value = null;
        }

        return Describe(value, ofTorch ? "a file of torch.save from before PyTorch 1.6, a pickle" : "a pickle of Python", name);
    }

    private static SconceException Describe(PickleValue? value, string kind, string name)
    {
        var load = $"torch.load(\"{Path.GetFileName(name)}\"";
        if (value is not null && ItemsOf(value) is { } items && !IsWeights(value))
        {
            foreach (var (key, inner) in items)
            {
                if (key is PickleValue.Text { Value: var text } && (IsWeights(inner) || ModuleOf(inner) is not null))
                {
                    return Found(inner, $", under '{text}'", $"[\"{text}\"]");
                }
            }
        }

        return Found(value, "", "");

        SconceException Found(PickleValue? found, string under, string index)
        {
            if (found is not null && ModuleOf(found) is { } module)
            {
                var folder = module.LastIndexOf('.') is > 0 and var dot && module[..dot] != "__main__" ? $"  # where {module[..dot]} can be imported" : "  # where its class is known";
                return Of($"this is {kind}: it holds a whole module{under}, a {module}, whose code is not in the file", "load it in Python, and export it:",
                    $"model = {load}, weights_only=False){index}{folder}");
            }

            if (found is not null && IsWeights(found))
            {
                var weights = ItemsOf(found)!;
                var first = weights[0].Key is PickleValue.Text { Value: var text } ? $" ('{text}' and so on)" : "";
                return Of($"this is {kind}: it holds {weights.Count} weights by their names{first}{under}, and no program", "make the model in Python, load the weights into it, and export it:",
                    "model = Model()  # of your own code", $"model.load_state_dict({load}){index})");
            }

            return Of($"this is {kind}: it holds {(found is not null && IsTensor(found) ? "a tensor" : "Python objects")}, and no program", "export the model itself, in Python:");
        }

        SconceException Of(string problem, string hint, params IEnumerable<string> lines) => new(problem, new Where(name), hint + ForeignFile.Export(name, lines));
    }

    private static List<(PickleValue Key, PickleValue Value)>? ItemsOf(PickleValue value) => value switch
    {
        PickleValue.Dict { Items: var items } => items,
        PickleValue.Object { Callee.FullName: "collections.OrderedDict", Items: var items } => items,
        _ => null,
    };

    private static bool IsWeights(PickleValue value) => ItemsOf(value) is { Count: > 0 } items && items.TrueForAll(item => item.Key is PickleValue.Text && IsTensor(item.Value));

    private static bool IsTensor(PickleValue value) =>
        value is PickleValue.Object { Callee.FullName: var callee }
        && (callee.StartsWith("torch._utils._rebuild_", StringComparison.Ordinal) || callee.StartsWith("torch._tensor._rebuild_", StringComparison.Ordinal));

    /// <summary>The class of a module, whose state has parameters and modules within.</summary>
    private static string? ModuleOf(PickleValue value) =>
        value is PickleValue.Object { State: PickleValue.Dict { Items: var state }, Callee.FullName: var callee } && state.Exists(item => item.Key is PickleValue.Text { Value: "_modules" })
            ? callee
            : null;
}
