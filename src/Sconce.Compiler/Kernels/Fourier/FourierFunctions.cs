using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>
/// Functions that all transforms of a dtype share whose length only the run knows: passes as the <see cref="FourierTable"/> says, and convolutions. They take the
/// table and two areas of scratch memory, the first with what is transformed, and give the address of the area with the result.
/// </summary>
internal sealed class FourierFunctions
{
    private const int Lanes = Vector.Lanes;

    /// <summary>
    /// Passes of larger factors, whose functions are long and seldom called, have one for all places: that takes a third of the code away
    /// (a transform of any length: 82 kB with them, 57 without) and costs 5 % (64 x 1001: 0.220 and 0.231 ms).
    /// </summary>
    private const int LargestOwn = 5;

    private readonly FunctionBuilder f;
    private readonly KernelModule module;
    private readonly DType type;
    private readonly FourierArithmetic math;
    private readonly LocalI32 table;
    private readonly LocalI32 from;
    private readonly LocalI32 to;

    private FourierFunctions(FunctionBuilder f, KernelModule module, DType type)
    {
        (this.f, this.module, this.type) = (f, module, type);
        math = new(f, module, type);
        (table, from, to) = (f.Parameter(0, "table").AsI32(), f.Parameter(1, "from").AsI32(), f.Parameter(2, "to").AsI32());
    }

    /// <summary>Elements to elements, through the passes.</summary>
    public static FunctionBuilder Passes(KernelModule module, DType type) => Shared(module, type, "passes", functions => functions.BuildPasses());

    /// <summary>Elements, in the lanes of which lie quarters of one transform, to planes of real and of imaginary parts.</summary>
    public static FunctionBuilder ToPlanes(KernelModule module, DType type) => Shared(module, type, "planes", functions => functions.BuildToPlanes());

    /// <summary>A transform of any length, of elements, four numbers in each, to planes.</summary>
    public static FunctionBuilder Convolution(KernelModule module, DType type) => Shared(module, type, "convolution", functions => functions.BuildConvolution());

    /// <summary>Passes of a factor: a pass's number in a <see cref="FourierTable"/> is so many times the factor's, and the place's.</summary>
    public static int Places { get; } = Enum.GetValues<PassPlace>().Length;

    private static FunctionBuilder Shared(KernelModule module, DType type, string name, Action<FourierFunctions> build) => module.Function(
        $"fft_{type.Name()}_{name}", [WasmType.I32, WasmType.I32, WasmType.I32], WasmType.I32, f => build(new FourierFunctions(f, module, type)));

    private void BuildPasses()
    {
        var record = f.Let(table + (int)FourierTable.Records, "record");
        var end = f.Let(record + Memory.LoadI32(table, FourierTable.RecordBytes), "end");
        var between = f.I32("between");
        f.While(record.LtU(end), () =>
        {
            Dispatch(Memory.LoadI32(record, FourierTable.Pass), [.. FourierPlan.PassFactors.SelectMany(factor => Enum.GetValues<PassPlace>().Select(place => (Action)(() =>
                f.Call(
                    FourierPass.For(module, type, factor, factor > LargestOwn ? PassPlace.Middle : place), from, to, table + Memory.LoadI32(record, FourierTable.Roots),
                    Memory.LoadI32(record, FourierTable.Repeats), Memory.LoadI32(record, FourierTable.Stride)))))]);
            f.Set(between, from);
            f.Set(from, to);
            f.Set(to, between);
            f.Set(record, record + FourierTable.RecordSize);
        });
        f.Return(from);
    }

    /// <summary>Does the case of that number.</summary>
    private void Dispatch(I32 number, Action[] cases)
    {
        var labels = new Label[cases.Length];
        f.Block(done => Enclose(cases.Length - 1, done));

        void Enclose(int last, Label done)
        {
            if (last < 0)
            {
                f.BranchTable(number, labels[..^1], labels[^1]);
                return;
            }

            f.Block(label =>
            {
                labels[last] = label;
                Enclose(last - 1, done);
            });
            cases[last]();
            f.Branch(done);
        }
    }

    private void BuildToPlanes()
    {
        var result = f.Let(f.CallResult(Passes(module, type), table, from, to).AsI32(), "result");
        var planes = f.Let(from + to - result, "planes");
        var sizes = Sizes(f, table, FourierForm.RealToComplex, LaneUse.Quarters);
        FourierJoint.Emit(f, math, sizes, table, result, (quarter, k, value) => FourierJoint.ToPlanes(f, math, sizes, planes, quarter, k, value));
        f.Return(planes);
    }

    /// <summary>
    /// Bluestein's way: as n·k = (n² + k² - (k - n)²) / 2, a transform is a convolution with a chirp, e^(πi·n² / size), between two multiplications with the conjugate
    /// of it; and a convolution is a product of transforms, of a length that suits.
    /// </summary>
    private void BuildConvolution()
    {
        var sizes = Sizes(f, table, FourierForm.RealToComplex, LaneUse.Quarters);
        var plane = f.Let(FourierJoint.ImaginaryPlane(math, sizes), "plane");
        var given = f.Let((Memory.LoadI32(table, FourierTable.Given) + (Lanes - 1)) >>> 2, "given");
        var (element, pointer, factor, end) = (f.I32("element"), f.I32("pointer"), f.I32("factor"), f.I32("end"));
        var chirp = f.Let(table + Memory.LoadI32(table, FourierTable.Chirp), "chirp");
        var both = f.Let(from + to, "both");
        Each(given, from, chirp, () => math.StoreElement(pointer, math.Mul(math.LoadElement(pointer), math.LoadElement(factor))));
        f.MemoryFill(pointer, 0, (sizes.Points - given) * math.ElementBytes);
        var planes = f.Let(f.CallResult(ToPlanes(module, type), table, from, to).AsI32(), "planes");
        f.Set(to, both - planes);

        // The inverse transform is the same with the parts exchanged.
        f.Set(element, planes);
        Each(sizes.Points, to, table + Memory.LoadI32(table, FourierTable.Spectrum), () =>
        {
            var product = math.Mul(new(math.Load(element, 0), math.Load(element, plane)), math.LoadElement(factor));
            math.StoreElement(pointer, new(product.Imaginary, product.Real));
            f.Set(element, element + (Lanes * math.NumberBytes));
        });
        f.Set(planes, f.CallResult(ToPlanes(module, type), table, to, planes).AsI32());
        f.Set(element, planes);
        Each(given, planes, chirp, () =>
        {
            var product = math.Mul(new(math.Load(element, plane), math.Load(element, 0)), math.LoadElement(factor));
            math.Store(element, 0, product.Real);
            math.Store(element, plane, product.Imaginary);
            f.Set(element, element + (Lanes * math.NumberBytes));
        });
        f.Return(planes);

        // Elements from one address on and factors from another.
        void Each(I32 count, I32 elements, I32 factors, Action body)
        {
            f.Set(pointer, elements);
            f.Set(factor, factors);
            f.Set(end, pointer + (count * math.ElementBytes));
            f.Loop(again =>
            {
                using var scope = f.Scope();
                body();
                f.Set(factor, factor + math.ElementBytes);
                f.Set(pointer, pointer + math.ElementBytes);
                f.BranchIf(again, pointer.LtU(end));
            });
        }
    }

    /// <summary>The sizes that a table tells.</summary>
    public static FourierSizes Sizes(FunctionBuilder f, I32 table, FourierForm form, LaneUse use) => new(
        form, use, f.Let(Memory.LoadI32(table, FourierTable.Length), "length"), f.Let(Memory.LoadI32(table, FourierTable.Points), "points"),
        f.Let(Memory.LoadI32(table, FourierTable.Combining), "combining"), f.Let(Memory.LoadI32(table, FourierTable.Reals), "reals"));
}
