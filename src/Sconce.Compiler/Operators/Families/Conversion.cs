using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Changes of dtype, and copies.</summary>
internal static class Conversion
{
    public static OperatorFamily Family { get; } = new("conversion", DTypeSet.Stored)
    {
        { "aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)", To, ComplexTo },
        { "aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)", To, ComplexTo },
        { "aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)", To, ComplexTo },
        { "aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)", call => call.Context.Convert(call.Tensor(0), call.Tensor("other").Type) },
        { "aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor", To, ComplexTo },
        { "aten::chalf(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", call => To(call, DType.Complex32), call => ComplexTo(call, DType.Complex32) },
        { "aten::type_as(Tensor self, Tensor other) -> Tensor", call => call.Context.Convert(call.Tensor(0), call.Tensor("other").Type) },
        { "aten::_cast_Float(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Float32) },
        { "aten::_cast_Int(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Int32) },
        { "aten::_cast_Long(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Int64) },
        { "aten::_cast_Byte(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.UInt8) },
        { "aten::_cast_Char(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Int8) },
        { "aten::_cast_Short(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Int16) },
        { "aten::_cast_Half(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Float16) },
        { "aten::_cast_Double(Tensor self, bool non_blocking=False) -> Tensor", call => call.Context.Convert(call.Tensor(0), DType.Float64) },
        { "prims::convert_element_type(Tensor a, ScalarType dtype) -> Tensor", To, ComplexTo },
        { "aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", call => Copy(call.Context, call.Tensor("self"), call.Tensor("src")) },
        { "aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", call => Fill(call, "value") },
        { "aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", call => Fill(call, "value") },
        { "aten::zero(Tensor self) -> Tensor", call => call.Context.Fill(call.Tensor(0).Type, call.Tensor(0).Dims, Expr.Const(call.Tensor(0).Type, 0L)) },

        { "aten::item(Tensor self) -> Scalar", Item },
        { "aten::_local_scalar_dense(Tensor self) -> Scalar", Item },
    };

    private static Lowered To(Call call) => To(call, call.TypeOr(call.Tensor(0).Type));

    private static Lowered To(Call call, DType type)
    {
        var self = call.Tensor(0);
        return type.IsComplex() ? Complex.Of(call.Context, self, type) : call.Context.Convert(self, type);
    }

    /// <summary>Of complex tensors only the precision changes; a real dtype takes the real part.</summary>
    private static Lowered ComplexTo(Call call) => ComplexTo(call, call.TypeOr(call.Complex(0).Real.Type.ToComplex()));

    private static Lowered ComplexTo(Call call, DType type)
    {
        var (real, imaginary) = call.Complex(0);
        return type.IsComplex()
            ? new Lowered.Complex(call.Context.Convert(real, type.ToPart()), call.Context.Convert(imaginary, type.ToPart()))
            : type == DType.Bool ? ComplexForms.IsNotZero(call.Context, new(real, imaginary))
            : call.Context.Convert(real, type);
    }

    /// <summary>The source in the dtype and shape of what it overwrites.</summary>
    internal static TensorBuffer Copy(LoweringContext context, TensorBuffer self, TensorBuffer source) =>
        context.Expand(context.Convert(source, self.Type), self.Dims);

    private static Lowered Fill(Call call, string value)
    {
        var (self, operand) = (call.Tensor("self"), call.Operand(value));
        return call.Context.Map(self.Type, self.Dims, _ => operand.At([], self.Type));
    }

    private static Lowered Item(Call call)
    {
        var self = call.Tensor(0);
        foreach (var dim in self.Dims)
        {
            call.Context.Same(dim, 1, "a number that is taken out of a tensor is its only element");
        }

        var element = self.At([.. self.Dims.Select(_ => Dim.Zero)]);
        return self.Type == DType.Bool ? new Lowered.Bool(element)
            : self.Type.IsFloat() ? new Lowered.Float(element.As(DType.Float64))
            : element.As(DType.Int64).ToIndex(Interval.All);
    }
}
