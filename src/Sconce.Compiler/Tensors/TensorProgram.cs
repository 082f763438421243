using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>A whole model as steps over buffers.</summary>
public sealed class TensorProgram
{
    /// <summary>Nothing in it may round differently from PyTorch for the sake of speed.</summary>
    public bool Exact { get; set; }

    /// <summary>Those that inputs' sizes give.</summary>
    public List<Symbol> Symbols { get; } = [];

    /// <summary>Those that steps find.</summary>
    public List<FoundSymbol> Found { get; } = [];

    /// <summary>What the sizes of a run's inputs must meet beyond the symbols' ranges: the graph's, and what lowerings need and cannot prove.</summary>
    public SizeChecks Checks { get; } = [];

    public List<(string Name, TensorBuffer Buffer)> Inputs { get; } = [];

    public List<(string Name, TensorBuffer Buffer)> Outputs { get; } = [];

    /// <summary>Buffers that keep their value between runs.</summary>
    public List<(string Name, TensorBuffer Buffer)> States { get; } = [];

    /// <summary>How many words of <see cref="Seed"/> are the key.</summary>
    public const int SeedKey = 2;

    /// <summary>The key, and a number that each run makes another.</summary>
    public const int SeedWords = SeedKey + 1;

    /// <summary>The state that random numbers are made from; null where the program draws none.</summary>
    public TensorBuffer? Seed { get; set; }

    /// <summary>What <see cref="Seed"/> holds when random numbers begin with a seed.</summary>
    public static TensorValue SeedOf(long seed)
    {
        var value = new TensorValue(DType.Int32, [SeedWords]);
        value.SetInteger(0, (int)seed);
        value.SetInteger(1, (int)(seed >> 32));
        return value;
    }

    /// <summary>Constants of which so many numbers, too small for normal ones, became zero.</summary>
    public List<(string Name, long Count)> Flushed { get; } = [];

    /// <summary>In the order of execution.</summary>
    public List<Step> Steps { get; set; } = [];
}
