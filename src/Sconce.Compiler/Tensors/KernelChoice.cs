using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Which kernel computes a step, and what it is made with. The pass prepare-kernels chooses and writes it down; generators read it, and look at the step's expressions
/// for addresses alone. One choice serves both builds of the code, with fused multiply-add and without: where these differ it holds both numbers.
/// </summary>
public abstract record KernelChoice
{
    private KernelChoice()
    {
    }

    /// <summary>Memory that the kernel needs while the step runs: planned like any other buffer.</summary>
    public ImmutableArray<TensorBuffer> Scratch { get; init; } = [];

    /// <summary>Memory that the kernel needs once for each thread that runs tiles of the step; it holds nothing between two tiles.</summary>
    public TensorBuffer? ThreadScratch { get; init; }

    /// <summary>Whether this can be the kernel of the step: it computes such steps, and what it reads as stored in some way is stored so.</summary>
    public abstract bool Fits(Step step);

    private static bool IsStored(Expr operand, Storage storage) => Storage.Of(operand) is var (found, load) && found == storage && load.Buffer.Type == storage.Type;

    /// <summary>The elements of an image within its padding, where that is no memory but a condition.</summary>
    private static Expr WithoutPadding(Expr image) => image is GuardExpr guard ? WithoutPadding(guard.Inside) : image;

    /// <summary>
    /// Loops over the points of a map, a reduction or a check. In which order and along which axis vectors go hangs on memory, and is asked when the code is made:
    /// passes that follow still change what such a step reads.
    /// </summary>
    public sealed record Loops : KernelChoice
    {
        public static Loops Instance { get; } = new();

        public override bool Fits(Step step) => step is MapStep or ReduceStep or CheckStep;
    }

    /// <summary>Rows times panels of columns, the sums of a strip of rows in registers: products of matrices, and convolutions that read their window where it lies.</summary>
    /// <param name="Left">What rows are stored as.</param>
    /// <param name="Right">What panels are stored as.</param>
    /// <param name="Sums">What products are summed in.</param>
    /// <param name="Width">Columns of a panel.</param>
    /// <param name="Rows">Rows of a strip.</param>
    public sealed record Panels(Storage Left, Storage Right, DType Sums, int Width, StripRows Rows) : KernelChoice
    {
        public override bool Fits(Step step) => step switch
        {
            ContractionStep product => Fits(product.Left, product.Right),
            ConvolutionStep convolution => Fits(convolution.Input, convolution.Weight),
            _ => false,
        };

        private bool Fits(Expr left, Expr right) => IsStored(left, Left) && IsStored(right, Right) && left.Type == Sums && right.Type == Sums;
    }

    /// <summary>Convolution of each channel by itself.</summary>
    /// <param name="Input">What the image is stored as.</param>
    /// <param name="Weight">What windows are stored as.</param>
    /// <param name="Sums">What products are summed in.</param>
    /// <param name="Pixels">Neighbours in a row that are computed at once.</param>
    /// <param name="IsPadded">Whether the image's padding is conditions, not memory.</param>
    public sealed record Depthwise(Storage Input, Storage Weight, DType Sums, int Pixels, bool IsPadded) : KernelChoice
    {
        public override bool Fits(Step step) => step is ConvolutionStep convolution && IsStored(convolution.Weight, Weight)
            && IsStored(IsPadded ? WithoutPadding(convolution.Input) : convolution.Input, Input) && convolution.Input.Type == Sums;
    }

    /// <summary>Convolution with 3 x 3 taps by Winograd's algorithm.</summary>
    /// <param name="Outputs">Outputs along each side of a tile.</param>
    /// <param name="Input">What the image is stored as.</param>
    /// <param name="Weight">What weights are stored as.</param>
    /// <param name="Sums">What products are summed in.</param>
    /// <param name="Width">Output channels of a panel.</param>
    /// <param name="Rows">Tiles that a product takes at once.</param>
    public sealed record Winograd(int Outputs, Storage Input, Storage Weight, DType Sums, int Width, StripRows Rows) : KernelChoice
    {
        public override bool Fits(Step step) => step is ConvolutionStep convolution && IsStored(convolution.Weight, Weight)
            && IsStored(WithoutPadding(convolution.Input), Input) && convolution.Input.Type == Sums && Scratch.Length == 1 && ThreadScratch is not null;
    }

    /// <summary>Attention block by block, scores and weights in memory of the thread's own.</summary>
    /// <param name="Block">Rows of a block.</param>
    /// <param name="Keys">What keys are stored as.</param>
    /// <param name="KeyWidth">Keys of a panel, or that are taken at once.</param>
    /// <param name="Values">What values are stored as.</param>
    /// <param name="ValueWidth">Columns of a panel, or that are taken at once.</param>
    /// <param name="Sums">What products are summed in.</param>
    /// <param name="Rows">Rows of a strip.</param>
    public sealed record Attention(int Block, Storage Keys, int KeyWidth, Storage Values, int ValueWidth, DType Sums, StripRows Rows) : KernelChoice
    {
        /// <summary>Elements from one key to the next, where they are read as they lie, each with its features side by side; null where they are in panels.</summary>
        public int? KeyStep { get; init; }

        /// <summary>The same of values.</summary>
        public int? ValueStep { get; init; }

        public override bool Fits(Step step) => step is AttentionStep attention && IsStored(attention.Operands.Key, Keys)
            && IsStored(attention.Operands.Value, Values) && Sums == DType.Float32 && ThreadScratch is not null;
    }

    /// <summary>Running combinations.</summary>
    /// <param name="Way">How rows are gone through.</param>
    /// <param name="Part">Points in a part of a row, whose total is found first; null where rows stay whole.</param>
    public sealed record Scan(ScanWay Way, int? Part) : KernelChoice
    {
        public override bool Fits(Step step) => step is ScanStep scan && (Part is null ? Scratch.IsEmpty : Scratch.Length == scan.Reducers.Length);
    }

    /// <summary>Merge sort.</summary>
    /// <param name="Words">64-bit numbers in a record: key and place in one, or side by side.</param>
    /// <param name="Selects">Whether a row goes through a room for the first few, instead of being sorted as a whole.</param>
    public sealed record Sort(int Words, bool Selects) : KernelChoice
    {
        public override bool Fits(Step step) => step is SortStep && Scratch.Length == 1;
    }

    /// <summary>Writes to places that are known only from loads.</summary>
    /// <param name="Parts">Into so many copies of the target parts of the points are combined; 1 where there is the target alone.</param>
    public sealed record Scatter(int Parts) : KernelChoice
    {
        public override bool Fits(Step step) => step is ScatterStep && Scratch.Length == (Parts > 1 ? 1 : 0);
    }

    /// <summary>Dense linear algebra, in memory of the thread's own.</summary>
    public sealed record Matrices : KernelChoice
    {
        public override bool Fits(Step step) => step is MatrixStep && ThreadScratch is not null;
    }

    /// <summary>Fourier transforms.</summary>
    /// <param name="IsPlanned">Whether their passes are known; else the first run finds them, and makes the table.</param>
    public sealed record Fourier(bool IsPlanned) : KernelChoice
    {
        public override bool Fits(Step step) => step is FourierStep transform && ThreadScratch is not null
            && (IsPlanned ? transform.Plan is not null : Scratch.Contains(transform.Table.Buffer) && (transform.Made is not { } made || Scratch.Contains(made)));
    }
}

/// <summary>Rows that the inner loop of products takes at once: as many as there are registers for, more with fused multiply-add than without.</summary>
public sealed record StripRows(int Plain, int Fused)
{
    /// <summary>No more than there are.</summary>
    public StripRows AtMost(Dim count) => count is { IsConstant: true, Value: > 0 and var most } ? new((int)Math.Min(Plain, most), (int)Math.Min(Fused, most)) : this;

    public int For(bool fused) => fused ? Fused : Plain;
}

/// <summary>How a scan goes through its rows.</summary>
public enum ScanWay
{
    /// <summary>One point after the other.</summary>
    Single,

    /// <summary>A point of four rows at a time, which lie side by side.</summary>
    SideBySide,

    /// <summary>Four points of a row at a time.</summary>
    InRow,
}
