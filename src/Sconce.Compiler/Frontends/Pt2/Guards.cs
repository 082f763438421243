using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The subjects of guards: the sizes of an input tensor, or the value of an input that is an integer.</summary>
internal sealed record GuardInput(List<SymIntJson> Sizes, SymIntJson? Value = null);

/// <summary>
/// PyTorch's assumptions about inputs while it traced, as Python code. Its program asks for all of it at every run, and so do we.
/// An export with <c>strict=True</c> writes <c>L['flat_args'][1]</c> for the second of all inputs, which <paramref name="names"/> are in order, numbers and None among them.
/// </summary>
internal sealed class Guards(List<string> code, IReadOnlyDictionary<string, GuardInput> inputs, IReadOnlyList<string> names, Where place)
{
    private const string FlatInputs = "flat_args";
    private const string Why = "PyTorch assumed it when it exported the model";
    private const int LongestQuoted = 300;

    /// <summary>What guards of strict exports call the input of this number.</summary>
    public static string Flat(int number) => $"{FlatInputs}.{number}";

    /// <summary>The conditions on sizes and integers. What guards say of dtypes, ranks and fixed values is looked at with the inputs themselves.</summary>
    public IEnumerable<SizeCheck> Checks(SymbolTable symbols)
    {
        foreach (var guard in code)
        {
            var exact = new List<SizeCondition>();
            if (Parse(guard, symbols, exact.Add) is { } condition)
            {
                foreach (var need in exact)
                {
                    yield return new SizeCheck(need, FloatProduct.Why) { Text = $"{Readable(guard)} without rounding" };
                }

                yield return new SizeCheck(condition, Why) { Text = Readable(guard) };
            }
            else if (IsAboutSizes(guard, symbols))
            {
                throw SconceException.Unsupported(
                    $"the model runs only with inputs for which {Readable(guard)} holds, which Sconce cannot look at before a run", place,
                    "write this condition of the model's Python with whole numbers alone, or export the model with fixed sizes");
            }
        }
    }

    /// <summary>The symbols that must be multiples of a number above 1, with that number.</summary>
    public Dictionary<string, long> FindMultiples(SymbolTable symbols)
    {
        var conditions = code.Take(Multiples.MostGuards).Where(guard => guard.Length <= Multiples.LongestGuard)
            .Select(guard => Parse(guard, symbols, _ => { })).OfType<SizeCondition>();
        return Multiples.Find(conditions, Examples(symbols));
    }

    private SizeCondition? Parse(string guard, SymbolTable symbols, Action<SizeCondition> exact)
    {
        try
        {
            return SympyParser.ParseGuard(guard, (input, dim) => Find(input, dim, symbols), exact);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private Dim? Find(string path, int? dim, SymbolTable symbols) => (Input(path), dim) switch
    {
        ({ Value: null, Sizes: var sizes }, int number and >= 0) when number < sizes.Count => symbols.Parse(sizes[number]),
        ({ Value: { } value }, null) => symbols.Parse(value),
        _ => null,
    };

    /// <summary>An input by its path. Those of <c>*args</c> are called args_0 and so on when the model is called, those of <c>**kwargs</c> by their own names.</summary>
    private GuardInput? Input(string path)
    {
        if (inputs.TryGetValue(path, out var input))
        {
            return input;
        }

        if (FlatName(path) is { } name)
        {
            return inputs.GetValueOrDefault(name);
        }

        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? null : inputs.GetValueOrDefault($"{path[..dot]}_{path[(dot + 1)..]}") ?? inputs.GetValueOrDefault(path[(dot + 1)..]);
    }

    private string? FlatName(string path) =>
        path.StartsWith($"{FlatInputs}.", StringComparison.Ordinal) && int.TryParse(path.AsSpan(FlatInputs.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? names.ElementAtOrDefault(number)
            : null;

    /// <summary>
    /// True for a guard that speaks of a size or an integer which is not fixed. Strides are none of it: they never change what a model computes, and tensors lie densely here.
    /// </summary>
    private bool IsAboutSizes(string guard, SymbolTable symbols)
    {
        if (guard.Contains(".stride()[", StringComparison.Ordinal) || guard.Contains(".storage_offset()", StringComparison.Ordinal))
        {
            return false;
        }

        for (var at = guard.IndexOf("L[", StringComparison.Ordinal); at >= 0; at = guard.IndexOf("L[", at + 1, StringComparison.Ordinal))
        {
            var (path, dim) = SympyParser.ParseInput(guard.Substring(at, Math.Min(guard.Length - at, LongestQuoted)));
            if (dim is not null ? Find(path, dim, symbols) is not { IsConstant: true } : Input(path)?.Value is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A guard as people write it: <c>x.shape[0]</c> for <c>L['x'].size()[0]</c>.</summary>
    private string Readable(string guard)
    {
        foreach (var (number, name) in names.Index())
        {
            guard = guard.Replace($"L['{FlatInputs}'][{number}]", $"L['{name}']", StringComparison.Ordinal);
        }

        var text = new StringBuilder(guard.Length);
        for (var at = 0; at < guard.Length;)
        {
            if (guard.AsSpan(at).StartsWith("L['", StringComparison.Ordinal) && guard.IndexOf("']", at, StringComparison.Ordinal) is > 0 and var end)
            {
                text.Append(guard, at + 3, end - at - 3);
                at = end + 2;
            }
            else
            {
                text.Append(guard[at++]);
            }
        }

        text.Replace(".size()[", ".shape[").Replace("torch.sym_", "");
        return text.Length <= LongestQuoted ? $"{text}" : $"{text.ToString(0, LongestQuoted)}…";
    }

    /// <summary>The sizes of the example inputs: with them, all guards hold.</summary>
    private Dictionary<Symbol, long> Examples(SymbolTable symbols)
    {
        var result = new Dictionary<Symbol, long>();
        foreach (var size in inputs.Values.SelectMany(input => input.Value is { } value ? [value] : input.Sizes))
        {
            if (symbols.Parse(size) is { } dim && size.AsExpr?.Hint?.AsInt is { } example)
            {
                dim.VisitLeaves(leaf =>
                {
                    if (leaf is Symbol symbol && dim.LinearIn(leaf) is ({ IsConstant: true, Value: not 0 and var factor }, { IsConstant: true, Value: var offset })
                        && (Int128)example - offset is var distance && distance % factor == 0 && distance / factor is var found && found >= long.MinValue && found <= long.MaxValue)
                    {
                        result.TryAdd(symbol, (long)found);
                    }
                });
            }
        }

        return result;
    }
}
