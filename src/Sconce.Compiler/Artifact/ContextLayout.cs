using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// The head of an execution context: what the loader, the run loop and the helper threads tell each other, then the symbols' values and the
/// addresses of inputs, outputs and slots. Every field is an i32; the numbers are bytes from the context's start. The runtime knows the same numbers.
/// </summary>
internal sealed class ContextLayout(TensorProgram program)
{
    /// <summary>The loader sets 1: the run ends between two steps with <see cref="RunError.Aborted"/>.</summary>
    public const uint Abort = 0;

    /// <summary>How many threads run the context.</summary>
    public const uint Threads = 4;

    /// <summary>The next tile of the present step.</summary>
    public const uint TileCounter = 8;

    /// <summary>Threads that have reached the barrier.</summary>
    public const uint Arrivals = 12;

    /// <summary>Counts barriers: a thread that waits has passed when it changes.</summary>
    public const uint Generation = 16;

    /// <summary>Counts runs: helper threads sleep on it.</summary>
    public const uint Command = 20;

    public const uint FirstStep = 24;

    public const uint LastStep = 28;

    /// <summary>The present run's error, the same for all threads: written before a barrier lets them go.</summary>
    public const uint Error = 32;

    /// <summary>1: helper threads return at the next command.</summary>
    public const uint Exit = 36;

    /// <summary>Helper threads that have finished the present command.</summary>
    public const uint Finished = 40;

    /// <summary>Where the symbols' values begin: after the fields.</summary>
    public const int Symbols = 64;

    public int Inputs => Symbols + (4 * program.Symbols.Count);

    public int Outputs => Inputs + (4 * program.Inputs.Count);

    /// <summary>The addresses of slots; see <see cref="MemoryPlan.Slots"/>.</summary>
    public int Slots => Outputs + (4 * program.Outputs.Count);

    /// <summary>Bytes of the head with a table of so many slots.</summary>
    public int Size(int slots) => Slots + (4 * slots);
}

/// <summary>What <c>run</c> returns other than 0, with the text the manifest carries for it.</summary>
internal static class RunError
{
    public const int Aborted = 1;

    public static IReadOnlyDictionary<string, string> Texts { get; } = new Dictionary<string, string> { [$"{Aborted}"] = "aborted" };
}
