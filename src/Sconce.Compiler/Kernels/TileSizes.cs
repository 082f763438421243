using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels;

/// <summary>The numbers by which products, convolutions and attention are cut, and what was measured for each. The bench of kernels sweeps over the tiles.</summary>
internal static class TileSizes
{
    /// <summary>Enough tiles for a few threads to end at about the same time.</summary>
    public const long WantedTiles = 16;

    /// <summary>The inner loop: some rows of the left operand times a panel of the right one, the sums in registers.</summary>
    public static class Strip
    {
        /// <summary>Columns of a panel; the narrow one has one vector of float32, the wide one two.</summary>
        public const int NarrowPanel = 4, WidePanel = 8;

        /// <summary>Steps of K in a round of the loop.</summary>
        public const int Unroll = 4;

        /// <summary>Runs of K up to this length are written out without a loop.</summary>
        public const int LongestWithoutLoop = 8;

        /// <summary>
        /// Sums in registers. With fused multiply-add, sixteen registers hold twelve sums, the panel's two vectors and the element of the left; without, eight, since products
        /// need registers too. Eight sums are what two units of four cycles' latency need at least.
        /// </summary>
        public static StripRows Sums { get; } = new(8, 12);

        /// <summary>
        /// Rows by panels of two vectors: tiles of 6 x 8 are the fastest with relaxed SIMD, 4 x 8 without, so that both builds of a model share its packed weights. (GFLOP/s of
        /// operands in the caches: 4 x 8 has 48 to 50 fused and 40 to 42 not, 6 x 8 43 to 49 and 24; where live vectors outnumber the registers, half is lost.)
        /// </summary>
        public static StripRows OfTwoVectors { get; } = new(4, 6);

        /// <summary>Rows by panels of one vector.</summary>
        public static StripRows OfOneVector { get; } = new(4, 8);

        /// <summary>Few columns take narrow panels, as does float64: two vectors there too.</summary>
        public static int PanelWidth(Dim columns, DType type = DType.Float32) =>
            type == DType.Float64 || (columns.IsConstant && columns.Value is <= NarrowPanel or (> WidePanel and <= WidePanel + NarrowPanel)) ? NarrowPanel : WidePanel;
    }

    /// <summary>A product's tiles, one call of the kernel each.</summary>
    public static class Product
    {
        /// <summary>
        /// Elements of the left operand in a tile: 1 MiB of float32. Rows come one after the other, which a processor foresees, so that the third-level
        /// cache will do: 128 x 768 x 3072 has 55 GFLOP/s with it, and 49 with 256 KiB, for which panels come from memory six times.
        /// </summary>
        public const long ElementsPerTile = 1 << 18;

        public const long MostRows = 256;
        public const long FewestRows = 16;

        /// <summary>Rows in a tile where K or the number of rows is known only when the model runs.</summary>
        public const long UsualRows = 64;

        /// <summary>Panels in a tile, and the length of K, where only the run knows them.</summary>
        public const long UsualPanels = 16, UsualDepth = 64;

        /// <summary>Less work than this is not worth sharing.</summary>
        public const long FewestMultiplyAdds = 1 << 17;

        /// <summary>One row in so many may be computed twice: the inner loop and the epilogue then need no second copy for the rows that make no whole strip.</summary>
        public const int MostRepeated = 90;
    }

    /// <summary>
    /// Fetching the next panel while this one is computed with. GFLOP/s with weights from memory, K = 768: 128 rows 53.6 without and 57.1 with, 64 rows 50.5 and 55.0. All
    /// touches of a strip in a row: 52.6 and 48.9.
    /// </summary>
    public static class Ahead
    {
        /// <summary>Bytes in a line of the cache.</summary>
        public const int Line = 64;

        /// <summary>Steps of K from one touch to the next.</summary>
        public const int ShortestSegment = 32, LongestSegment = 256;

        /// <summary>Panels that together stay in the second-level cache need no fetching.</summary>
        public const long FewestBytes = 1 << 18;
    }

    /// <summary>Panels of 16 bits that a thread widens once for many rows.</summary>
    public static class Widening
    {
        /// <summary>Up to so many rows widen as they load.</summary>
        public const int FewRows = 12;

        /// <summary>As many strips are worth the copy.</summary>
        public const int FewestStrips = 3;

        /// <summary>Elements in a round of the loop; the last round may go past the panel's end.</summary>
        public const int Round = 16;
    }

    /// <summary>Products with quantised weights that are read as they are stored.</summary>
    public static class Integers
    {
        /// <summary>Rows at once, for which codes are made numbers once.</summary>
        public const int Rows = 2;

        /// <summary>Sums in registers, those of the places within a word apart.</summary>
        public const int Sums = 8;

        /// <summary>Up to so many rows read what is stored; for more a thread makes floats of a panel once.</summary>
        public const int FewRows = 4;
    }

    /// <summary>Products of bytes with quantised weights.</summary>
    public static class Bytes
    {
        /// <summary>Rows by panels of two vectors, without and with the dot product of bytes: four products at once in each lane.</summary>
        public static StripRows OfTwoVectors { get; } = new(4, 6);

        /// <summary>Rows by panels of one vector.</summary>
        public static StripRows OfOneVector { get; } = new(8, 12);

        /// <summary>Sums in registers where bytes are widened to 16 bits first: these need registers too.</summary>
        public const int WidenedSums = 8;

        /// <summary>Sums that take turns where there are few rows: an addition waits for the one before.</summary>
        public const int Sums = 12;

        /// <summary>Words of each column in a round of the loop.</summary>
        public const int Unroll = 4;
    }

    /// <summary>Convolution of each channel by itself.</summary>
    public static class Depthwise
    {
        /// <summary>Output pixels at once.</summary>
        public const int PixelsPerStrip = 4;

        /// <summary>Windows of up to this many taps are written out.</summary>
        public const int MostTapsWithoutLoop = 100;

        /// <summary>Weights of a window's row that are kept in registers.</summary>
        public const int MostWeights = 7;

        /// <summary>Pixels in a tile where there is only one row of them.</summary>
        public const int PixelsPerTile = 32;
    }

    /// <summary>Winograd's algorithm. Whether it pays, and with which tiles, is what WinogradCost estimates.</summary>
    public static class Winograd
    {
        /// <summary>Strangers in a cache line: points of the transformed space lie a line further apart than they must, or powers of two would meet in one set of the cache.</summary>
        public const int Spread = 16;

        /// <summary>Elements of a group's transformed image: with a panel's weights it is to stay in the second-level cache.</summary>
        public const int GroupElements = 1 << 16;

        /// <summary>Tiles in a group are a multiple of what the products take at once, 6 with relaxed SIMD and 4 without.</summary>
        public const int GroupStrip = 12;

        public const int MostStrips = 3;

        /// <summary>Tiles of the image in a part of the first phase: some microseconds.</summary>
        public const int TilesPerPart = 4;
    }

    /// <summary>Attention's blocks of rows.</summary>
    public static class Attention
    {
        /// <summary>Vectors of scores are gone through in rounds of so many elements.</summary>
        public const int Round = 8;

        /// <summary>Scores in a block: 128 KiB, which a second-level cache holds beside the panels that pass by.</summary>
        public const long ScoresPerBlock = 1 << 15;

        /// <summary>Blocks are whole strips, of those of four rows and of those of six.</summary>
        public const long Grain = 12;

        public const long MostRows = 60;

        /// <summary>Rows in a block where the number of keys is known only when the model runs.</summary>
        public const long UsualRows = 24;

        /// <summary>So few rows are one strip, and read keys and values where they lie.</summary>
        public const int FewRows = 4;

        /// <summary>Sums in registers, of so few rows with keys or values where they lie. One row takes 16 columns of a value at once, which are a line of the cache.</summary>
        public const int SumsInPlace = 8;

        /// <summary>Elements from one key to the next, at most: addresses within a round of keys are immediates.</summary>
        public const long FarthestInPlace = 1 << 24;

        /// <summary>Vectors of a key's features that are written out without a loop.</summary>
        public const int VectorsInPlace = 16;

        /// <summary>Rows of scores lie so many elements, a line, further apart than they must: a power of two apart they would share few places of the first-level cache.</summary>
        public const int Spread = 16;
    }
}
