namespace Sconce.Cli.Terminal;

/// <summary>Colour for lines that are aligned by hand; none where the output is no terminal or NO_COLOR is set.</summary>
internal static class Paint
{
    private static readonly bool Wanted = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public static bool IsColourful { get; } = Wanted && !Console.IsOutputRedirected;

    public static string Good(string text) => Painted(text, 32, IsColourful);

    public static string Bad(string text) => Painted(text, 31, IsColourful);

    public static string Doubtful(string text) => Painted(text, 33, IsColourful);

    public static string Faint(string text) => Painted(text, 2, IsColourful);

    public static string Strong(string text) => Painted(text, 1, IsColourful);

    /// <summary>For standard error, which may be a terminal where standard output is not.</summary>
    public static string Error(string text) => Painted(text, 31, Wanted && !Console.IsErrorRedirected);

    private static string Painted(string text, int code, bool colourful) => colourful ? $"{CleanWriter.Mark}[{code}m{text}{CleanWriter.Mark}[0m" : text;
}
