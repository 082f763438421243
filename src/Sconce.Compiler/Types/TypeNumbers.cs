namespace Sconce.Compiler.Types;

/// <summary>dtypes as schemas and TorchScript number them: <c>c10::ScalarType</c>. Exported programs count otherwise.</summary>
public static class TypeNumbers
{
    private static readonly (DType Type, long Number)[] table =
    [
        (DType.UInt8, 0), (DType.Int8, 1), (DType.Int16, 2), (DType.Int32, 3), (DType.Int64, 4), (DType.Float16, 5), (DType.Float32, 6), (DType.Float64, 7), (DType.Complex32, 8),
        (DType.Complex64, 9), (DType.Complex128, 10), (DType.Bool, 11), (DType.BFloat16, 15), (DType.Float8E5M2, 23), (DType.Float8E4M3FN, 24), (DType.Float8E5M2FNUZ, 25),
        (DType.Float8E4M3FNUZ, 26), (DType.UInt16, 27), (DType.UInt32, 28), (DType.UInt64, 29), (DType.Float8E8M0FNU, 44),
    ];

    public static long Number(this DType type) => table.First(entry => entry.Type == type).Number;

    /// <summary>Null where no dtype that is known here has the number.</summary>
    public static DType? Of(long number) => table.Where(entry => entry.Number == number).Select(entry => (DType?)entry.Type).FirstOrDefault();
}
