using System.CommandLine;
using Sconce.Cli.Serving;
using Sconce.Cli.Terminal;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce serve FOLDER</c>: a folder of pages and models as a server should send them, for trying things.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The folder; the present one where not given.", DefaultValueFactory = _ => "." };
        var port = CommonOptions.Port();
        var host = new Option<string?>("--host")
        {
            Description = "A name or an address of this machine to answer at, 0.0.0.0 for all of them; where not given, this machine alone is answered.", HelpName = "NAME",
        };
        var noReload = new Option<bool>("--no-reload") { Description = "Send pages as they are, without the script that loads them again when a file they asked for changes." };
        var command = new Command("serve", "Serve a folder with the headers that threads need, models as application/wasm, in parts where asked for, and nothing stale.") { folder, port, host, noReload };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetRequiredValue(folder), parsed.GetValue(port), parsed.GetValue(host), !parsed.GetValue(noReload), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string folder, int? port, string? host, bool reloads, CancellationToken cancellation)
    {
        var reload = reloads ? new PageReload() : null;
        var site = new FolderSite(folder, reload);
        using var server = PageServer.Start(site, port, host is null ? null : ServedHost.Of(host));
        Console.WriteLine($"{folder} is served at {Paint.Strong(server.Address)} (Ctrl-C stops)");
        if (!server.IsForThisMachine)
        {
            Console.WriteLine("Other machines can read it. Browsers give threads to pages from https and localhost alone: on these machines models run on one thread.");
        }

        await Task.WhenAll(server.ServeAsync(cancellation), reload?.WatchAsync(cancellation) ?? Task.CompletedTask);
        return ExitCode.Success;
    }
}
