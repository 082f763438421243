using System.Runtime.InteropServices.JavaScript;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Browser;

/// <summary>The functions that the worker calls. They take a <see cref="Request"/> and give an <see cref="Answer"/>, both as JSON.</summary>
internal static partial class Exports
{
    /// <summary>Compiles the host's file, gives the artifact to the host, and tells of it.</summary>
    [JSExport]
    public static string Compile(string request) => Answered(request, new HostStream());

    /// <summary>The same for what is told of it alone.</summary>
    [JSExport]
    public static string Inspect(string request) => Answered(request, Stream.Null);

    private static string Answered(string json, Stream output)
    {
        Request? request = null;
        try
        {
            request = Request.Parse(json);
            var compilation = Compilation.Compile(request.File, request.Name, request.Options, new Stages());
            Host.Stage("writing");
            return Answer.Of(request.Name, compilation, compilation.WriteTo(output));
        }
        catch (SconceException error)
        {
            return Answer.Of(request is null ? error : error.At(new Where(request.Name)));
        }
        catch (OutOfMemoryException)
        {
            return Answer.OutOfMemory();
        }
    }

    private sealed class Stages : IProgress<CompileProgress>
    {
        public void Report(CompileProgress value) => Host.Stage(value.Stage);
    }
}
