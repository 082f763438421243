using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads <c>.pt2</c> files: what <c>torch.export.save</c> of PyTorch 2.14 writes. The name is the file's, for messages.</summary>
public static class Pt2Frontend
{
    /// <summary>Reads the archive's model; where it holds several, the one that is asked for.</summary>
    public static Graph Read(ModelBytes file, string name, string? model = null)
    {
        var archive = new Pt2Archive(file, name);
        var chosen = Choose(archive, model);
        return Budget.InSixtyFourBits(() => ProgramReader.Read(archive, chosen));
    }

    /// <summary>
    /// The inputs that the model was exported with, by their names: tensors, and integers as int64 without dims. Null where the archive keeps none, or such
    /// that only Python can make. The graph may ask for fewer of them: one that is always the same number is no input of a run.
    /// </summary>
    public static IReadOnlyDictionary<string, TensorData>? ReadSampleInputs(ModelBytes file, string name, string? model = null)
    {
        using var scope = Budget.Begin(file.Length);
        var archive = new Pt2Archive(file, name);
        var chosen = Choose(archive, model);
        try
        {
            return Budget.InSixtyFourBits(() => ProgramReader.ReadSampleInputs(archive, chosen));
        }
        catch (SconceException error) when (error.Kind == ErrorKind.Unsupported)
        {
            return null;
        }
    }

    private static string Choose(Pt2Archive archive, string? model)
    {
        var choices = string.Join(", ", archive.ModelNames);
        if (model is not null && !archive.ModelNames.Contains(model))
        {
            throw SconceException.Expected($"one of the archive's models ({choices})", $"'{model}'", new Where(archive.FileName), "name one of them");
        }

        if (model is null && archive.ModelNames.Count > 1)
        {
            throw new SconceException($"the archive holds {archive.ModelNames.Count} models: {choices}", new Where(archive.FileName), "say which one is meant (on the command line by --model NAME)");
        }

        return model ?? archive.ModelNames[0];
    }

    public static Graph Read(ReadOnlyMemory<byte> file, string name, string? model = null) => Read(ModelBytes.Of(file), name, model);

    public static Graph Read(Stream stream, string name, string? model = null) => Read(ModelBytes.Of(stream), name, model);

    /// <summary>The names of the models that an archive holds.</summary>
    public static IReadOnlyList<string> ModelNames(ModelBytes file, string name) => new Pt2Archive(file, name).ModelNames;

    /// <summary>Reads all of the archive's models.</summary>
    public static IReadOnlyList<Graph> ReadAll(ReadOnlyMemory<byte> file, string name)
    {
        var archive = new Pt2Archive(ModelBytes.Of(file), name);
        return [.. archive.ModelNames.Select(model => Budget.InSixtyFourBits(() => ProgramReader.Read(archive, model)))];
    }
}
