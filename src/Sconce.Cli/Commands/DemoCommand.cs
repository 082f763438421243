using System.CommandLine;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce demo</c>: the whole trip in one command, first in the terminal, then on a page.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Compile a bundled digit recogniser, run it on handwritten digits, and serve a page to draw on.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run() => throw SconceException.Unsupported("the demo is still being built");
}
