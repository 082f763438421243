using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

// Random numbers. The counter of a number is the element's place, the operator's number among those that draw, and a number that changes from run to run, and
// from turn to turn of a loop. So no two elements, operators, turns or runs share their bits, and no order of computing them matters.
public sealed partial class LoweringContext
{
    private readonly List<Region> regions = [];
    private TensorBuffer? turns;
    private int draws;

    /// <summary>The random bits of an operator that is being lowered: each call begins others.</summary>
    internal RandomBits Draw()
    {
        var seed = Seed();
        var number = seed.At([TensorProgram.SeedKey]);
        if (regions.Count > 0)
        {
            turns ??= BeginTurns(seed);
            regions.ForEach(region => region.Draws = true);
            number = turns.At([]);
        }

        return new(draws++, number, [.. Enumerable.Range(0, TensorProgram.SeedKey).Select(word => seed.At([word]))]);
    }

    /// <summary>The next run's numbers are others.</summary>
    internal void EndRandom()
    {
        if (program.Seed is { } seed)
        {
            var number = turns?.At([]) ?? seed.At([TensorProgram.SeedKey]);
            MapInto(seed, [1], _ => [TensorProgram.SeedKey], _ => number + number.One);
        }
    }

    /// <summary>What adds the steps of one turn to a block: in each turn random numbers are others.</summary>
    private void Turn(List<Step> block, Action body)
    {
        var region = new Region();
        regions.Add(region);
        body();
        regions.Remove(region);
        if (region.Draws)
        {
            Within(block, () => MapInto(turns!, [], index => index, _ => turns!.At([]) + Expr.Const(DType.Int32, 1L)));
        }
    }

    /// <summary>Runs what the body adds for as long as the condition gives true, which may add steps of its own.</summary>
    /// <param name="condition">Looked at before each turn.</param>
    /// <param name="body">One turn.</param>
    /// <param name="ownFacts">Whether what the condition finds of sizes holds in one turn alone.</param>
    internal void While(Func<Expr> condition, Action body, bool ownFacts = false)
    {
        List<Step> test = [], steps = [];
        Expr? holds = null;
        Turn(steps, () =>
        {
            holds = Within(test, condition, perhaps: ownFacts);
            Within(steps, body, perhaps: true);
        });
        Add(new WhileStep([.. test], holds!, [.. steps]));
    }

    private TensorBuffer Seed()
    {
        if (program.Seed is null)
        {
            program.Seed = new("seed", DType.Int32, [TensorProgram.SeedWords], BufferKind.State, TensorData.Dense(DType.Int32, [TensorProgram.SeedWords], new byte[4 * TensorProgram.SeedWords]));
            program.States.Insert(0, (program.Seed.Name, program.Seed));
        }

        return program.Seed;
    }

    private TensorBuffer BeginTurns(TensorBuffer seed)
    {
        var buffer = new TensorBuffer("turns", DType.Int32, []);
        program.Steps.Insert(0, new MapStep(new Target(buffer, []), [], seed.At([TensorProgram.SeedKey])));
        return buffer;
    }

    private sealed class Region
    {
        public bool Draws { get; set; }
    }
}

/// <summary>Random numbers of one operator, by their places.</summary>
/// <param name="operatorNumber">The operator's number among those that draw.</param>
/// <param name="run">Changes from run to run, and from turn to turn.</param>
/// <param name="key">The seed's words.</param>
internal sealed class RandomBits(int operatorNumber, Expr run, Expr[] key)
{
    /// <summary>32 bits: one of four words of a place.</summary>
    public Expr Word(Dim place, int word = 0) =>
        new RandomExpr(word, [Expr.Of(place).As(DType.Int32), Expr.Const(DType.Int32, operatorNumber), run, Expr.Const(DType.Int32, 0L), .. key]);

    /// <summary>The place of an index in a tensor of such sizes.</summary>
    public static Dim Place(Dims dims, Dims index) => index.Zip(dims).Aggregate(Dim.Zero, (place, axis) => (place * axis.Second) + axis.First);

    /// <summary>In [0, 1), in steps of 2^-24; of 2^-11 or 2^-8 for 16-bit floats, as many digits as they have; of 2^-53 in float64, from two words.</summary>
    public Expr Uniform(DType type, Dim place, int word = 0)
    {
        if (type == DType.Float64)
        {
            return Whole(place, word) * Expr.Const(type, Math.ScaleB(1, -53));
        }

        var digits = type switch { DType.Float16 => 11, DType.BFloat16 => 8, _ => 24 };
        return (Word(place, word) & Expr.Const(DType.Int32, (1L << digits) - 1)).As(DType.Float32) * Expr.Const(DType.Float32, Math.ScaleB(1, -digits));
    }

    /// <summary>In (0, 1], never 0 and finer near it: float32 from one word, float64 from two.</summary>
    public Expr Positive(DType type, Dim place, int word = 0) => type == DType.Float64
        ? (Whole(place, word) + Expr.Const(type, 0.5)) * Expr.Const(type, Math.ScaleB(1, -53))
        : ((Word(place, word) & Expr.Const(DType.Int32, (1L << 31) - 1)).As(type) + Expr.Const(type, 0.5)) * Expr.Const(type, Math.ScaleB(1, -31));

    /// <summary>Normally distributed, by Box and Muller's method: float32 from two words, float64 from all four.</summary>
    public Expr Normal(DType type, Dim place)
    {
        var radius = (Expr.Const(type, -2.0) * Positive(type, place).Log()).Sqrt();
        var turn = type == DType.Float64
            ? Whole(place, 2) * Expr.Const(type, 2 * Math.PI * Math.ScaleB(1, -53))
            : Word(place, 1).As(type) * Expr.Const(type, Math.PI * Math.ScaleB(1, -31));
        return radius * turn.Apply(UnaryOp.Cos);
    }

    /// <summary>Exponentially distributed with mean 1, and positive.</summary>
    public Expr Exponential(DType type, Dim place) => -Positive(type, place).Log().Min(Expr.Const(type, type == DType.Float64 ? -Math.ScaleB(1, -54) : -Math.ScaleB(1, -25)));

    /// <summary>True with a probability that is known when compiling.</summary>
    public Expr Chance(Dim place, double probability)
    {
        var threshold = (long)Math.Round(Math.Clamp(probability, 0, 1) * Math.ScaleB(1, 32)) + int.MinValue;
        return threshold > int.MaxValue ? Expr.Const(DType.Bool, 1L) : Word(place) < Expr.Const(DType.Int32, threshold);
    }

    /// <summary>True with a probability that is a number of a float dtype.</summary>
    public Expr Chance(Dim place, Expr probability) => Uniform(probability.Type, place) < probability;

    /// <summary>An int64 in [0, count).</summary>
    public Expr Below(Dim place, Expr count)
    {
        var bits = Unsigned(place, 0);
        return count is ConstExpr { Bits: > 0 and <= 1L << 31 } || (count is IndexExpr { Value.Bounds: var bounds } && bounds.Min >= 0 && bounds.Max <= 1L << 31)

            // The upper word of a product: of the same evenness as a remainder, and no division.
            ? (bits * count).Apply(BinaryOp.Shr, Expr.Const(DType.Int64, 32L))
            : Any(place).Apply(BinaryOp.Mod, count.Max(count.One));
    }

    /// <summary>Any int64.</summary>
    public Expr All(Dim place) => (Word(place).As(DType.Int64) * Expr.Const(DType.Int64, 1L << 32)) + Unsigned(place, 1);

    /// <summary>An int64 in [0, 2^63).</summary>
    public Expr Any(Dim place) => All(place) & Expr.Const(DType.Int64, long.MaxValue);

    private Expr Unsigned(Dim place, int word) => Word(place, word).As(DType.Int64) & Expr.Const(DType.Int64, (1L << 32) - 1);

    /// <summary>A whole number below 2^53, of a word and the next.</summary>
    private Expr Whole(Dim place, int word) =>
        ((Word(place, word) & Expr.Const(DType.Int32, (1L << 26) - 1)).As(DType.Float64) * Expr.Const(DType.Float64, Math.ScaleB(1, 27)))
        + (Word(place, word + 1) & Expr.Const(DType.Int32, (1L << 27) - 1)).As(DType.Float64);
}
