namespace Sconce.Tests.Frontends;

/// <summary>Finds model files: those that the project carries, and the real ones beside it where that folder exists.</summary>
internal static class ModelFiles
{
    public static string Repository { get; } = FindRepository();

    public static string Operators => Path.Combine(Repository, "tests", "models", "operators");

    public static string Shared => Path.Combine(Repository, "..", "shared", "models");

    /// <summary>Every .pt2 file that can be found, the project's own first.</summary>
    public static IEnumerable<string> All =>
        new[] { Path.Combine(Repository, "tests", "models"), Shared }
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.pt2", SearchOption.AllDirectories).Order(StringComparer.Ordinal));

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sconce.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests run from inside the repository.");
    }
}
