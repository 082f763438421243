using Sconce.Compiler.Diagnostics;
using Sconce.Fuzz.Targets;

namespace Sconce.Fuzz.Running;

/// <summary>Tries files again, each by the targets of its ending, and shows the whole exception.</summary>
internal static class Replay
{
    public static int Run(IReadOnlyList<string> files)
    {
        var failed = 0;
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var target in Registry.All.Where(target => target.Extension == Path.GetExtension(file)))
            {
                using (target as IDisposable)
                {
                    var failure = Failure.Of(target, bytes, out var thrown);
                    Console.WriteLine($"{target.Name} {file}: {failure ?? "as it should be"}");
                    Console.WriteLine(thrown is SconceException or null ? $"  {thrown?.Message}" : $"  {thrown}");
                    failed += failure is null ? 0 : 1;
                }
            }
        }

        Console.WriteLine($"{Math.Max(files.Count - failed, 0)} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}
