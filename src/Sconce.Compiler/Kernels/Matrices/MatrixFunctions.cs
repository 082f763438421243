using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Matrices;

/// <summary>
/// The work of a <see cref="MatrixStep"/> as a function, by LAPACK's conventions: it takes the addresses of operands, results and room for itself, then rows and columns of
/// operands and of results. A matrix is columns of float64 one after the other.
/// </summary>
internal sealed partial class MatrixFunctions
{
    private const int Number = sizeof(double);

    private readonly FunctionBuilder f;
    private readonly KernelModule module;
    private readonly Columns columns;
    private readonly MatrixStep step;
    private readonly double epsilon;

    private MatrixFunctions(FunctionBuilder f, KernelModule module, MatrixStep step)
    {
        (this.f, this.module, this.step, epsilon) = (f, module, step, step.Epsilon);
        columns = new(f, module);
    }

    private LocalI32 Work => f.Parameter(step.Operands.Length + step.Results.Length, "work").AsI32();

    /// <summary>Numbers that the work needs beside operands and results.</summary>
    public static Dim Room(MatrixWork work, Dim rows, Dim columns) => work switch
    {
        MatrixWork.Ldl => 2 * rows,
        MatrixWork.Exponential => rows * rows * 4,
        MatrixWork.SymmetricEigen or MatrixWork.SymmetricEigenUpper => 3 * rows,
        MatrixWork.GeneralEigen => (rows * rows) + (rows * 4) + 4,
        MatrixWork.Singular => SingularRoom(rows, columns),
        _ => 0,
    };

    public static FunctionBuilder For(KernelModule module, MatrixStep step)
    {
        var name = $"matrix_{step.Work.ToString().ToLowerInvariant()}";
        var iterates = step.Work is MatrixWork.SymmetricEigen or MatrixWork.SymmetricEigenUpper or MatrixWork.GeneralEigen or MatrixWork.Singular;
        return module.Function(iterates ? Precise(name, step) : name, [.. Enumerable.Repeat(WasmType.I32, (3 * (step.Operands.Length + step.Results.Length)) + 1)], WasmType.None, f =>
            new MatrixFunctions(f, module, step).Build());
    }

    /// <summary>A name for what goes on until a rounding of the operands' dtype.</summary>
    private static string Precise(string name, MatrixStep step) => $"{name}_{step.Operands[0].Value.Type.Name()}";

    /// <summary>A function that is a part of the work.</summary>
    private FunctionBuilder Part(string name, int parameters, Action<MatrixFunctions> build) => module.Function(
        Precise(name, step), [.. Enumerable.Repeat(WasmType.I32, parameters)], WasmType.None, f => build(new(f, module, step)));

    private void Build()
    {
        switch (step.Work)
        {
            case MatrixWork.Lu:
                Lu();
                break;
            case MatrixWork.Permutation:
                Permutation();
                break;
            case MatrixWork.Cholesky:
                Cholesky();
                break;
            case MatrixWork.Ldl:
                Ldl();
                break;
            case MatrixWork.LdlSolve:
                LdlSolve();
                break;
            case MatrixWork.Householder:
                Householder();
                break;
            case MatrixWork.Reflect or MatrixWork.ReflectBack:
                Reflect();
                break;
            case MatrixWork.SolveLower:
                SolveLower();
                break;
            case MatrixWork.Exponential:
                Exponential();
                break;
            case MatrixWork.SymmetricEigen or MatrixWork.SymmetricEigenUpper:
                SymmetricEigen();
                break;
            case MatrixWork.GeneralEigen:
                GeneralEigen();
                break;
            case MatrixWork.Singular:
                Singular();
                break;
            default:
                throw new NotSupportedException($"No function for {step.Work}.");
        }
    }

    private LocalI32 Operand(int number, string name) => f.Parameter(number, name).AsI32();

    private LocalI32 Result(int number, string name) => f.Parameter(step.Operands.Length + number, name).AsI32();

    private (LocalI32 Rows, LocalI32 Columns) SizeOfOperand(int number) => Size(number, $"operand{number}");

    private (LocalI32 Rows, LocalI32 Columns) SizeOfResult(int number) => Size(step.Operands.Length + number, $"result{number}");

    private (LocalI32 Rows, LocalI32 Columns) Size(int number, string name)
    {
        var first = step.Operands.Length + step.Results.Length + 1 + (2 * number);
        return (f.Parameter(first, $"{name}.rows").AsI32(), f.Parameter(first + 1, $"{name}.columns").AsI32());
    }

    private static I32 Bytes(I32 count) => count << 3;

    /// <summary>The address of an element of a matrix of so many rows.</summary>
    private static I32 At(I32 matrix, I32 rows, I32 row, I32 column) => matrix + Bytes((column * rows) + row);

    private static I32 At(I32 vector, I32 place) => vector + Bytes(place);

    private static F64 Load(I32 address) => Memory.LoadF64(address);

    private LocalF64 Kept(F64 value, string name) => f.Let(value, name);

    private LocalI32 Kept(I32 value, string name) => f.Let(value, name);

    private I32 Less(I32 a, I32 b)
    {
        var (x, y) = (f.Let(a), f.Let(b));
        return f.Let(x.LtS(y).Select(x, y));
    }

    private void Copy(I32 to, I32 from, I32 count) => f.MemoryCopy(to, from, Bytes(count));

    private void Clear(I32 at, I32 count) => f.MemoryFill(at, 0, Bytes(count));

    private void For(string name, I32 from, I32 to, Action<LocalI32> body)
    {
        var counter = f.I32(name);
        f.For(counter, from, to, 1, () => body(counter));
    }

    private void Backwards(string name, I32 from, I32 to, Action<LocalI32> body)
    {
        var counter = f.I32(name);
        f.For(counter, from, to - 1, -1, () => body(counter));
    }

    /// <summary>Exchanges two elements of each of some columns that lie so many bytes apart.</summary>
    private void SwapRows(I32 first, I32 second, I32 count, I32 apart)
    {
        var (a, b, kept) = (Kept(first, "a"), Kept(second, "b"), f.F64("kept"));
        For("j", 0, count, _ =>
        {
            f.Set(kept, Load(a));
            f.StoreF64(a, Load(b));
            f.StoreF64(b, kept);
            f.Set(a, a + apart);
            f.Set(b, b + apart);
        });
    }

    /// <summary>The last number first: of a matrix, its rows and its columns backwards.</summary>
    private void Reverse(I32 at, I32 count)
    {
        var (first, last) = (Kept(at, "first"), Kept(At(at, count - 1), "last"));
        f.While(first.LtU(last), () =>
        {
            Exchange(first, last);
            f.Set(first, first + Number);
            f.Set(last, last - Number);
        });
    }

    private void Exchange(I32 first, I32 second)
    {
        var kept = Kept(Load(first), "kept");
        f.StoreF64(first, Load(second));
        f.StoreF64(second, kept);
    }
}
