using Sconce.Cli.Artifacts;
using Sconce.Cli.Files;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Cli.Compiling;

/// <summary>
/// An artifact that was just compiled into a file, what it holds, the methods with the graphs that they were made from, after their passes, the constants of which so many numbers became
/// zero, and what changed among the files of weights beside it.
/// </summary>
internal sealed record CompiledFile(
    string Path, ArtifactContents Contents, IReadOnlyList<CompiledMethod> Methods, IReadOnlyList<(string Name, long Count)> Flushed, ShardChanges Shards, IReadOnlyList<CompressedWeight> Compressed)
{
    /// <summary>Of the main method.</summary>
    public Graph Graph => Methods[0].Graph;
}

/// <summary>Bytes of shards that were written, for they were not there, and how many were removed that nobody names any more.</summary>
internal readonly record struct ShardChanges(long BytesWritten, int Removed);

/// <summary>The command line's one way into the compiler.</summary>
internal static class ModelCompiler
{
    /// <summary>Compiles a model into a file; where that fails, a file that was there before is left as it was.</summary>
    public static CompiledFile CompileToFile(string model, string output, CompileOptions options, IProgress<string>? progress) =>
        Compile(model, options, progress, compilation =>
        {
            progress?.Report("writing");
            var (layout, shards) = Write(compilation, output, model);
            return new CompiledFile(output, ArtifactContents.Of(compilation, layout), compilation.Methods, compilation.Flushed, shards, compilation.Compressed);
        });

    /// <summary>Compiles a model for its manifest alone.</summary>
    public static ManifestView ReadManifest(string model, CompileOptions options, IProgress<string>? progress) =>
        Compile(model, options, progress, compilation => ManifestReader.View(compilation.Manifest));

    /// <summary>The tensor program after a pass, or after all: of the method that the options name, else of the main one.</summary>
    public static TensorProgram ProgramAfter(string model, CompileOptions options, string? after) =>
        Read(model, bytes => Compilation.ProgramAfter(bytes, Path.GetFileName(model), InputShapes.Complete(model, options), after, options.Methods.FirstOrDefault()));

    /// <inheritdoc cref="Compilation.OperatorsOf"/>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> OperatorsOf(string model, CompileOptions options) =>
        Read(model, bytes => Compilation.OperatorsOf(bytes, Path.GetFileName(model), options));

    private static T Compile<T>(string model, CompileOptions options, IProgress<string>? progress, Func<Compilation, T> use) =>
        Read(model, bytes => use(Compilation.Compile(
            bytes, Path.GetFileName(model), InputShapes.Complete(model, options), progress is null ? null : new Stages(progress))));

    private static T Read<T>(string model, Func<ModelBytes, T> use)
    {
        using var file = InputFile.Open(model, ModelFile.Kinds);
        try
        {
            return use(ModelBytes.Of(file));
        }
        catch (SconceException error)
        {
            throw error.At(new Where(model));
        }
    }

    /// <summary>Writes the artifact, and its weights beside it where they are in files of their own.</summary>
    private static (ModuleLayout Layout, ShardChanges Shards) Write(Compilation compilation, string output, string model)
    {
        ModuleLayout? layout = null;
        if (FileIdentity.Of(output) is { IsRegular: false, IsFolder: false })
        {
            if (compilation.Shards.Count > 0)
            {
                throw SconceException.Expected("a file to write to, with a folder for the weights beside it", "a device or pipe", new Where(output),
                    "give a file by -o, or leave out --split");
            }

            AtomicFile.Write(output, WriteTo);
            return (layout!, default);
        }

        var before = ShardFolder.NamedBy(output);
        var folder = new ShardFolder(output);
        try
        {
            folder.Write(compilation.Shards);
            AtomicFile.Write(output, WriteTo, model);
        }
        catch
        {
            folder.Undo();
            throw;
        }

        return (layout!, new(folder.BytesWritten, folder.RemoveStale(before)));

        void WriteTo(Stream stream) => layout = compilation.WriteTo(stream);
    }

    /// <summary>The names of the models that an archive holds.</summary>
    public static IReadOnlyList<string> ModelNames(string archive)
    {
        using var file = InputFile.Open(archive, ModelFile.Kinds);
        return Frontend.ModelNames(ModelBytes.Of(file), archive);
    }

    /// <summary>The inputs that an archive keeps of those that its model was exported with, in the manifest's order; null where it has not all that a run asks for.</summary>
    public static IReadOnlyDictionary<string, TensorData>? SampleInputs(string path, string? model, ManifestView manifest) =>
        Read(path, bytes => Verification.SampleInputs.Read(bytes, Path.GetFileName(path), model, manifest));

    private sealed class Stages(IProgress<string> progress) : IProgress<CompileProgress>
    {
        public void Report(CompileProgress value) => progress.Report(value.Stage);
    }
}
