using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pickle;

/// <summary>The classes of storages, by the names that pickles of PyTorch's give them.</summary>
internal static class StorageTypes
{
    /// <summary>The dtype of a storage's elements; of quantised ones the dtype of the integers. Null for a storage that Sconce does not know.</summary>
    public static DType? ToDType(string storage) => storage switch
    {
        "torch.BoolStorage" => DType.Bool,
        "torch.ByteStorage" or "torch.QUInt8Storage" => DType.UInt8,
        "torch.CharStorage" or "torch.QInt8Storage" => DType.Int8,
        "torch.ShortStorage" => DType.Int16,
        "torch.IntStorage" or "torch.QInt32Storage" => DType.Int32,
        "torch.LongStorage" => DType.Int64,
        "torch.HalfStorage" => DType.Float16,
        "torch.BFloat16Storage" => DType.BFloat16,
        "torch.FloatStorage" => DType.Float32,
        "torch.DoubleStorage" => DType.Float64,
        "torch.ComplexFloatStorage" => DType.Complex64,
        "torch.ComplexDoubleStorage" => DType.Complex128,
        "torch.Float8_e4m3fnStorage" => DType.Float8E4M3FN,
        "torch.Float8_e5m2Storage" => DType.Float8E5M2,
        "torch.Float8_e4m3fnuzStorage" => DType.Float8E4M3FNUZ,
        "torch.Float8_e5m2fnuzStorage" => DType.Float8E5M2FNUZ,
        "torch.Float8_e8m0fnuStorage" => DType.Float8E8M0FNU,
        "torch.UInt16Storage" => DType.UInt16,
        "torch.UInt32Storage" => DType.UInt32,
        "torch.UInt64Storage" => DType.UInt64,
        _ => null,
    };

    /// <summary>The dtype of a name as <c>torch.float8_e4m3fn</c>, by which tensors in storages without a dtype are told; null for one that Sconce does not know.</summary>
    public static DType? Named(string name) =>
        Enum.GetValues<DType>().Where(type => name == $"torch.{type.Name()}").Select(type => (DType?)type).FirstOrDefault();
}
