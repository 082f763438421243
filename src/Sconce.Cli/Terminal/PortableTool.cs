using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Terminal;

/// <summary>This program as WebAssembly in Node, for systems that have no native tool: src/Sconce.Portable. It compiles and tells of models, and has no processes, threads or sockets.</summary>
internal static class PortableTool
{
    public static bool IsThis => OperatingSystem.IsBrowser();

    /// <param name="what">What it would take.</param>
    public static SconceException Cannot(string what) => new(
        $"{what}, which the portable tool does not have", hint: "install the native tool for it: the package sconce-compiler brings one for most systems, and so does `dotnet tool install --global sconce`");
}
