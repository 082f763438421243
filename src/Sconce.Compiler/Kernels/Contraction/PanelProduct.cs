using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>A loop around the runs of K: so many times, so many elements of the left operand further each time.</summary>
internal sealed record TapLoop(Dim Count, Dim Step);

/// <summary>
/// What matrix products and convolutions have in common: for each point of the batch axes, rows times panels. A row is a place in the left operand from
/// which K is read in runs of consecutive elements; the panels hold all of K in that order.
/// </summary>
/// <param name="Step">The step that this is.</param>
/// <param name="Batch">The axes outside of rows and columns.</param>
/// <param name="Rows">The rows' axis.</param>
/// <param name="Columns">The columns' axis.</param>
/// <param name="Left">A row's first element, over batch and rows.</param>
/// <param name="Taps">Loops around the runs, outermost first.</param>
/// <param name="Run">Elements in a run.</param>
/// <param name="Right">The panels.</param>
/// <param name="RightOffset">A panel's first element, over batch and <paramref name="Panel"/>.</param>
/// <param name="Panel">The number of a panel.</param>
/// <param name="Target">Over batch, rows and columns.</param>
/// <param name="Epilogue">Over batch, rows and columns, with accumulator 0 for the sum.</param>
/// <param name="Sums">What products are summed in.</param>
internal sealed record PanelProduct(
    Step Step,
    ImmutableArray<Axis> Batch,
    Axis Rows,
    Axis Columns,
    Access Left,
    ImmutableArray<TapLoop> Taps,
    Dim Run,
    Panels Right,
    Dim RightOffset,
    Axis Panel,
    Target Target,
    Expr Epilogue,
    DType Sums)
{
    /// <summary>Scales and zeros of quantised weights: over batch and <see cref="Panel"/>, a panel's first.</summary>
    public (Access? Scales, Access? Zeros, double Zero) Groups { get; init; }

    /// <summary>Vectors of sums in a row of a panel.</summary>
    public int Vectors => Right.Width * Sums.Size() / 16;

    /// <summary>The whole of K.</summary>
    public Dim Depth => Dim.Product(Taps.Select(tap => tap.Count)) * Run;

    /// <summary>Sizes that the kernel computes with.</summary>
    public IEnumerable<Dim> Sizes =>
        [Rows.Extent, Columns.Extent, Panel.Extent, .. Batch.Select(axis => axis.Extent), Run, .. Taps.Select(tap => tap.Count), .. Taps.Select(tap => tap.Step), Left.Offset, RightOffset];

    /// <summary>Where the runs of these rows begin; rows at a fixed distance share a pointer, which the caller may move along K.</summary>
    public RowAddress[] RowAddresses(FunctionBuilder f, ExprEmitter emitter, IReadOnlyList<Dim> numbers) => RowAddress.Along(Rows, numbers, Left, f, emitter);
}
