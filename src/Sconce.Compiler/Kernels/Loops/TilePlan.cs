using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>
/// How a space is cut into tiles: axes before <paramref name="Split"/> have one value per tile, that axis a range of up to
/// <paramref name="Chunk"/> points, those after it are gone through whole. Tiles are also what lets an engine
/// replace slow code by fast: it can do so only when the function is called again.
/// </summary>
internal sealed record TilePlan(ImmutableArray<Axis> Axes, int Split, Dim Chunk)
{
    // In simple vector-element operations: small steps are one tile, large ones are cut for up to 8 threads, and never coarser than the last.
    private const long SmallestTile = 16 << 10;
    private const long LargestTile = 96 << 10;
    private const long Threads = 8;

    public Dim Tiles
    {
        get
        {
            if (Axes.IsEmpty)
            {
                return 1;
            }

            var tiles = Dim.Product(Axes.Take(Split).Select(axis => axis.Extent)) * Chunks;

            // A space that is empty along an inner axis has no tiles: what a kernel hoists out of its loops must be there.
            foreach (var axis in Axes.Skip(Split + 1).Where(axis => axis.Extent.Bounds.Min <= 0))
            {
                tiles *= Dim.Min(1, axis.Extent);
            }

            return tiles;
        }
    }

    /// <summary>Sizes other than extents that the kernel's function needs.</summary>
    public IEnumerable<Dim> Dims => [Tiles, .. Axes.Select(axis => axis.Extent)];

    private Dim Chunks => Axes[Split].Extent.CeilDiv(Chunk);

    /// <summary>Cuts a space, given an estimate of the operations at each point; ranges of the innermost axis are multiples of the grain.</summary>
    public static TilePlan For(ImmutableArray<Axis> axes, double pointCost, int grain) =>
        Cut(axes, Math.Clamp(Points(axes) * pointCost / Threads, SmallestTile, LargestTile) / Math.Max(pointCost, 1e-9), grain);

    /// <summary>Cuts a space into tiles of so many points.</summary>
    public static TilePlan Cut(ImmutableArray<Axis> axes, double wanted, int grain)
    {
        if (axes.IsEmpty)
        {
            return new(axes, 0, 1);
        }

        var inner = Points(axes);
        for (var split = 0; ; split++)
        {
            inner /= Math.Max(Estimate(axes[split].Extent), 1);
            var last = split == axes.Length - 1;
            if (inner <= wanted || last)
            {
                var points = (long)Math.Max(wanted / Math.Max(inner, 1e-9), 1);
                points = last ? Rounding.RoundUp(points, grain) : points;
                var extent = axes[split].Extent;
                return new(axes, split, extent.IsConstant ? Balance(Math.Max(extent.Value, 1), points, last ? grain : 1) : points);
            }
        }
    }

    /// <summary>Roughly how many points a space has.</summary>
    public static double Points(IEnumerable<Axis> axes) => axes.Aggregate(1.0, (product, axis) => product * Estimate(axis.Extent));

    /// <summary>A guess at sizes that only a run knows.</summary>
    public static double Estimate(Dim dim)
    {
        const long usual = 128;
        if (dim.IsConstant)
        {
            return Math.Max(dim.Value, 1);
        }

        try
        {
            return Math.Max(dim.Evaluate(leaf => leaf is Symbol symbol ? Math.Clamp(usual, symbol.Min, symbol.Max ?? long.MaxValue) : 0), 1);
        }
        catch (ArithmeticException)
        {
            // A guess need not be a size that the model takes: for this one something divides by zero.
            return usual;
        }
    }

    /// <summary>Binds what a tile settles; the range of the split axis is given to the body with the axes that remain (that one first).</summary>
    public void Emit(ExprEmitter emitter, I32 tile, Action<ImmutableArray<Axis>, I32, I32> body)
    {
        if (Axes.IsEmpty)
        {
            body([], 0, 0);
            return;
        }

        var f = emitter.Function;
        I32 left = tile;
        I32 chunk = 0;
        if (Chunks.IsConstant && Chunks.Value == 1)
        {
            body(Outer(emitter, left), 0, emitter.Index(Axes[Split].Extent));
            return;
        }

        if (Split == 0)
        {
            chunk = left;
        }
        else
        {
            var chunks = emitter.Index(Chunks);
            chunk = f.Let(left.RemU(chunks));
            left = f.Let(left.DivU(chunks));
        }

        var remaining = Outer(emitter, left);
        var size = emitter.Index(Chunk);
        var from = f.Let(chunk * size, "from");
        var end = f.Let(from + size);
        var extent = emitter.Index(Axes[Split].Extent);
        extent = extent.ConstantInteger is null ? f.Let(extent) : extent;
        var exact = Axes[Split].Extent.IsConstant && Chunk.IsConstant && Axes[Split].Extent.Value % Chunk.Value == 0;
        body(remaining, from, exact ? end : f.Let(end.LtS(extent).Select(end, extent), "to"));
    }

    private static Dim Balance(long extent, long points, long grain)
    {
        // Ranges of nearly the same size: 100 points by up to 64 are two of 50, not 64 and 36.
        var pieces = Rounding.CeilDiv(extent, points);
        var even = Rounding.CeilDiv(extent, pieces);
        return Math.Min(Rounding.RoundUp(even, grain), Math.Max(extent, 1));
    }

    private ImmutableArray<Axis> Outer(ExprEmitter emitter, I32 left)
    {
        var f = emitter.Function;
        for (var i = Split - 1; i >= 0; i--)
        {
            var extent = i == 0 ? null : emitter.Index(Axes[i].Extent);
            emitter.Bind(Axes[i], extent is null ? f.Let(left, Axes[i].Name) : f.Let(left.RemU(extent), Axes[i].Name));
            left = extent is null ? left : f.Let(left.DivU(extent));
        }

        return Axes[Split..];
    }
}
