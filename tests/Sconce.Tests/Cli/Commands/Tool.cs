using System.Diagnostics;

namespace Sconce.Tests.Cli.Commands;

/// <summary>What a run of the built tool gave.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the built tool as a person does, in a process of its own.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Task<ToolResult> RunAsync(string folder, params string[] arguments) => RunAsync(folder, [], arguments);

    public static async Task<ToolResult> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "sconce.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        var result = new ToolResult(process.ExitCode, await output, await errors);
        Assert.DoesNotContain("\n   at ", result.Output + result.Errors);
        return result;
    }
}
