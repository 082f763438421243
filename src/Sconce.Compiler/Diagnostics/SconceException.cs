namespace Sconce.Compiler.Diagnostics;

/// <summary>
/// The one exception of everything a user may cause. Its message is made to be shown as it stands: what was expected
/// and what came, where, and what to do.
/// </summary>
public sealed class SconceException : Exception
{
    /// <summary>Where mistakes are reported.</summary>
    public const string Reports = "https://github.com/sconce-project/sconce/issues";

    public SconceException(
        string problem, Where? where = null, string? hint = null, ErrorKind kind = ErrorKind.Invalid, Exception? inner = null)
        : base(Compose(problem, where, hint), inner)
    {
        Problem = problem;
        Where = where;
        Hint = hint;
        Kind = kind;
    }

    /// <summary>The mistake, as what was expected and what came; the first lines of <see cref="Exception.Message"/>.</summary>
    public string Problem { get; }

    public Where? Where { get; }

    /// <summary>The remedy that the user has.</summary>
    public string? Hint { get; }

    public ErrorKind Kind { get; }

    /// <summary>An error of the form "expected X, but got Y".</summary>
    public static SconceException Expected(string expected, string came, Where? where = null, string? hint = null) =>
        new($"expected {expected}, but got {came}", where, hint);

    /// <summary>Something that is right and that Sconce cannot do yet.</summary>
    public static SconceException Unsupported(string problem, Where? where = null, string? hint = null) =>
        new(problem, where, hint, ErrorKind.Unsupported);

    /// <summary>A mistake of Sconce's own, at which nobody but its authors can do anything.</summary>
    public static SconceException Internal(string problem, Where? where = null, Exception? inner = null) =>
        new($"internal error: {problem}", where, $"unless the file was damaged or made up, this is a mistake of Sconce's: please report it at {Reports}, with the model if you may and what SCONCE_DEBUG=1 prints", ErrorKind.Internal, inner);

    /// <summary>The same for whatever the code of ours threw that was never to happen.</summary>
    public static SconceException Internal(Exception error, string? during = null, Where? where = null) =>
        Internal($"{(during is null ? "" : $"{during}: ")}{error.Message} ({error.GetType().Name})", where, error);

    /// <summary>Whether an exception is a mistake of ours, and not what the user, the machine or its files caused.</summary>
    public static bool IsMistake(Exception error) =>
        error is not (SconceException or IOException or UnauthorizedAccessException or OutOfMemoryException or OperationCanceledException);

    /// <summary>The same error with a place, where it had none: callers know the file, callees do not.</summary>
    public SconceException At(Where place) => new(
        Problem,
        Where is null ? place : new Where(Where.File ?? place.File, Where.Operator ?? place.Operator, Where.Python ?? place.Python),
        Hint, Kind, this);

    /// <summary>Names in a message come from files, and may have any length: what is longer than a screen is cut in its middle.</summary>
    private static string Compose(string problem, Where? where, string? hint)
    {
        var text = Cut(problem, 4000);
        if (where?.ToString() is { Length: > 0 } place) text += $"\n  where: {Cut(place, 1000)}";
        if (!string.IsNullOrEmpty(hint)) text += $"\n  what to do: {Cut(hint, 1000)}";
        return text;

        static string Cut(string text, int most) => text.Length <= most ? text : $"{text.AsSpan(0, most / 2)} … {text.AsSpan(text.Length - (most / 4))}";
    }
}
