using System.Runtime.InteropServices.JavaScript;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Browser;

/// <summary>The functions that the worker calls. They take a <see cref="Request"/> and give an <see cref="Answer"/>, both as JSON.</summary>
internal static partial class Exports
{
    /// <summary>Of the worker's one model: what it became, and what is known of how it should run.</summary>
    private static (Request Request, Compilation Compilation)? compiled;

    private static Proof? proof;

    /// <summary>Compiles the host's file, gives the artifact to the host, and tells of it.</summary>
    [JSExport]
    public static string Compile(string request) => Compiled(request, new HostStream());

    /// <summary>The same for what is told of it alone.</summary>
    [JSExport]
    public static string Inspect(string request) => Compiled(request, Stream.Null);

    /// <summary>Gives the host inputs for what was compiled, and evaluates what it has to give for them.</summary>
    [JSExport]
    public static string Evaluate() => Answered(() => compiled?.Request.Name, () =>
    {
        Host.Stage("evaluating");
        proof = new Proof(compiled!.Value.Request, compiled.Value.Compilation);
        proof.GiveInputs();
        return Answer.Of(proof);
    });

    /// <summary>Whether the outputs that the host has of a call are right.</summary>
    [JSExport]
    public static string Judge(int call) => Answered(null, () => Answer.Of(proof!.Judge(call)));

    /// <summary>Gives the host the artifact whose every node's tensor is an output, for a call that is wrong; or says why there is none.</summary>
    [JSExport]
    public static string Probed(int call) => Answered(null, () =>
    {
        if (proof!.Probed(call) is not { } probed)
        {
            return Answer.Explanation(NodeComparison.TooLarge);
        }

        probed.WriteTo(new HostStream());
        return Answer.Explanation(null);
    });

    /// <summary>Which node went wrong first in that call, of the outputs that the host has.</summary>
    [JSExport]
    public static string Explain(double maxError) => Answered(null, () => Answer.Explanation(proof!.Explain(maxError)));

    private static string Compiled(string json, Stream output)
    {
        Request? request = null;
        return Answered(() => request?.Name, () =>
        {
            request = Request.Parse(json);
            var compilation = Compilation.Compile(request.File, request.Name, request.Options, new Stages());
            Host.Stage("writing");
            var layout = compilation.WriteTo(output);
            compiled = (request, compilation);
            return Answer.Of(request.Name, compilation, layout);
        });
    }

    private static string Answered(Func<string?>? name, Func<string> answer)
    {
        try
        {
            return answer();
        }
        catch (SconceException error)
        {
            return Answer.Of(name?.Invoke() is { } known ? error.At(new Where(known)) : error);
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
