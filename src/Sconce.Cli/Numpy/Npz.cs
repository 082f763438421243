using System.IO.Compression;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Numpy;

/// <summary>Reads and writes named arrays in NumPy's .npz format: a zip archive of .npy files.</summary>
internal static class Npz
{
    private const int MostArrays = 10_000;

    /// <summary>The most a deflated byte can stand for; a header that promises more lies.</summary>
    private const int MostInflation = 1032;

    /// <summary>All arrays together may have so many times the file's bytes, beyond an amount that any machine has.</summary>
    private const int MostOfAll = 16, Anyway = 256 << 20;

    /// <summary>The arrays in the order of the archive.</summary>
    public static IReadOnlyDictionary<string, TensorData> Read(Stream stream, string file)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > MostArrays)
            {
                throw SconceException.Expected($"at most {MostArrays} arrays", $"{archive.Entries.Count}", new Where(file));
            }

            if (archive.Entries is [var first, ..] && !archive.Entries.Any(entry => entry.FullName.EndsWith(".npy", StringComparison.Ordinal)))
            {
                throw SconceException.Expected(
                    "a NumPy .npz archive, a zip of .npy arrays", $"a zip of other files, of '{first.FullName}' first", new Where(file), "numpy.savez writes one; a model is no input");
            }

            if (archive.Entries.Sum(entry => (double)entry.CompressedLength) > stream.Length)
            {
                throw new SconceException("the arrays of the archive overlap: together they claim more bytes than it has", new Where(file), "write it again: numpy.savez");
            }

            var total = archive.Entries.Sum(entry => (double)entry.Length);
            if (total > Anyway + ((double)stream.Length * MostOfAll))
            {
                throw SconceException.Expected(
                    $"arrays of at most {MostOfAll} times the bytes of the archive, {stream.Length}", $"{total:0}", new Where(file), "write it without compression: numpy.savez");
            }

            var arrays = new OrderedDictionary<string, TensorData>();
            foreach (var entry in archive.Entries)
            {
                var name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                using var content = entry.Open();
                var available = Math.Min(entry.Length, SaturatingMultiply(entry.CompressedLength, MostInflation));
                if (!arrays.TryAdd(name, Npy.Read(content, available, $"{file}:{entry.FullName}")))
                {
                    throw new SconceException($"two arrays are called '{name}'", new Where(file));
                }
            }

            return arrays;
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException)
        {
            throw new SconceException(
                $"expected a NumPy .npz archive, but it cannot be read as a zip file ({error.Message})", new Where(file), inner: error);
        }
    }

    /// <summary>Writes the arrays uncompressed, as <c>numpy.savez</c> does.</summary>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, TensorData>> arrays)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, tensor) in arrays)
        {
            using var content = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
            Npy.Write(content, tensor);
        }
    }

    private static long SaturatingMultiply(long a, long b) => a > long.MaxValue / b ? long.MaxValue : a * b;
}
