namespace Sconce.Fuzz.Running;

/// <summary>
/// How a case is made: the random numbers for the whole, and for each of its mutations, so that one can be left out and the others stay what they are.
/// </summary>
internal sealed record Recipe(int Seed, int Case)
{
    private const int MostMutations = 6;

    private IReadOnlySet<int> Without { get; init; } = new HashSet<int>();

    public Random Base => new(Mix(0));

    public int Count => 1 + (Mix(1) % MostMutations);

    /// <summary>Random numbers for each mutation that is to be made.</summary>
    public IEnumerable<Random> Mutations =>
        Enumerable.Range(0, Count).Where(number => !Without.Contains(number)).Select(number => new Random(Mix(number + 2)));

    /// <summary>The recipe with as few mutations as still fail.</summary>
    public Recipe Minimised(Func<Recipe, bool> fails)
    {
        var smallest = this;
        for (var number = 0; number < Count; number++)
        {
            var smaller = smallest with { Without = new HashSet<int>(smallest.Without) { number } };
            smallest = fails(smaller) ? smaller : smallest;
        }

        return smallest;
    }

    private int Mix(int number)
    {
        var hash = unchecked(((uint)Seed * 2654435761) ^ ((uint)Case * 2246822519) ^ ((uint)number * 3266489917));
        hash = unchecked((hash ^ (hash >> 15)) * 2246822519);
        hash = unchecked((hash ^ (hash >> 13)) * 3266489917);
        return (int)((hash ^ (hash >> 16)) & int.MaxValue);
    }
}
