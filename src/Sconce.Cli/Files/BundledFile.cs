using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Files;

/// <summary>
/// Files that belong to the tool but are no part of its assembly: in a checkout they lie where they are made, in the
/// installed tool beside the assembly.
/// </summary>
internal static class BundledFile
{
    public static string Find(string inCheckout, string packed)
    {
        // First, for an installed tool must not take for its own what lies in a project around it.
        var beside = Path.Combine(AppContext.BaseDirectory, packed);
        if (File.Exists(beside))
        {
            return beside;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, inCheckout);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new SconceException("a file that belongs to sconce is missing", new Where(beside),
            $"in a checkout, start ./sconce, which makes {inCheckout}; else install the tool again");
    }
}
