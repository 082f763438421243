namespace Sconce.Fuzz.Running;

/// <summary>Where files come from and go to.</summary>
internal static class Folders
{
    public static string Repository { get; } = Find();

    /// <summary>Files that were found by fuzzing, or reported, and are tried again in every run.</summary>
    public static string Findings => Path.Combine(Repository, "tests", "fuzz", "findings");

    public static string Models => Path.Combine(Repository, "tests", "models");

    /// <summary>Where failures of this run are saved.</summary>
    public static string Failures => Directory.CreateDirectory(Path.Combine(Repository, "artifacts", "fuzz")).FullName;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sconce.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("the fuzzer runs from inside the repository");
    }
}
