using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;

namespace Sconce.Tests.Frontends;

/// <summary>Files that are damaged, or made to do harm: always one clear error, never a crash, never memory out of proportion to the file.</summary>
public sealed class HostileArchiveTests
{
    private static readonly byte[] Good = File.ReadAllBytes(Path.Combine(ModelFiles.Operators, "state-counter.pt2"));
    private static readonly byte[] Pickled = File.ReadAllBytes(Path.Combine(ModelFiles.Repository, "tests", "models", "archives", "pickled.pt2"));

    [Fact]
    public void EveryTruncationIsAnError()
    {
        for (var length = 0; length < Good.Length; length += 97)
        {
            Refused(Good.AsMemory(0, length));
        }
    }

    [Fact]
    public void AFlippedBitIsAnErrorOrChangesNothingThatIsRead()
    {
        foreach (var file in new[] { Good, Pickled })
        {
            for (var at = 0; at < file.Length; at += 61)
            {
                var damaged = file.ToArray();
                damaged[at] ^= (byte)(1 << (at % 8));
                ReadsOrRefuses(damaged);
            }
        }
    }

    /// <summary>With the checksums left out (which PyTorch can do), so that the damage reaches the parsers.</summary>
    [Fact]
    public void AFlippedBitWithoutChecksumsIsAnErrorOrAnotherModel()
    {
        foreach (var file in new[] { Good, Pickled })
        {
            var unchecked_ = WithoutChecksums(file);
            for (var at = 0; at < file.Length; at += 23)
            {
                var damaged = unchecked_.ToArray();
                damaged[at] ^= (byte)(1 << (at % 8));
                ReadsOrRefuses(damaged);
            }
        }
    }

    [Fact]
    public void BytesSetToExtremesAreRefusedWithoutMuchMemory()
    {
        var unchecked_ = WithoutChecksums(Good);
        for (var at = 0; at + 8 <= Good.Length; at += 41)
        {
            foreach (var value in new[] { 0L, -1, long.MaxValue, 0x7fffffff, 0x7fffffffL << 32 })
            {
                var damaged = unchecked_.ToArray();
                BinaryPrimitives.WriteInt64LittleEndian(damaged.AsSpan(at), value);
                var before = GC.GetAllocatedBytesForCurrentThread();
                ReadsOrRefuses(damaged);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L * Good.Length);
            }
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("hello, I am no model at all", "not a zip archive")]
    [InlineData("PK", "no end")]
    public void OtherBytesAreNamed(string text, string expected) => Assert.Contains(expected, Refused(Encoding.ASCII.GetBytes(text)).Message);

    [Fact]
    public void OtherFilesOfPyTorchAreNamed()
    {
        Assert.Contains("torch.save", Refused(Zip(("a/data.pkl", "x"), ("a/version", "3"))).Message);
        Assert.Contains("TorchScript file has lost its code", Refused(Zip(("a/data.pkl", "x"), ("a/constants.pkl", "x"))).Message);
        Assert.Contains("PyTorch 1.0 and 1.1", Refused(Zip(("a/model.json", "{}"), ("a/code/a.py", "x"), ("a/tensors/0", "x"))).Message);
        Assert.Contains("schema version 7.1", Refused(Zip(("serialized_exported_program.json", """{"schema_version": {"major": 7, "minor": 1}}"""), ("version", "7.1"))).Message);
        Assert.Contains("AOTInductor", Refused(Zip(("a/archive_format", "pt2"), ("a/data/aotinductor/model/x.so", "x"))).Message);
        Assert.Contains("holds arrays, and no model", Refused(Zip(("x.npy", "x"), ("out0.npy", "x"))).Message);
        Assert.Contains("a pickle", Refused(new byte[] { 0x80, 2, (byte)'}', (byte)'.' }).Message);
    }

    [Theory]
    [InlineData("""{"schema_version":{"major":9,"minor":0},"torch_version":"3.0"}""", "9.0")]
    [InlineData("""{"schema_version":{"major":7,"minor":3}}""", "7.3")]
    [InlineData("""{"schema_version":{"major":8,"minor":1}}""", "graph_module")]
    [InlineData("""{"schema_version":null}""", "schema_version")]
    [InlineData("[1]", "not what PyTorch writes")]
    [InlineData("""{"schema_version":{"major":8,"minor":1},"graph_module":{"graph":{"inputs":[null],"outputs":[],"nodes":[],"tensor_values":{}}}}""", "null")]
    [InlineData("{", "not what PyTorch writes")]
    public void BrokenJsonIsAnError(string json, string expected)
    {
        var error = Refused(Zip(("a/models/m.json", json), ("a/data/weights/m_weights_config.json", "{\"config\":{}}"), ("a/data/constants/m_constants_config.json", "{\"config\":{}}")));
        Assert.Contains(expected, error.Message);
        Assert.Contains("models/m.json", error.Message);
    }

    [Fact]
    public void DeeplyNestedJsonIsAnError() => Refused(Zip(("a/models/m.json", new string('[', 1_000_000))));

    [Fact]
    public void ABombIsRefusedBeforeItIsUnpacked()
    {
        var bomb = Zip(CompressionLevel.SmallestSize, ("a/models/m.json", new string(' ', 50_000_000)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("claims to unpack", Refused(bomb).Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void ATamperedSizeOfACompressedFileIsAnError()
    {
        var file = Zip(CompressionLevel.SmallestSize, ("a/models/m.json", "{\"schema_version\": {\"major\": 8, \"minor\": 20}, \"other\": 1234567890}"));
        var at = file.AsSpan().LastIndexOf("PK\x1\x2"u8) + 24;
        foreach (var size in new[] { 1, 30, 4000 })
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), size);
            Refused(file);
        }
    }

    [Fact]
    public void NamesThatClimbOrRepeatAreErrors()
    {
        Assert.Contains("would not give", Refused(Zip(("../models/m.json", "{}"))).Message);
        Assert.Contains("would not give", Refused(Zip(("/models/m.json", "{}"))).Message);
        Assert.Contains("twice", Refused(Zip(("a/models/m.json", "{}"), ("a/models/m.json", "{}"))).Message);
    }

    private static SconceException Refused(ReadOnlyMemory<byte> file)
    {
        var error = Assert.Throws<SconceException>(() => Frontend.Read(file, "bad.pt2"));
        Assert.Contains("bad.pt2", error.Message);
        return error;
    }

    private static void ReadsOrRefuses(byte[] file)
    {
        try
        {
            foreach (var input in Frontend.Read(file, "bad.pt2").Inputs)
            {
                input.Data?.ToDense();
            }
        }
        catch (SconceException error)
        {
            Assert.NotEmpty(error.Message);
        }
    }

    private static byte[] Zip(params (string Name, string Text)[] files) => Zip(CompressionLevel.NoCompression, files);

    private static byte[] Zip(CompressionLevel level, params (string Name, string Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    private static byte[] WithoutChecksums(byte[] file)
    {
        var result = file.ToArray();
        for (var at = 0; at + 20 < result.Length; at++)
        {
            if (result.AsSpan(at).StartsWith("PK\x1\x2"u8))
            {
                result.AsSpan(at + 16, 4).Clear();
            }
        }

        return result;
    }
}
