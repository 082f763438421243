using System.Security.Cryptography;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Files;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Compiling;

/// <summary>The files of weights beside an artifact. Their names are their digests, so one that is there already is the one that is wanted, whoever wrote it.</summary>
internal sealed class ShardFolder
{
    private readonly string output, artifact, folder;
    private readonly List<string> written = [];

    /// <param name="output">The artifact, as the user named it.</param>
    public ShardFolder(string output)
    {
        this.output = output;
        artifact = Path.GetFullPath(output);
        folder = Path.Combine(Path.GetDirectoryName(artifact)!, ShardInfo.Folder);
    }

    /// <summary>Bytes that were not there before.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>The shards that an artifact names; none where there is no artifact that can be read.</summary>
    public static IReadOnlySet<string> NamedBy(string artifact)
    {
        try
        {
            return File.Exists(artifact) ? ArtifactContents.Read(artifact).Manifest.Shards.Select(shard => shard.FileName).ToHashSet() : new HashSet<string>();
        }
        catch (SconceException)
        {
            return new HashSet<string>();
        }
    }

    public void Write(IReadOnlyList<Shard> shards)
    {
        if (shards.Count > 0)
        {
            if (!Directory.Exists(Path.GetDirectoryName(folder)))
            {
                throw AtomicFile.NotWritten(output, new DirectoryNotFoundException());
            }

            Guarded(() => Directory.CreateDirectory(folder));
        }

        foreach (var shard in shards)
        {
            var path = Path.Combine(folder, shard.Info.FileName);
            if (IsThere(path, shard.Info))
            {
                continue;
            }

            var isNew = !File.Exists(path);
            AtomicFile.Write(path, shard.WriteTo);
            BytesWritten += shard.Info.Bytes;
            if (isNew)
            {
                written.Add(path);
            }
        }
    }

    /// <summary>Takes away what <see cref="Write"/> wrote, where the artifact did not come about.</summary>
    public void Undo() => Delete(written);

    /// <summary>Takes away shards that only the artifact's earlier version named; gives how many.</summary>
    public int RemoveStale(IReadOnlySet<string> before)
    {
        var stale = before.Except(NamedBy(artifact)).ToHashSet();
        if (stale.Count > 0)
        {
            foreach (var other in Directory.EnumerateFiles(Path.GetDirectoryName(artifact)!, "*.wasm"))
            {
                stale.ExceptWith(NamedBy(other));
            }
        }

        return Delete(stale.Select(name => Path.Combine(folder, name)));
    }

    /// <summary>Whether the file is there and whole: its name alone is no proof.</summary>
    public static bool IsThere(string path, ShardInfo shard)
    {
        if (new FileInfo(path) is not { Exists: true } file || file.Length != shard.Bytes)
        {
            return false;
        }

        using var stream = InputFile.Open(path, "a file of weights");
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == shard.Sha256;
    }

    private int Delete(IEnumerable<string> paths)
    {
        var deleted = 0;
        Guarded(() =>
        {
            foreach (var path in paths.Where(File.Exists))
            {
                File.Delete(path);
                deleted++;
            }

            if (deleted > 0 && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        });
        return deleted;
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SconceException($"the folder of weights could not be changed ({error.Message.TrimEnd('.')})", new Where(folder),
                "give an output in a folder that may be written to, by -o", inner: error);
        }
    }
}
