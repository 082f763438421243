using System.Collections.Frozen;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>An operator of TorchScript's own: what it gives, or null where it is one of tensors' after all.</summary>
internal delegate Datum? Builtin(Interpreter interpreter, BuiltinCall arguments);

/// <summary>The arguments of a call, by their places or names.</summary>
internal sealed record BuiltinCall(string Operator, IReadOnlyList<Datum> Given, IReadOnlyList<(string Name, Datum Value)> Named)
{
    public int Count => Given.Count;

    public Datum this[int place] => place < Given.Count ? Given[place].Usable() : throw SconceException.Expected($"at least {place + 1} arguments of {Operator}", $"{Given.Count}");

    /// <summary>None where it is left out.</summary>
    public Datum Find(int place, string name) => place >= 0 && place < Given.Count ? Given[place].Usable() : Named.FirstOrDefault(argument => argument.Name == name).Value?.Usable() ?? Datum.Nothing;

    public bool HasTensor => Given.Any(argument => argument is Datum.Tensor) || Named.Any(argument => argument.Value is Datum.Tensor);
}

/// <summary>The operators of TorchScript that work on numbers, lists, dicts and strings, or ask a tensor what is known when compiling.</summary>
internal static class Builtins
{
    private static readonly FrozenDictionary<string, Builtin> table =
        new[]
        {
            Interpreter.NumberBuiltins, Interpreter.CollectionBuiltins, Interpreter.TextBuiltins, Interpreter.TensorBuiltins, Interpreter.QuantisedBuiltins, Interpreter.PackedBuiltins,
            Interpreter.RecurrenceBuiltins, Interpreter.AttentionBuiltins, Interpreter.SequenceBuiltins,
        }
            .SelectMany(entries => entries).ToFrozenDictionary(entry => entry.Name, entry => entry.Run);

    public static Builtin? Find(string op) => table.GetValueOrDefault(op);
}
