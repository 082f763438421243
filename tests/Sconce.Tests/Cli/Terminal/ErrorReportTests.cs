using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Cli.Terminal;

public sealed class ErrorReportTests
{
    [Fact]
    public void WhatWasNeverToHappenAsksForAReport()
    {
        var text = ErrorReport.Describe(Thrown());
        Assert.StartsWith("internal error: no such thing (InvalidOperationException)\n", text);
        Assert.Contains(SconceException.Reports, text);
        Assert.DoesNotContain("   at ", text);
    }

    [Fact]
    public void TheCompilerGivesItsOwnMistakesAsInternalErrors()
    {
        var file = Path.Combine(ModelFiles.Repository, "examples", "digits", "digits.pt2");
        var error = Assert.Throws<SconceException>(() => Compilation.Compile(File.ReadAllBytes(file), "digits.pt2", progress: new FailsAt("code")));
        Assert.Equal(ErrorKind.Internal, error.Kind);
        Assert.StartsWith("internal error: code: no such thing (InvalidOperationException)\n", error.Message);
        Assert.IsType<InvalidOperationException>(error.InnerException);
    }

    [Fact]
    public void WhatAFileOrTheMachineCausesIsNoMistake()
    {
        Assert.StartsWith("a file could not be read or written (the disk is full)", ErrorReport.Describe(new IOException("the disk is full")));
        Assert.StartsWith("there is not enough memory", ErrorReport.Describe(new OutOfMemoryException()));
        Assert.Equal("expected a, but got b", ErrorReport.Describe(SconceException.Expected("a", "b")));
    }

    /// <summary>With a stack trace, as only what was thrown has one.</summary>
    private static Exception Thrown()
    {
        try
        {
            throw new InvalidOperationException("no such thing");
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }

    private sealed class FailsAt(string stage) : IProgress<CompileProgress>
    {
        public void Report(CompileProgress value)
        {
            if (value.Stage == stage)
            {
                throw new InvalidOperationException("no such thing");
            }
        }
    }
}
