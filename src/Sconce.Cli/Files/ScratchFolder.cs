namespace Sconce.Cli.Files;

/// <summary>A folder for files that only live as long as a command.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sconce-");
    private int files;

    public string Folder => folder.FullName;

    public string NewFile(string extension) => Path.Combine(folder.FullName, $"{Interlocked.Increment(ref files)}{extension}");

    public void Dispose()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Somebody still reads there; the system cleans its folder of temporary files.
        }
    }
}
