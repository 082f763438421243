using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Where the code of an operation stands, and the dtype of its operands.</summary>
internal readonly record struct Site(FunctionBuilder Function, KernelModule Module, DType Type)
{
    public MathFunctions Math => new(Function, Module);

    public VectorMath VectorMath => new(Function, Module);

    /// <inheritdoc cref="IntegerOps.Wrap(I32, DType)"/>
    public I32 Wrap(I32 value) => IntegerOps.Wrap(value, Type);

    /// <inheritdoc cref="IntegerOps.Wrap(V128, DType)"/>
    public V128 Wrap(V128 value) => IntegerOps.Wrap(value, Type);
}
