using Spectre.Console;

namespace Sconce.Cli.Terminal;

/// <summary>Shows on standard error what a long command is doing: a line that changes on a terminal, nothing elsewhere.</summary>
internal static class StageProgress
{
    public static T Show<T>(Func<IProgress<string>, T> work)
    {
        if (!CanBeShown)
        {
            return work(new Stages(_ => { }));
        }

        return OnStandardError().Status().Start("reading", status => work(new Stages(stage => status.Status(Markup.Escape(stage)))));
    }

    /// <summary>The same, of something that takes its time and has one stage.</summary>
    public static Task<T> ShowAsync<T>(string stage, Func<Task<T>> work) =>
        !CanBeShown ? work() : OnStandardError().Status().StartAsync(stage, _ => work());

    /// <summary>There has to be a thread that draws beside the work.</summary>
    private static bool CanBeShown => !Console.IsErrorRedirected && !PortableTool.IsThis;

    /// <summary>Straight to the terminal, for all that is shown are our own words and the escapes that move them.</summary>
    private static IAnsiConsole OnStandardError() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }) });

    /// <summary>Calls at once, where <see cref="Progress{T}"/> would hand over to another thread.</summary>
    private sealed class Stages(Action<string> show) : IProgress<string>
    {
        public void Report(string value) => show(value);
    }
}
