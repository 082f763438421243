using System.Diagnostics.CodeAnalysis;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>
/// What an emitter has computed, as long as it holds: a value that was computed in a branch is forgotten with the branch, for it may not be taken, one of a loop's round with the loop,
/// and one in a scope's variable with the scope.
/// </summary>
internal sealed class Remembered<TKey, TValue>(FunctionBuilder f)
    where TKey : notnull
{
    private readonly Dictionary<TKey, (TValue Value, object Place)> values = [];

    public TValue this[TKey key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"{key} has not been computed here.");
        set => values[key] = (value, f.Here);
    }

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var holds = values.TryGetValue(key, out var known) && f.IsOpen(known.Place);
        value = known.Value;
        return holds;
    }
}
