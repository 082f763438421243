using System.CommandLine;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Terminal;

/// <summary>What a person sees of an error: never a stack trace, unless it is asked for.</summary>
internal static class ErrorReport
{
    private static bool IsDebugging => Environment.GetEnvironmentVariable("SCONCE_DEBUG") is { Length: > 0 };

    public static int Print(Exception error)
    {
        Console.Error.WriteLine($"{Paint.Error("error:")} {Describe(error)}");
        return ExitCode.Failure;
    }

    /// <summary>What is wrong with the arguments, and which help tells of them: the whole help would push the error out of sight.</summary>
    public static int PrintUsage(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var name = command is RootCommand ? "sconce" : $"sconce {command.Name}";
        // Without a command, what follows the unknown word is no mistake of its own.
        var problems = command is RootCommand && parsed.UnmatchedTokens is [var first, ..]
            ? [$"there is no command '{first}'{Misspelling.Suggestion(first, command)}"]
            : parsed.Errors.Select(error => error.Message.TrimEnd('.')
                + string.Concat(parsed.UnmatchedTokens.Where(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)).Take(1).Select(token => Misspelling.Suggestion(token, command))))
                .Distinct();
        Console.Error.WriteLine($"{Paint.Error("error:")} {string.Join("\n       ", problems)}\n  what to do: {name} --help says what it takes");
        return ExitCode.Usage;
    }

    /// <summary>Its message; an error that no user caused is a mistake of ours, and says so.</summary>
    public static string Describe(Exception error) => Text(error) + (IsDebugging ? $"\n{error}" : "");

    private static string Text(Exception error) => error switch
    {
        SconceException => error.Message,
        IOException or UnauthorizedAccessException => $"a file could not be read or written ({error.Message.TrimEnd('.')})",
        OutOfMemoryException => "there is not enough memory\n  what to do: give the process more, or use a smaller model",
        _ => SconceException.Internal(error).Message,
    };
}
