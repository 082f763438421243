using Sconce.Cli.Projects;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli.Projects;

public sealed class ProjectTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sconce-project-");

    public void Dispose() => folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(folder.FullName, name);

    [Fact]
    public void EachTemplateIsAnExample()
    {
        foreach (var name in ProjectTemplate.Names)
        {
            var template = ProjectTemplate.Read(name);
            foreach (var (path, text) in template.Files)
            {
                Assert.Equal(File.ReadAllText(Path.Combine(Frontends.ModelFiles.Repository, "examples", name, path)), text);
            }

            Assert.Contains("package.json", template.Files.Keys);
        }
    }

    [Fact]
    public void ExamplesKnowTheModelAlike()
    {
        var scripts = ProjectTemplate.Names.Select(ProjectTemplate.Read).Where(template => !template.IsTyped).Select(template => template.Files[template.ScriptPath]);
        Assert.Single(scripts.Distinct());
    }

    [Fact]
    public void AProjectIsWhole()
    {
        var manifest = PictureInputTests.Manifest([new("x", DType.Float32, [1, 3, 32, 32])], new Sconce.Cli.Artifacts.Port("y", DType.Float32, [1, 10]));
        var project = Project.Of("vite-react", At("My Page"), "somewhere/tiny.pt2", manifest, null);
        ProjectFolder.Write(At("My Page"), aside => project.Write(aside, manifest));
        Assert.Contains("\"name\": \"my-page\"", File.ReadAllText(At("My Page/package.json")), StringComparison.Ordinal);
        Assert.Contains("# My Page\n", File.ReadAllText(At("My Page/README.md")), StringComparison.Ordinal);
        Assert.Contains("npx sconce compile tiny.pt2 -o src/model.wasm", File.ReadAllText(At("My Page/README.md")), StringComparison.Ordinal);
        Assert.Contains("interface Tiny", File.ReadAllText(At("My Page/src/model.wasm.d.ts")), StringComparison.Ordinal);
        Assert.Equal(["My Page"], folder.EnumerateFileSystemInfos().Select(entry => entry.Name));
    }

    [Fact]
    public void AFailureLeavesNothing()
    {
        Assert.Throws<InvalidOperationException>(() => ProjectFolder.Write(At("page"), aside =>
        {
            File.WriteAllText(Path.Combine(aside, "half"), "");
            throw new InvalidOperationException();
        }));
        Assert.Empty(folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void AFolderWithFilesStaysAsItIs()
    {
        folder.CreateSubdirectory("page").CreateSubdirectory("mine");
        var error = Assert.Throws<SconceException>(() => ProjectFolder.Write(At("page"), aside => File.WriteAllText(Path.Combine(aside, "half"), "")));
        Assert.StartsWith("expected a folder to make, or an empty one, but got one with files in it", error.Message, StringComparison.Ordinal);
        Assert.Equal(["mine"], new DirectoryInfo(At("page")).EnumerateFileSystemInfos().Select(entry => entry.Name));
        Assert.Equal(["page"], folder.EnumerateFileSystemInfos().Select(entry => entry.Name));
    }

    [Fact]
    public void LabelsThatDoNotFitAreRefused()
    {
        var manifest = PictureInputTests.Manifest([new("x", DType.Float32, [1, 3, 32, 32])], new Sconce.Cli.Artifacts.Port("y", DType.Float32, [1, 10]));
        var error = Assert.Throws<SconceException>(() => Project.Of("vanilla", At("page"), "tiny.pt2", manifest, ["one", "two"]));
        Assert.Contains("(y float32 [1, 10]), but got 2 labels", error.Message, StringComparison.Ordinal);
    }
}
