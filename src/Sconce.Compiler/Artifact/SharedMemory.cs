using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// What the methods of a model have in common: constants, one after the other and equal ones once, and in each context the state, which follows the header and lies at the same place
/// for all of them. States are the same where they have the same name.
/// </summary>
internal sealed class SharedMemory
{
    /// <summary>Constants begin with the numbers that kernels load; the model's own follow at <see cref="NumberTable.End"/>.</summary>
    public const int ConstantsOffset = NumberTable.Start;

    /// <summary>The last of the header, where there are random numbers: the loader writes their seed there, and <c>reset</c> leaves it.</summary>
    private const int SeedBytes = 16;

    private readonly Dictionary<TensorBuffer, Place> places = new(ReferenceEqualityComparer.Instance);
    private readonly List<TensorBuffer> seeds;
    private readonly OrderedDictionary<string, List<TensorBuffer>> states = [];

    public SharedMemory(IReadOnlyList<TensorProgram> programs)
    {
        long address = NumberTable.End;
        foreach (var same in EqualConstants.Of(programs.SelectMany(ConstantsOf).Distinct<TensorBuffer>(ReferenceEqualityComparer.Instance)))
        {
            // Nobody writes to constants, so that equal bytes are needed once.
            Constants.Add(same[0]);
            foreach (var constant in same)
            {
                places.Add(constant, new Place.Absolute(address));
            }

            address = MemoryPlan.Align(address + same[0].ByteCount.Value);
        }

        seeds = [.. programs.Select(program => program.Seed).OfType<TensorBuffer>()];
        foreach (var (name, state) in programs.SelectMany(program => program.States).Where(named => !seeds.Contains(named.Buffer)))
        {
            if (!states.TryGetValue(name, out var same))
            {
                states.Add(name, same = []);
            }

            same.Add(state);
        }

        // A state's first contents are constants too, which reset copies; zeros, as the keys and values of a language model are, need not be kept anywhere.
        foreach (var same in states.Values)
        {
            if (same[0].Data is null || !same[0].Contents().Span.ContainsAnyExcept((byte)0))
            {
                InitialStates.Add((same[0], null));
                continue;
            }

            InitialStates.Add((same[0], address));
            address = MemoryPlan.Align(address + same[0].ByteCount.Value);
        }

        ConstantsEnd = MemoryPlan.Align(address + MemoryPlan.ReadSlack);
        MemoryLimit.CheckTotal(ConstantsEnd, 0);
    }

    /// <summary>Constants that are read, one for each place, in the order of their addresses.</summary>
    public List<TensorBuffer> Constants { get; } = [];

    /// <summary>States and the addresses of their initial contents; null for zeros.</summary>
    public List<(TensorBuffer State, long? Address)> InitialStates { get; } = [];

    public long ConstantsEnd { get; }

    /// <summary>Where in a context the state begins.</summary>
    public long HeaderBytes { get; private set; }

    /// <summary>Where it ends.</summary>
    public long StateEnd { get; private set; }

    public Place? Find(TensorBuffer buffer) => places.GetValueOrDefault(buffer);

    /// <summary>Puts the state behind a header of so many bytes, and what random numbers are made from.</summary>
    public void PlaceStates(long header)
    {
        var end = header;
        if (seeds.Count > 0)
        {
            end = MemoryPlan.Align(end + SeedBytes);
            seeds.ForEach(seed => places.Add(seed, new Place.InContext(end - SeedBytes)));
        }

        HeaderBytes = end = MemoryPlan.Align(end);
        foreach (var same in states.Values)
        {
            same.ForEach(state => places.Add(state, new Place.InContext(end)));
            end = MemoryPlan.Align(end + same[0].ByteCount.Value);
        }

        StateEnd = end;
    }

    private static IEnumerable<TensorBuffer> ConstantsOf(TensorProgram program) =>
        StepTree.All(program.Steps).SelectMany(step => step.BuffersRead).Where(buffer => buffer.Kind == BufferKind.Constant);
}
