using System.Collections.Concurrent;
using System.Diagnostics;
using Sconce.Fuzz.Targets;

namespace Sconce.Fuzz.Running;

/// <summary>Gives each target its share of the time, in a process that is watched: who hangs, dies or takes too much memory is named, and the next case's turn comes.</summary>
internal static class Campaign
{
    /// <summary>A case may take so much of the processor's time, and so long where it waits for something else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), LongestWait = TimeSpan.FromSeconds(60);

    public static int Run(Options options)
    {
        var targets = Registry.All.Where(target => options.Only.Length == 0 || options.Only.Contains(target.Name)).ToList();
        Console.WriteLine($"seed {options.Seed}");
        var (passed, failed) = (0, 0);
        var shares = Math.Max(targets.Sum(target => target.Share), 1);
        foreach (var target in targets)
        {
            var failures = new Watch(target, options).Run(TimeSpan.FromSeconds(options.Seconds * target.Share / shares));
            passed += target.Count is { } count ? count - failures : failures == 0 ? 1 : 0;
            failed += failures;
        }

        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private sealed class Watch(ITarget target, Options options)
    {
        private readonly HashSet<string> known = [];
        private int number = options.First - 1;

        /// <summary>How many causes of failures were found.</summary>
        public int Run(TimeSpan time)
        {
            var clock = Stopwatch.StartNew();
            while (target.Count is { } count ? number + 1 < count : clock.Elapsed < time && number + 1 < options.Last)
            {
                RunProcess(number + 1, target.Count is null ? time - clock.Elapsed : TimeSpan.MaxValue);
            }

            Console.WriteLine($"{target.Name}: {number - options.First + 1} cases, {known.Count} failures");
            return known.Count;
        }

        private void RunProcess(int first, TimeSpan time)
        {
            using var process = Process.Start(new ProcessStartInfo(
                Environment.ProcessPath!, [typeof(Campaign).Assembly.Location, "--worker", target.Name, "--seed", $"{options.Seed}", "--first", $"{first}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
            })!;
            using var lines = new BlockingCollection<string>();
            var errors = new ConcurrentQueue<string>();
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data is null) lines.CompleteAdding();
                else lines.Add(line.Data);
            };
            process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            try
            {
                Follow(process, lines, errors, time);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }

        private void Follow(Process process, BlockingCollection<string> lines, ConcurrentQueue<string> errors, TimeSpan time)
        {
            var clock = Stopwatch.StartNew();
            var (begun, used) = (TimeSpan.Zero, TimeSpan.Zero);
            var started = false;
            while (clock.Elapsed < time || !started)
            {
                if (lines.TryTake(out var line, TimeSpan.FromMilliseconds(200)))
                {
                    if (line.StartsWith("case ", StringComparison.Ordinal))
                    {
                        number = int.Parse(line.AsSpan("case ".Length));
                        if (target.Count is null && number >= options.Last)
                        {
                            number = options.Last - 1;
                            return;
                        }

                        (begun, used, started) = (clock.Elapsed, process.HasExited ? default : process.TotalProcessorTime, true);
                    }
                    else if (line.StartsWith("failure ", StringComparison.Ordinal))
                    {
                        Report(line["failure ".Length..], saved: true);
                    }
                    else if (line == "end")
                    {
                        return;
                    }
                }
                else if (lines.IsCompleted)
                {
                    Report($"the process ended: {string.Join(' ', errors.Where(error => error.Length > 0).Take(6))}", saved: false);
                    return;
                }
                else if (started && (clock.Elapsed - begun > LongestWait || (!process.HasExited && process.TotalProcessorTime - used > Patience)))
                {
                    Report("takes more than 10 s", saved: false);
                    return;
                }
            }
        }

        private void Report(string failure, bool saved)
        {
            if (!known.Add(target.Count is null ? failure : $"{number} {failure}"))
            {
                return;
            }

            var file = target.FileOf(options.Seed, number);
            if (!saved && target.Count is null && Worker.Made(target, new Recipe(options.Seed, number)) is { } bytes)
            {
                File.WriteAllBytes(file, bytes);
            }

            Console.WriteLine($"{target.Name}, case {number}: {failure}\n  ./test fuzz --replay {Path.GetRelativePath(Folders.Repository, file)}");
        }
    }
}
