using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Scattering;

/// <summary>
/// Many points that are combined into few places (a histogram): the points are cut into parts, each of which combines into a copy of its own, and then the
/// copies are combined.
/// </summary>
internal static class ScatterParts
{
    private const int MostParts = 8;

    /// <summary>A part has so many points for each place: what clearing and combining its copy takes is little beside.</summary>
    private const int PointsPerPlace = 16;

    /// <summary>A part has so many points at least: some 10 µs.</summary>
    private const int FewestPoints = 8192;

    /// <summary>Parts with room for the copies; one where there are too few points, or where their order counts.</summary>
    public static KernelChoice.Scatter Choose(ScatterStep step)
    {
        var (buffer, points) = (step.Target.Buffer, TilePlan.Points(step.Axes));
        if (step.Mode == ScatterMode.Set || step.Axes.IsEmpty || buffer.Type.IsNarrow() || buffer.Type == DType.Bool
            || !step.Axes.All(axis => axis.Extent.IsConstant) || !buffer.ElementCount.IsConstant)
        {
            return new(1);
        }

        var perPart = Math.Max(FewestPoints, PointsPerPlace * buffer.ElementCount.Value);
        var parts = (int)Math.Min(Math.Min(MostParts, points / perPart), step.Axes[0].Extent.Value);
        return parts < 2 ? new(1) : new(parts) { Scratch = [new TensorBuffer("parts", buffer.Type, [parts, buffer.ElementCount])] };
    }

    public static KernelCall Generate(ScatterStep step, KernelChoice.Scatter choice, KernelModule module)
    {
        var (buffer, copies, op) = (step.Target.Buffer, choice.Scratch[0], ScatterPoints.Operator(step.Mode));
        ImmutableArray<Axis> axes = [.. buffer.Dims.Select((dim, i) => new Axis(dim, $"i{i}"))];
        var whole = Target.Whole(buffer, axes);
        Expr sum = new LoadExpr(buffer, whole.Index);
        for (var part = 0L; part < choice.Parts; part++)
        {
            sum = sum.Apply(op, new LoadExpr(copies, [part, buffer.Offset(whole.Index)]));
        }

        return MapKernel.Generate(new MapStep(whole, axes, sum), module) with { Before = Parts(step, copies, module), Name = "scatter in parts" };
    }

    private static KernelCall Parts(ScatterStep step, TensorBuffer copies, KernelModule module)
    {
        var (part, place) = (new Axis(copies.Dims[0], "part"), new Axis(copies.Dims[1], "place"));
        var target = new Target(copies, [part, step.Target.Buffer.Offset(step.Target.Index)]);
        var along = ScatterPoints.Along(step, target);
        var frame = new KernelFrame("scatter", step, [.. step.Axes.Select(axis => axis.Extent), .. step.Target.Buffer.Dims], module, along);
        var (e, f) = (frame.Emitter, frame.Function);
        e.Bind(part, frame.Tile);
        VectorLoop.Emit(e.Nested(place), place, 0, e.Index(place.Extent), 4, vectorised: true, (at, shifts, asVector) =>
        {
            foreach (var shift in shifts)
            {
                var (copy, neutral) = (new Target(copies, [part, Dim.Of(place) + shift]), Neutral(step.Mode, copies.Type));
                if (asVector)
                {
                    at.StoreVector(copy, neutral);
                }
                else
                {
                    at.Store(copy, neutral);
                }
            }
        });
        var (points, length) = (step.Axes[0].Extent, step.Axes[0].Extent.CeilDiv(part.Extent));
        var from = f.Let(e.Index(Dim.Of(part) * length), "from");
        var end = f.Let(e.Index(Dim.Min((Dim.Of(part) * length) + length, points)), "to");
        new ScatterPoints(f, step, target, along).Over(e, [.. ScatterPoints.Loops(step.Axes, from, end)]);
        return frame.Finish(part.Extent, "scatter");
    }

    /// <summary>The number that changes no value it is combined with: of sums, not even the sign of a zero.</summary>
    private static ConstExpr Neutral(ScatterMode mode, DType type) => mode switch
    {
        ScatterMode.Add when type.IsFloat() => ConstExpr.Of(type, -0.0),
        ScatterMode.Add => Combiner.Sum.Neutral(type),
        ScatterMode.Multiply => Combiner.Product.Neutral(type),
        ScatterMode.Min => Combiner.Min.Neutral(type),
        _ => Combiner.Max.Neutral(type),
    };
}
