using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Node;

/// <summary>Element types by the names that the manifest and the runtime use.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<string, DType> ByName = Enum.GetValues<DType>().ToDictionary(type => type.Name());

    public static DType Parse(string name) =>
        ByName.TryGetValue(name, out var type) ? type : throw new SconceException($"an element type '{name}' is unknown");
}
