using Sconce.Compiler.Frontends;
using Sconce.Compiler.Frontends.TorchScript.Archive;

namespace Sconce.Tests.Frontends;

public sealed class ScriptArchiveTests
{
    [Fact]
    public void Real_ones_are_read()
    {
        foreach (var file in new[] { "models", "quantised" }.Select(folder => Path.Combine(ModelFiles.Shared, "..", folder)).Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.pt")))
        {
            var archive = ScriptArchive.Open(ModelBytes.Of(File.ReadAllBytes(file)), file);
            Assert.Contains(archive.Sources.Keys, name => archive.Root.QualifiedName.StartsWith(name + ".", StringComparison.Ordinal));
            Assert.NotEmpty(archive.Root.Attributes);
            Assert.InRange(archive.Version, 1, 10);
        }
    }
}
