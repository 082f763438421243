namespace Sconce.Compiler.Wasm;

/// <summary>A function, variable or label: what the text format calls by a name.</summary>
internal interface INamed
{
    /// <summary>Null where it was given none.</summary>
    string? Name { get; }
}
