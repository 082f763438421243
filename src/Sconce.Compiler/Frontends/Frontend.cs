using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.Zip;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>The front door of models: what a file holds, and not its name, decides who reads it.</summary>
public static class Frontend
{
    /// <summary>Reads a model's main method. The name is the file's, for messages.</summary>
    public static Graph Read(ModelBytes file, string name, FrontendOptions options) => ReadMethods(file, name, options)[0].Graph;

    /// <summary>Reads a model: its main method first, then those that the options name. What they write is the same state where it has the same name.</summary>
    public static IReadOnlyList<(string Name, Graph Graph)> ReadMethods(ModelBytes file, string name, FrontendOptions options)
    {
        var zip = ForeignFile.OpenZip(file, name);
        if (ScriptArchive.TryOpen(zip, name) is { } script)
        {
            return ScriptFrontend.Read(script, options);
        }

        return Pt2Frontend.ReadMethods(OpenPt2(zip, name), options);
    }

    /// <inheritdoc cref="Read(ModelBytes, string, FrontendOptions)"/>
    public static Graph Read(ReadOnlyMemory<byte> file, string name, string? model = null) => Read(ModelBytes.Of(file), name, FrontendOptions.Usual with { Model = model });

    /// <inheritdoc cref="Read(ModelBytes, string, FrontendOptions)"/>
    public static Graph Read(Stream file, string name) => Read(ModelBytes.Of(file), name, FrontendOptions.Usual);

    /// <summary>Whether the file is TorchScript, which records no shapes; an error where it is no model.</summary>
    public static bool IsTorchScript(ModelBytes file, string name)
    {
        var zip = ForeignFile.OpenZip(file, name);
        return ScriptArchive.IsOne(zip) || OpenPt2(zip, name) is null;
    }

    /// <summary>The names of the models that an archive holds; of TorchScript there is one, which has no name.</summary>
    public static IReadOnlyList<string> ModelNames(ModelBytes file, string name)
    {
        var zip = ForeignFile.OpenZip(file, name);
        return ScriptArchive.IsOne(zip) ? ["model"] : OpenPt2(zip, name).ModelNames;
    }

    /// <summary>
    /// The inputs that the model was exported with, by their names: tensors, and integers as int64 without dims. Null where the archive keeps none, or such
    /// that only Python can make. The graph may ask for fewer of them: one that is always the same number is no input of a run.
    /// </summary>
    public static IReadOnlyDictionary<string, TensorData>? ReadSampleInputs(ModelBytes file, string name, string? model = null)
    {
        using var scope = Budget.Begin(file.Length);
        var zip = ForeignFile.OpenZip(file, name);
        return ScriptArchive.IsOne(zip) ? null : Pt2Frontend.ReadSampleInputs(OpenPt2(zip, name), model);
    }

    private static Pt2Archive OpenPt2(ZipReader zip, string name) => Pt2Archive.TryOpen(zip, name) ?? throw ForeignFile.OfZip(zip, name);
}
