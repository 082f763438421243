using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using FsCheck.Xunit;
using Sconce.Cli.Numpy;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli.Numpy;

/// <summary>Against files that NumPy itself wrote (make_files.py), and against hostile ones.</summary>
public sealed class NpyTests
{
    private static readonly double[] Counted = [.. Enumerable.Range(0, 24).Select(i => (double)i)];

    private static string FilePath(string name) => Path.Combine(AppContext.BaseDirectory, "Cli", "Numpy", "files", name);

    private static IReadOnlyDictionary<string, TensorData> ReadNpz(string name)
    {
        using var stream = File.OpenRead(FilePath(name));
        return Npz.Read(stream, name);
    }

    private static TensorData ReadNpy(byte[] bytes) => Npy.Read(new MemoryStream(bytes), bytes.Length, "a.npy");

    public static TheoryData<string, string, DType> Counting => new(
        from file in new[] { "stored.npz", "deflated.npz" }
        from type in new[] { DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.Float16, DType.Float32, DType.Float64 }
        select (file, type.Name(), type));

    [Theory]
    [MemberData(nameof(Counting))]
    public void NumbersOfEveryTypeAreRead(string file, string name, DType type)
    {
        var tensor = ReadNpz(file)[name];
        Assert.Equal(type, tensor.Type);
        Assert.Equal([2, 3, 4], tensor.Shape);
        Assert.Equal(Counted.Select(value => value - 5), Numbers.ToDoubles(tensor));
    }

    [Fact]
    public void BoolsAndComplexNumbersAreRead()
    {
        var arrays = ReadNpz("stored.npz");
        Assert.Equal(DType.Bool, arrays["bool"].Type);
        Assert.Equal(Counted.Select(value => value % 3 == 0 ? 1.0 : 0), Numbers.ToDoubles(arrays["bool"]));
        Assert.Equal(DType.Complex64, arrays["complex64"].Type);
        Assert.Equal(Counted.SelectMany(value => new[] { value, -value }), Numbers.ToDoubles(arrays["complex64"]));
    }

    [Theory]
    [InlineData("fortran", DType.Float32)]
    [InlineData("big-endian", DType.Int32)]
    public void OtherOrdersBecomeRowMajorLittleEndian(string name, DType type)
    {
        var tensor = ReadNpz("deflated.npz")[name];
        Assert.Equal(type, tensor.Type);
        Assert.True(tensor.IsDense);
        Assert.Equal(Counted, Numbers.ToDoubles(tensor));
    }

    [Fact]
    public void ScalarsEmptyArraysAndSpecialNumbersAreRead()
    {
        var arrays = ReadNpz("stored.npz");
        Assert.Empty(arrays["scalar"].Shape);
        Assert.Equal([2.5], Numbers.ToDoubles(arrays["scalar"]));
        Assert.Equal([0, 3], arrays["empty"].Shape);
        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0], Numbers.ToDoubles(arrays["special"]));
    }

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var arrays = ReadNpz("stored.npz");
        var stream = new MemoryStream();
        Npz.Write(stream, arrays);
        stream.Position = 0;
        var again = Npz.Read(stream, "again.npz");
        Assert.Equal(arrays.Keys, again.Keys);
        foreach (var (name, tensor) in arrays)
        {
            var expected = HalfPrecision.Widen(tensor);
            Assert.Equal(expected.Type, again[name].Type);
            Assert.Equal(expected.Shape, again[name].Shape);
            Assert.Equal(expected.ToDense().ToArray(), again[name].ToDense().ToArray());
        }
    }

    [Fact]
    public void AWrittenHeaderIsByteForByteNumpys()
    {
        var tensor = ReadNpz("stored.npz")["int64"];
        var stream = new MemoryStream();
        Npy.Write(stream, tensor);
        using var archive = System.IO.Compression.ZipFile.OpenRead(FilePath("stored.npz"));
        using var entry = archive.GetEntry("int64.npy")!.Open();
        var real = new MemoryStream();
        entry.CopyTo(real);
        Assert.Equal(real.ToArray(), stream.ToArray());
    }

    [Fact]
    public void TypesThatNoModelTakesAreNamed() =>
        Assert.Contains("'<U4'", Assert.Throws<SconceException>(() => ReadNpy(File.ReadAllBytes(FilePath("unsupported.npy")))).Message);

    [Fact]
    public void UnsignedIntegersAreRead()
    {
        var tensor = ReadNpy(File.ReadAllBytes(FilePath("unsigned.npy")));
        Assert.Equal((DType.UInt32, 23u), (tensor.Type, MemoryMarshal.Cast<byte, uint>(tensor.ToDense().Span)[^1]));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }", "larger than 2 GB")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807), }", "larger than 2 GB")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (400000000,), }", "expected 1600000000 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "a size '-1'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "structured arrays")]
    [InlineData("{'descr': '<f4', 'shape': (1,), }", "without descr, fortran_order or shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,", "a shape without an end")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,),", "no quoted word")]
    [InlineData("", "no '{'")]
    public void HostileHeadersGetAMessageAndNoMemory(string header, string message)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), 0, 0, 0, 0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<SconceException>(() => ReadNpy(file));
        Assert.Contains(message, error.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void EveryTruncatedFileIsRefused()
    {
        var stream = new MemoryStream();
        Npy.Write(stream, ReadNpz("stored.npz")["int16"]);
        var whole = stream.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<SconceException>(() => ReadNpy(whole[..length]));
        }
    }

    [Property(MaxTest = 300)]
    public void DamagedArchivesNeverThrowAnythingElse(int position, byte value)
    {
        var bytes = File.ReadAllBytes(FilePath("deflated.npz"));
        bytes[(int)((uint)position % bytes.Length)] = value;
        try
        {
            Npz.Read(new MemoryStream(bytes), "damaged.npz");
        }
        catch (SconceException)
        {
            // A message for a person: what is asked for.
        }
    }

    /// <summary>Many names of one array of zeros, each of which would be unpacked.</summary>
    [Fact]
    public void ArraysThatOverlapAreRefused()
    {
        var stream = new MemoryStream();
        Npz.Write(stream, Enumerable.Range(0, 3).Select(i => KeyValuePair.Create($"a{i}", TensorData.Dense(DType.UInt8, [4000], new byte[4000]))));
        var bytes = stream.ToArray();
        var offset = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 42;
        for (var at = offset - 42; bytes.AsSpan(at).StartsWith("PK\u0001\u0002"u8); at += 46 + 6 + 0)
        {
            // All begin where the first does; and the size that each claims is the whole file's.
            bytes.AsSpan(offset, 4).CopyTo(bytes.AsSpan(at + 42));
            BitConverter.GetBytes(bytes.Length).CopyTo(bytes, at + 20);
        }

        Assert.Contains("overlap", Assert.Throws<SconceException>(() => Npz.Read(new MemoryStream(bytes), "a.npz")).Message);
    }

    [Theory]
    [InlineData(DType.Float16, 1f / 3, 0.33325195f)]
    [InlineData(DType.BFloat16, 1f / 3, 0.33398438f)]
    [InlineData(DType.BFloat16, 1.00390625f, 1f)] // halfway: to even
    [InlineData(DType.BFloat16, float.NaN, float.NaN)]
    [InlineData(DType.BFloat16, float.MaxValue, float.PositiveInfinity)]
    [InlineData(DType.Float16, 65520f, float.PositiveInfinity)]
    public void HalfPrecisionRoundsAsPyTorchDoes(DType type, float value, float expected)
    {
        var tensor = TensorData.Dense(DType.Float32, ImmutableArray<long>.Empty, BitConverter.GetBytes(value));
        var rounded = HalfPrecision.Narrow(tensor, type);
        Assert.Equal(type, rounded.Type);
        Assert.Equal((double)expected, Assert.Single(Numbers.ToDoubles(rounded)));
    }
}
