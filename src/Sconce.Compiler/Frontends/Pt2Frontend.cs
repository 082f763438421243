using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads <c>.pt2</c> files: what <c>torch.export.save</c> of PyTorch 2.14 writes.</summary>
internal static class Pt2Frontend
{
    /// <summary>Reads the archive's model; where it holds several, the one that is asked for.</summary>
    public static Graph Read(Pt2Archive archive, string? model)
    {
        var chosen = Choose(archive, model);
        return Budget.InSixtyFourBits(() => ProgramReader.Read(archive, chosen));
    }

    public static IReadOnlyDictionary<string, TensorData>? ReadSampleInputs(Pt2Archive archive, string? model)
    {
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
}
