using System.Collections.Immutable;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>A TorchScript file, as <c>torch.jit.save</c> writes it: the tree of objects, the constants that code refers to, and the code.</summary>
internal sealed class ScriptArchive
{
    private ScriptArchive(string fileName, ScriptValue.Object root, ImmutableArray<ScriptValue> constants, IReadOnlyDictionary<string, ScriptSource> sources, int version) =>
        (FileName, Root, Constants, Sources, Version) = (fileName, root, constants, sources, version);

    public string FileName { get; }

    /// <summary>The module.</summary>
    public ScriptValue.Object Root { get; }

    /// <summary>What the code calls <c>CONSTANTS.c0</c>, <c>CONSTANTS.c1</c> and so on.</summary>
    public ImmutableArray<ScriptValue> Constants { get; }

    /// <summary>The units of code by their qualified names; the archive's order is kept.</summary>
    public IReadOnlyDictionary<string, ScriptSource> Sources { get; }

    /// <summary>The version of operators that the code was written for, 1 to 10 and more: it says which upgraders apply.</summary>
    public int Version { get; }

    /// <summary>The example inputs that <c>torch.jit.trace</c> kept, by method (<c>forward</c>); empty where there are none.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<ScriptValue>> TracedInputs { get; init; } = ImmutableDictionary<string, ImmutableArray<ScriptValue>>.Empty;

    public static ScriptArchive Open(ModelBytes file, string name) => throw new NotImplementedException();
}
