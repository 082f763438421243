using System.CommandLine;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce ops</c>: what is supported, read from the operator table.</summary>
internal static class OpsCommand
{
    public static Command Create()
    {
        var command = new Command("ops", "List the supported operators and their element types.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run() => throw SconceException.Unsupported("the operator table is still being built");
}
