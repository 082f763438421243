using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Names that are given once: the second <c>x</c> becomes <c>x_2</c>, whatever number of them there is.</summary>
internal sealed class UniqueNames
{
    private readonly HashSet<string> taken = [];
    private readonly Dictionary<string, int> last = [];

    /// <summary>The name, or the first form of it that is free.</summary>
    public string Add(string name)
    {
        var unique = name;
        if (!taken.Add(name))
        {
            // From where the last of that name left off: from 2 on each time, a thousand of one name would try a million.
            var n = last.GetValueOrDefault(name, 1);
            do
            {
                Budget.Take(sizeof(char) * (long)name.Length);
                unique = $"{name}_{++n}";
            }
            while (!taken.Add(unique));
            last[name] = n;
        }

        return unique;
    }
}
