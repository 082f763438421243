using System.Globalization;

namespace Sconce.Compiler.Diagnostics;

/// <summary>
/// What one file may cause in work and memory; every stage spends of it, and a file that asks for more is refused. The sizes in a file say little of
/// the work behind them: a kilobyte can hold a size whose expansion has a million terms. So what is counted is what is done, in units that take some
/// ten nanoseconds each, not time: the same file is accepted or refused on every machine.
/// </summary>
/// <remarks>
/// The budget of a compilation is that of its thread: most of the work is arithmetic on sizes, whose operators have no place for a parameter, and a
/// compilation has one thread. Outside a compilation nothing is counted.
/// </remarks>
public sealed class Budget
{
    /// <summary>
    /// Work for any file, however small: some 4 s at 10 ns a unit. Of the real models at hand none spends more than 6 million units, or 3 for each byte of its file;
    /// chains of 16,000 nodes (bench/nodes) spend 7 to 14 million.
    /// </summary>
    public const long LeastWork = 400_000_000;

    /// <summary>More work for each byte of the file.</summary>
    public const long WorkPerByte = 64;

    /// <summary>Bytes that names, and constants made when compiling, may take beyond twice the file.</summary>
    public const long LeastMemory = 96 << 20;

    /// <summary>Work for a step, its kernel and its functions, made however it is.</summary>
    public const long Step = 200;

    [ThreadStatic]
    private static Budget? current;

    private readonly long workLimit;
    private readonly long memoryLimit;

    private Budget(long fileBytes, double times)
    {
        workLimit = Saturate((LeastWork + ((double)WorkPerByte * fileBytes)) * times);
        memoryLimit = Saturate((LeastMemory + (2.0 * fileBytes)) * times);
    }

    /// <summary>The budget of the compilation that this thread is busy with.</summary>
    public static Budget? Current => current;

    /// <summary>Units spent so far.</summary>
    public long Work { get; private set; }

    /// <summary>Bytes taken so far.</summary>
    public long Memory { get; private set; }

    /// <summary>The stage of the compilation, for the message.</summary>
    public string Stage { get; set; } = "reading";

    /// <summary>Which operator of the model it is being done for.</summary>
    public Where? Place { get; set; }

    /// <summary>Bytes that may be taken.</summary>
    public long MemoryLimit => memoryLimit;

    /// <summary>Work that may still be done.</summary>
    public long WorkLeft => workLimit - Work;

    /// <summary>Starts the budget of a compilation of a file, on this thread, until it is disposed of.</summary>
    /// <param name="fileBytes">The file's size.</param>
    /// <param name="times">How many times the usual limits.</param>
    public static Scope Begin(long fileBytes, double times = 1) => new(new Budget(fileBytes, times));

    /// <summary>Counts work that is about to be done.</summary>
    public static void Spend(long units)
    {
        if (current is { } budget && (budget.Work += units) > budget.workLimit)
        {
            throw budget.Exceeded($"takes more than the {Count(budget.workLimit)} units of work that a file of its size may take");
        }
    }

    /// <summary>Counts memory that is about to be taken.</summary>
    public static void Take(long bytes)
    {
        if (current is { } budget && (budget.Memory += bytes) > budget.memoryLimit)
        {
            throw budget.Exceeded($"takes more than the {Count(budget.memoryLimit)} bytes that a file of its size may take for names and tables");
        }
    }

    /// <summary>The error of something that is bounded for itself.</summary>
    public static SconceException TooLarge(string problem) => new(
        problem, current?.Place,
        "If the model is your own, find the sizes or indices that the loop or chain at this place builds up, and simplify them; a file that you do not know may be made to do harm.");

    /// <summary>Does what computes sizes, all of it checked arithmetic: where one exceeds 64 bits, the model is at fault.</summary>
    /// <exception cref="SconceException">A size exceeds 64 bits.</exception>
    public static T InSixtyFourBits<T>(Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException error)
        {
            throw new SconceException(
                "a size or an index of the model exceeds 64 bits", current?.Place, "if the file is as PyTorch wrote it, give its dims smaller bounds (torch.export.Dim with max)", inner: error);
        }
    }

    private SconceException Exceeded(string problem) => new(
        $"compiling this model {problem} (at '{Stage}')", Place,
        "If you trust the file, raise the limits with --budget 10 (CompileOptions.Budget); a file that you do not know may be made to do harm.");

    private static long Saturate(double value) => value >= long.MaxValue ? long.MaxValue : (long)value;

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The time in which a budget counts.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly Budget? outer;

        internal Scope(Budget budget)
        {
            outer = current;
            current = Budget = budget;
        }

        public Budget Budget { get; }

        public void Dispose() => current = outer;
    }
}
