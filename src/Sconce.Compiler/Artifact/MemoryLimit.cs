using System.Globalization;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// The bounds of 32 bits, for addresses and for counts. Programs that are beyond them at every size are refused; sizes that depend on symbols are looked at by
/// <c>plan</c>, before it writes anything.
/// </summary>
internal static class MemoryLimit
{
    /// <summary>WebAssembly's memory.</summary>
    public const long Bytes = 1L << 32;

    /// <summary>Elements of a tensor and points of a loop are counted with a sign.</summary>
    public const long Count = int.MaxValue;

    private const string Hint = "export the model for smaller inputs, or in parts";

    /// <summary>Refuses tensors and index spaces that are too large at every size.</summary>
    public static void CheckSizes(TensorProgram program)
    {
        foreach (var (buffer, origin) in Buffers(program))
        {
            if (buffer.ElementCount.Bounds.Min > Count || buffer.ByteCount.Bounds.Min > Bytes)
            {
                var shape = string.Join(", ", buffer.Dims);
                throw SconceException.Unsupported(
                    buffer.ByteCount.Bounds.Min > Bytes
                        ? $"'{buffer.Name}', {buffer.Type.Name()} [{shape}], takes {InGigabytes(buffer.ByteCount.Bounds.Min)}; WebAssembly's memory holds 4 GB"
                        : $"'{buffer.Name}', {buffer.Type.Name()} [{shape}], has {buffer.ElementCount.Bounds.Min} elements; sconce counts up to {Count}",
                    PlaceOf(origin), Hint);
            }
        }

        foreach (var step in StepTree.Leaves(program.Steps))
        {
            foreach (var points in PointsOf(step))
            {
                if (points.Bounds.Min > Count)
                {
                    throw SconceException.Unsupported($"'{step.Targets[0].Buffer.Name}' is computed from {points.Bounds.Min} points; sconce counts up to {Count}", PlaceOf(step.Origin), Hint);
                }
            }
        }
    }

    /// <summary>Refuses what does not fit into memory, with weights ending at an address and a context of at least so many bytes.</summary>
    public static void CheckTotal(long constantsEnd, long contextBytes)
    {
        if (constantsEnd > Bytes)
        {
            throw SconceException.Unsupported($"the weights take {InGigabytes(constantsEnd)}; WebAssembly's memory holds 4 GB", hint: "export the model with 16-bit weights, or in parts");
        }

        if ((Int128)constantsEnd + contextBytes > Bytes)
        {
            throw SconceException.Unsupported(
                $"the model needs {InGigabytes((double)constantsEnd + contextBytes)}, {InGigabytes(constantsEnd)} of it for weights; WebAssembly's memory holds 4 GB", hint: Hint);
        }
    }

    /// <summary>Numbers of elements and of points that may be too large for some values of the symbols, though their bytes may fit.</summary>
    public static IEnumerable<Dim> OpenCounts(TensorProgram program) => Buffers(program).Where(entry => entry.Buffer.Type.Size() == 1).Select(entry => entry.Buffer.ElementCount)
        .Concat(StepTree.Leaves(program.Steps).SelectMany(PointsOf))
        .Concat(program.Symbols.Select(symbol => Dim.Of(symbol)))
        .Select(SizeBound.Of).OfType<Dim>().Where(count => !count.IsConstant && count.Bounds.Max > Count).Distinct();

    /// <summary>Those of a step that nothing bounds, which it looks at itself.</summary>
    public static IEnumerable<Dim> UnboundedCounts(Step step) => step.Targets.Select(target => target.Buffer.ElementCount)
        .Concat(PointsOf(step)).Where(count => SizeBound.Of(count) is null).Distinct();

    /// <summary>There is no telling how much memory a buffer takes.</summary>
    public static SconceException Unbounded(TensorBuffer buffer) => SconceException.Unsupported(
        $"'{buffer.Name}', {buffer.Type.Name()} [{string.Join(", ", buffer.Dims)}], has a size that only the data tell and nothing bounds, so that its memory cannot be planned",
        hint: "assert a bound in the model, torch._check(n <= 1000)");

    private static IEnumerable<(TensorBuffer Buffer, Origin? Origin)> Buffers(TensorProgram program) =>
        program.Inputs.Concat(program.Outputs).Concat(program.States).Select(named => (named.Buffer, (Origin?)null)).Concat(StepTree.All(program.Steps).SelectMany(step =>
            step.Targets.Select(target => target.Buffer).Concat(step.BuffersRead).Concat(step.Scratch).Select(buffer => (buffer, step.Origin))))
        .DistinctBy(entry => entry.Item1, ReferenceEqualityComparer.Instance);

    /// <summary>How many points the loops of a step go through in a row: the axes of a map or of a reduction may be joined.</summary>
    private static IEnumerable<Dim> PointsOf(Step step) =>
        step.JoinsAxes ? step.Computations.SelectMany(computation => (Dim[])[Points(computation.Axes), Points(computation.Over)]).Distinct() : [];

    private static Dim Points(IEnumerable<Axis> axes) => Dim.Product(axes.Select(axis => axis.Extent));

    private static Where? PlaceOf(Origin? origin) => origin is null ? null : new Where(Operator: origin.Operator, Python: origin.Source);

    private static string InGigabytes(double bytes) => (bytes / (1L << 30)).ToString("0.##", CultureInfo.InvariantCulture) + " GB";
}
