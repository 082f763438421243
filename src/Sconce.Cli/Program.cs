using System.CommandLine;
using System.Text;
using Sconce.Cli.Commands;
using Sconce.Cli.Terminal;

Console.OutputEncoding = Encoding.UTF8;
CleanWriter.Install();
var root = new RootCommand("Compiles PyTorch models to single WebAssembly files that run in any browser, in Node and beyond.")
{
    CompileCommand.Create(),
    NewCommand.Create(),
    RunCommand.Create(),
    VerifyCommand.Create(),
    BenchCommand.Create(),
    InspectCommand.Create(),
    DoctorCommand.Create(),
    TypesCommand.Create(),
    OpsCommand.Create(),
    WasiCommand.Create(),
    DemoCommand.Create(),
    PlaygroundCommand.Create(),
    ServeCommand.Create(),
};

// An argument that begins with @ is just that, above all a guest's.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (args.Length > 0 && parsed.Errors.Count > 0)
{
    return ErrorReport.PrintUsage(parsed);
}

try
{
    var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
}
catch (OperationCanceledException)
{
    return ExitCode.Interrupted;
}
catch (PlatformNotSupportedException) when (PortableTool.IsThis)
{
    return ErrorReport.Print(PortableTool.Cannot($"'{parsed.CommandResult.Command.Name}' needs processes, threads or sockets"));
}
catch (Exception error)
{
    return ErrorReport.Print(error);
}
