using System.Security.Cryptography;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Doctor;

/// <summary>What a file is, whether it is whole, and what it needs.</summary>
internal static class FileCheckup
{
    private const long PageSize = 64 << 10, MuchMemory = 1L << 30, MostMemory = 1L << 32;

    /// <summary>Looks at a compiled file; null where it is none that can be read.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="hasFolder">Whether files of weights would lie beside it: not where it was fetched alone.</param>
    /// <param name="found">What was found.</param>
    public static ManifestView? LookAtArtifact(string path, string name, bool hasFolder, Findings found)
    {
        ArtifactContents contents;
        try
        {
            contents = ArtifactContents.Read(path);
        }
        catch (SconceException error)
        {
            found.Fail("format", error.Problem, error.Hint ?? "compile the model again, and copy or deploy the file as it is");
            return null;
        }

        var manifest = contents.Manifest;
        var other = manifest.Compiler == Manifest.ThisCompiler ? "" : $"; this is {Manifest.ThisCompiler}";
        found.Ok("format", $"format {manifest.Format}, compiled from {manifest.SourceName} by {manifest.Compiler}{other}");
        found.Is(
            contents.FileBytes == manifest.FileBytes, "size", $"{Quantity.Bytes(contents.FileBytes)}, as its manifest says",
            $"{contents.FileBytes} bytes, and its manifest says {manifest.FileBytes}: something {(contents.FileBytes < manifest.FileBytes ? "is missing" : "was added")}",
            "copy or deploy it again, as it is: in binary mode, by nothing that changes files");
        using (var stream = InputFile.Open(path, "an artifact (.wasm)"))
        {
            found.Ok("digest", $"sha256-{Convert.ToBase64String(SHA256.HashData(stream))}, for load's option integrity");
        }

        found.Ok("code", $"{Quantity.Bytes(contents.CodeBytes)}: needs SIMD and atomic instructions, which every browser has since 2023 (Chrome 91, Firefox 89, Safari 16.4), and Node");
        found.Ok("relaxed SIMD", contents.RelaxedBytes > 0
            ? $"{Quantity.Bytes(contents.RelaxedBytes)} of code more, used where the engine has it; numbers then differ in their last digits (relaxed: false)"
            : "none in the file: the same numbers on every machine");
        Memory(manifest, found);
        if (!manifest.Shards.IsEmpty)
        {
            Weights(manifest, path, name, hasFolder, found);
        }

        return manifest;
    }

    /// <summary>Looks at a model that is not compiled yet: at what the compiler says of it.</summary>
    public static void LookAtModel(string path, CompileOptions options, Findings found)
    {
        var isScript = InputShapes.IsTorchScript(path);
        try
        {
            var manifest = StageProgress.Show(progress => ModelCompiler.ReadManifest(path, options, progress));
            found.Ok("format", isScript ? "TorchScript (torch.jit.save)" : "an exported program (torch.export.save)");
            found.Ok("operators", $"{manifest.OperatorCount} in {manifest.Steps.Length} steps, all of them supported; {Quantity.Count(manifest.Parameters)} parameters");
            var open = manifest.Symbols.Select(symbol => $"{symbol.Name} {(symbol.Max is { } max ? $"{symbol.Min} to {max}" : $"from {symbol.Min}")}").ToList();
            found.Ok("sizes", open.Count == 0 ? "all fixed" : $"open: {string.Join(", ", open)}");
            Memory(manifest, found);
            found.Ok("next", $"sconce compile {path}, and sconce verify {path} for its numbers");
        }
        catch (SconceException error)
        {
            found.Fail("compile", error.Problem + (error.Where is { } where && $"{where}" is { Length: > 0 } place && place != path ? $" ({place})" : ""),
                error.Hint ?? $"sconce compile {path} says the same; docs/torchscript.md and docs/operators.md tell what is supported");
        }
    }

    private static void Memory(ManifestView manifest, Findings found)
    {
        var least = (manifest.MinPages * PageSize) + UsualSizes.AtLeast(manifest.Arena);
        var text = $"{Quantity.Bytes(manifest.MinPages * PageSize)} for code and weights, and for a run {Quantity.Of(manifest.Arena, Quantity.Bytes)}";
        if (least > MostMemory)
        {
            found.Fail("memory", $"{text}: more than the 4 GB of WebAssembly", "keep the weights in fewer bits (compile --weights int8), or export smaller inputs");
        }
        else if (least > MuchMemory)
        {
            found.Warn("memory", $"{text}: phones may end a page that takes so much", "keep the weights in fewer bits (compile --weights int8), or export smaller inputs");
        }
        else
        {
            found.Ok("memory", text);
        }
    }

    private static void Weights(ManifestView manifest, string path, string name, bool hasFolder, Findings found)
    {
        var total = $"{manifest.Shards.Length} files in {ShardInfo.Folder}/ beside it, {Quantity.Bytes(manifest.ShardBytes)}";
        if (!hasFolder)
        {
            found.Ok("weights", total);
            return;
        }

        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ShardInfo.Folder);
        var missing = manifest.Shards.Where(shard => !File.Exists(Path.Combine(folder, shard.FileName))).ToList();
        var wrong = manifest.Shards.Except(missing).Where(shard => !ShardFolder.IsThere(Path.Combine(folder, shard.FileName), shard)).ToList();
        if (missing.Count > 0)
        {
            found.Fail("weights", $"{missing.Count} of {total} are not there; the first is {missing[0].FileName}",
                $"copy the folder {ShardInfo.Folder}, which sconce compile --split wrote beside {Path.GetFileName(name)}, to {Path.GetDirectoryName(folder)}");
        }
        else if (wrong.Count > 0)
        {
            found.Fail("weights", $"{wrong.Count} of {total} are damaged; the first is {wrong[0].FileName}", "copy these anew, in binary mode, or compile again");
        }
        else
        {
            found.Ok("weights", $"{total}, all whole");
        }
    }
}
