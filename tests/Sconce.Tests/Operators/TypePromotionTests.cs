using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Operators;

public sealed class TypePromotionTests
{
    private static Operand Tensor(DType type) => new TensorBuffer("x", type, [3]);

    private static Operand Scalar(DType type) => new TensorBuffer("x", type, []);

    [Theory]
    [InlineData(DType.UInt8, DType.Int8, DType.Int16)]
    [InlineData(DType.Int32, DType.Int64, DType.Int64)]
    [InlineData(DType.Bool, DType.UInt8, DType.UInt8)]
    [InlineData(DType.Int64, DType.Float16, DType.Float16)]
    [InlineData(DType.Float16, DType.BFloat16, DType.Float32)]
    [InlineData(DType.Float32, DType.Float64, DType.Float64)]
    public void TensorsMeetInTheSmallestTypeForBoth(DType a, DType b, DType expected)
    {
        Assert.Equal(expected, TypePromotion.Promote(a, b));
        Assert.Equal(expected, TypePromotion.Result(Tensor(b), Tensor(a)));
    }

    [Fact]
    public void WhatHasNoDimsChangesOnlyTheCategory()
    {
        Assert.Equal(DType.Float16, TypePromotion.Result(Tensor(DType.Float16), Scalar(DType.Float64)));
        Assert.Equal(DType.Float64, TypePromotion.Result(Tensor(DType.Int32), Scalar(DType.Float64)));
        Assert.Equal(DType.Int8, TypePromotion.Result(Scalar(DType.Int64), Tensor(DType.Int8)));
        Assert.Equal(DType.Int64, TypePromotion.Result(Scalar(DType.Int64), Tensor(DType.Bool)));
    }

    [Fact]
    public void NumbersOfPythonChangeOnlyTheCategory()
    {
        Assert.Equal(DType.UInt8, TypePromotion.Result(Tensor(DType.UInt8), 3L));
        Assert.Equal(DType.Float32, TypePromotion.Result(Tensor(DType.Int64), 2.5));
        Assert.Equal(DType.BFloat16, TypePromotion.Result(Scalar(DType.BFloat16), 2.5));
        Assert.Equal(DType.Int64, TypePromotion.Result(Tensor(DType.Bool), 3L));
        Assert.Equal(DType.Float32, TypePromotion.Result(3L, 2.5));
    }
}
