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
            // Lowering believes that a graph is PyTorch's. What a made-up one makes it trip over is told with the operator's place, and counts as refused.
            SconceException { Kind: ErrorKind.Internal, Where.Operator: null } wrong => wrong.InnerException is { } inner ? $"{inner.GetType().Name} in {Frame(inner)}" : wrong.Problem,
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
