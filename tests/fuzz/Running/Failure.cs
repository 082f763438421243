using System.Diagnostics;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Fuzz.Running;

/// <summary>Tells a failure from an answer, and two failures of one cause from two causes.</summary>
internal static class Failure
{
    /// <summary>
    /// Null where the file was taken or refused as it should be; else what went wrong, in a line, without what differs from file to file. What was thrown,
    /// rightly or not, comes too.
    /// </summary>
    public static string? Of(ITarget target, byte[] file, out Exception? thrown)
    {
        thrown = null;
        try
        {
            target.Try(file);
        }
        catch (Exception error)
        {
            thrown = error;
        }

        return thrown switch
        {
            SconceException { Kind: ErrorKind.Internal, InnerException: { } inner } => $"{inner.GetType().Name} in {Frame(inner)}",
            SconceException { Kind: ErrorKind.Internal } wrong => wrong.Problem,
            null or SconceException => null,
            Finding finding => finding.Message,
            var error => $"{error.GetType().Name} in {Frame(error)}",
        };
    }

    /// <summary>The innermost function of ours.</summary>
    private static string Frame(Exception error)
    {
        var method = new StackTrace(error).GetFrames().Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType?.FullName?.StartsWith("Sconce.", StringComparison.Ordinal) == true);
        return method is null ? "?" : $"{method.DeclaringType!.FullName}.{method.Name}";
    }
}

/// <summary>Something that is wrong though nothing was thrown.</summary>
internal sealed class Finding(string message) : Exception(message);
