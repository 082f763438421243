using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>Reads <c>.pt2</c> files: what <c>torch.export.save</c> of PyTorch 2.14 writes.</summary>
internal static class Pt2Frontend
{
    /// <summary>
    /// Reads the archive's model; where it holds several, the one that is asked for. Methods beside it are the same program for sizes that it leaves open: kernels for one row, say, beside those
    /// for any number of rows.
    /// </summary>
    public static IReadOnlyList<(string Name, Graph Graph)> ReadMethods(Pt2Archive archive, FrontendOptions options)
    {
        var place = new Where(archive.FileName);
        if (InputSpec.Of(options.Inputs, options.Methods, null).Any())
        {
            throw new SconceException("the shapes of inputs can be said of TorchScript alone: this file has its own", place, "export the model with other inputs, or with dynamic_shapes");
        }

        var chosen = Choose(archive, options.Model);
        return Budget.InSixtyFourBits(() =>
        {
            var methods = new List<(string, Graph)> { (ScriptFrontend.MainMethod, ProgramReader.Read(archive, chosen, [])) };
            foreach (var method in options.Methods)
            {
                InputSpec[] sizes = [.. InputSpec.Of(options.Inputs, options.Methods, method)];
                methods.Add((method, sizes.Length > 0 ? ProgramReader.Read(archive, chosen, sizes) : throw new SconceException(
                    $"this file holds one program, so that the method '{method}' is that program for sizes which it leaves open; none is given", place,
                    $"give the sizes of an input (on the command line by --input {method}.NAME=SIZES), or save the model with torch.jit.save if it has such a method")));
            }

            return methods;
        });
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
