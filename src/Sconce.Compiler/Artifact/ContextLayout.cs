using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// The head of an execution context: what the loader, the run loop and the helper threads tell each other, then the symbols' values, how often loops
/// turned, the addresses of inputs and outputs, regions' turns and the addresses of slots. The numbers are bytes from the context's start; most fields are
/// i32. The runtime knows the same numbers.
/// </summary>
internal sealed class ContextLayout(TensorProgram program)
{
    /// <summary>Other than 0: the run ends between two steps with this <see cref="RunError"/>. The loader sets 1, a check that finds something wrong 2, a loop 4 to pause.</summary>
    public const uint Abort = 0;

    /// <summary>How many threads run the context: the one that calls <c>run</c>, and helpers in <c>work</c>.</summary>
    public const uint Threads = 4;

    /// <summary>An i64: the tiles of the present step that can be taken; see <see cref="WorkSharing"/>.</summary>
    public const uint Offer = 8;

    /// <summary>Tiles of the present step that are not done.</summary>
    public const uint Pending = 16;

    /// <summary>Changes with each offer: helper threads look at it, and sleep on it.</summary>
    public const uint Generation = 20;

    /// <summary>Helper threads that sleep.</summary>
    public const uint Sleepers = 24;

    /// <summary>1: the thread that calls <c>run</c> sleeps until nothing is pending.</summary>
    public const uint OwnerSleeps = 28;

    /// <summary>The loader sets 1: helper threads return when the generation changes.</summary>
    public const uint Exit = 32;

    /// <summary>The loader sets 1 and changes the generation when inputs are on their way, <c>run</c> sets 0: helper threads are awake for its first step.</summary>
    public const uint Announced = 36;

    /// <summary>
    /// Three i64, <see cref="FaultFields"/>: what the check that ended the run found. The first is the check's number, from 1.
    /// </summary>
    public const uint Fault = 40;

    /// <summary>Where the symbols' values begin: after the fields.</summary>
    public const int Symbols = 64;

    private readonly List<Symbol> counters = [.. StepTree.All(program.Steps).OfType<RegionStep>().SelectMany(region => region.Counted)];
    private readonly List<(WhileStep Loop, Symbol Count)> turns = CountTurns(program);
    private readonly List<Symbol> sizes = [.. program.Symbols, .. program.Found];

    private readonly List<RegionStep> pausing = [.. StepTree.All(program.Steps).OfType<RegionStep>().Where(Pauses)];

    /// <summary>How often loops have turned in a run, of those of which only the run knows.</summary>
    public IReadOnlyList<Symbol> Turns => [.. turns.Select(entry => entry.Count)];

    /// <summary>Where these counts stand: behind the sizes.</summary>
    public int TurnCounts => Symbols + (4 * sizes.Count);

    public int Inputs => TurnCounts + (4 * turns.Count);

    public int Outputs => Inputs + (4 * program.Inputs.Count);

    /// <summary>The addresses of slots; see <see cref="MemoryPlan.Regions"/>.</summary>
    public int Slots => Positions + PositionBytes;

    /// <summary>Where each region that may pause is to go on; see <see cref="PositionOf"/>.</summary>
    public int Positions => Counters + (4 * counters.Count);

    public int PositionBytes => 4 * pausing.Count;

    private int Counters => Outputs + (4 * program.Outputs.Count);

    /// <summary>How often a loop has turned.</summary>
    public Symbol TurnsOf(WhileStep loop) => turns[PlaceOf(loop)].Count;

    /// <summary>Where that stands.</summary>
    public uint TurnCountOf(WhileStep loop) => (uint)(TurnCounts + (4 * PlaceOf(loop)));

    /// <summary>Where a symbol's value lies: a size that the loader writes, one that a step finds, or a region's turn.</summary>
    public uint ValueOf(Symbol symbol) => (uint)(symbol.Source == SymbolSource.Counted ? Counters + (4 * counters.IndexOf(symbol)) : Symbols + (4 * sizes.IndexOf(symbol)));

    /// <summary>Where it stands at which of its steps a region goes on that has paused: the step's number in the region, from 1, or 0 to begin.</summary>
    public uint PositionOf(RegionStep region) => (uint)(Positions + (4 * pausing.IndexOf(region)));

    /// <summary>Loops pause between turns, and with them what they lie in.</summary>
    public static bool Pauses(Step step) => step is LoopStep or WhileStep || (step is RegionStep region && region.Blocks.SelectMany(block => block.Steps).Any(Pauses));

    /// <summary>
    /// Where the tail begins and where it ends, which the loader writes; where the next free place in it is; what each thread has of it for itself. Then for each open
    /// place its address and its bytes.
    /// </summary>
    public int Tail(int slots) => Slots + (4 * (slots + 2));

    /// <summary>Bytes of the head with a table of so many slots, after which stand where the threads' own memory begins and how much each has; then so many open places.</summary>
    public int Size(int slots, int open) => Tail(slots) + (open == 0 ? 0 : 16 + (8 * open));

    private int PlaceOf(WhileStep loop) => turns.FindIndex(entry => ReferenceEquals(entry.Loop, loop));

    private static List<(WhileStep Loop, Symbol Count)> CountTurns(TensorProgram program)
    {
        var names = program.Symbols.Concat(program.Found).Select(symbol => symbol.Name).ToHashSet();
        var turns = new List<(WhileStep, Symbol)>();
        foreach (var loop in StepTree.All(program.Steps).OfType<WhileStep>())
        {
            var number = turns.Count;
            while (!names.Add($"turns{number}"))
            {
                number++;
            }

            turns.Add((loop, new($"turns{number}", SymbolSource.Found, 0, null)));
        }

        return turns;
    }
}

/// <summary>The results of <c>run</c> other than 0, with the text the manifest carries for it.</summary>
internal static class RunError
{
    public const int Aborted = 1;

    /// <summary>A <see cref="CheckStep"/> found something wrong: which one and what stands in <see cref="ContextLayout.Fault"/>.</summary>
    public const int Check = 2;

    /// <summary>
    /// The tail is too small: the second number at <see cref="ContextLayout.Fault"/> says how many bytes it should have, the third from which step the run can go on
    /// when it has them and has not moved.
    /// </summary>
    public const int Tail = 3;

    /// <summary>So many turns have run as the loader wanted: the next call of <c>run</c> with the same step goes on.</summary>
    public const int Paused = 4;

    public static IReadOnlyDictionary<string, string> Texts { get; } =
        new Dictionary<string, string> { [$"{Aborted}"] = "aborted", [$"{Check}"] = "a check failed" };
}
