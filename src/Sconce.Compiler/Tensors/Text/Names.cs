using System.Globalization;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>Gives each thing a name that no other has, as near to its own as text allows.</summary>
internal sealed class Names(Names? outer = null)
{
    private readonly Dictionary<object, string> given = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> taken = outer is null ? [.. Reserved] : [.. outer.taken];

    /// <summary>Words that begin something of their own where a name could stand.</summary>
    private static readonly string[] Reserved =
    [
        "min", "max", "index", "select", "guard", "true", "false", "nan", "inf", "over",
        "along", "writes", "result", "epilogue", "element", "operand", "kernel", "scratch", "thread", "from", "loop", "if", "then", "else", "while", "do", "elided", "order",
    ];

    public string Of(object thing, string wanted)
    {
        if (given.TryGetValue(thing, out var name) || (outer is not null && outer.given.TryGetValue(thing, out name)))
        {
            return name;
        }

        var basis = Clean(wanted);
        name = basis;
        for (var number = 2; !taken.Add(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{basis}_{number}");
        }

        given.Add(thing, name);
        return name;
    }

    private static string Clean(string wanted)
    {
        var clean = string.Concat(wanted.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' ? letter : '_'));
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) || clean[0] == '.' || IsAccumulator(clean) ? "_" + clean : clean;
    }

    /// <summary>Whether a name is that of an accumulator: <c>acc0</c>.</summary>
    public static bool IsAccumulator(string name) => name.StartsWith("acc", StringComparison.Ordinal) && name.Length > 3 && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0;
}
