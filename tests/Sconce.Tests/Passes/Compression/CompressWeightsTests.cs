using Sconce.Cli.Files;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes.Compression;

public sealed class CompressWeightsTests
{
    private static readonly string path = Path.Combine(Frontends.ModelFiles.Repository, "examples", "digits", "digits.pt2");

    [Theory]
    [InlineData(WeightFormat.Float16, 1e-7, 1e-3)]
    [InlineData(WeightFormat.Int8, 1e-4, 3e-2)]
    [InlineData(WeightFormat.Int4, 1e-3, 3e-1)]
    public void OutputsMoveAsFarAsTheFormatMovesThem(WeightFormat format, double least, double most)
    {
        var inputs = CaseReader.Single(path, InputFile.ReadNpz(Path.ChangeExtension(path, ".npz"))).Calls[0].Inputs;
        var (expected, actual) = (Run(WeightFormat.AsIs), Run(format));
        Assert.InRange(Comparison.Of("output", actual, expected, new Tolerance()).MaxError, least, most);

        TensorData Run(WeightFormat weights) => ReferenceRun.Read(File.ReadAllBytes(path), "model.pt2", new CompileOptions { Weights = weights }).Run([.. inputs]).Outputs[0];
    }

    [Fact]
    public void TheFileIsSmallerAndWhatIsKeptIsNamed()
    {
        var bytes = File.ReadAllBytes(path);
        var (plain, narrow) = (Compilation.Compile(bytes, "model.pt2"), Compilation.Compile(bytes, "model.pt2", new CompileOptions { Weights = WeightFormat.Int8, Keep = ["classifier*"], Verify = true }));
        Assert.Empty(plain.Compressed);
        Assert.Contains(narrow.Compressed, weight => weight.Kept == "by its name" && weight.Name.Contains("classifier", StringComparison.Ordinal) && weight.Before == weight.After);
        var changed = narrow.Compressed.Where(weight => weight.Kept is null).ToList();
        Assert.NotEmpty(changed);
        Assert.All(changed, weight => Assert.InRange(weight.After, 1, (long)(0.3 * weight.Before)));
        Assert.True(Size(narrow) < Size(plain));

        static long Size(Compilation compilation)
        {
            using var file = new MemoryStream();
            compilation.WriteTo(file);
            return file.Length;
        }
    }
}
