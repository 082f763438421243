using System.Collections;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Types;

/// <summary>The conditions on sizes that only a run can tell: what the symbols' ranges prove is never kept, what they refute is an error at once.</summary>
public sealed class SizeChecks : IReadOnlyCollection<SizeCheck>
{
    private readonly List<SizeCheck> checks = [];
    private readonly HashSet<SizeCondition> conditions = [];

    public int Count => checks.Count;

    /// <summary>Demands a condition of every run.</summary>
    /// <exception cref="SconceException">No sizes that the symbols' ranges allow meet it.</exception>
    public void Add(SizeCheck check)
    {
        switch (check.Condition.Known)
        {
            case true:
                return;
            case false:
                throw Never(check);
            default:
                if (conditions.Add(check.Condition))
                {
                    checks.Add(check);
                }

                return;
        }
    }

    public void AddRange(IEnumerable<SizeCheck> more)
    {
        foreach (var check in more)
        {
            Add(check);
        }
    }

    /// <summary>The error of a condition that no sizes meet.</summary>
    public static SconceException Never(SizeCheck check) => new(
        $"the model can run with no sizes: {check.Text} never holds, but {check.Why}", check.Source is null ? null : new Where(Python: check.Source),
        "export the model again, with example inputs of sizes that it is to run with");

    public IEnumerator<SizeCheck> GetEnumerator() => checks.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
