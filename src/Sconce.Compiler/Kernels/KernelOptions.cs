namespace Sconce.Compiler.Kernels;

/// <summary>The instructions and the rounding that kernels may use.</summary>
public sealed record KernelOptions
{
    /// <summary>Use relaxed SIMD: fused multiply-add where the engine has it.</summary>
    public bool RelaxedSimd { get; init; }

    /// <summary>Nothing that rounds differently for the sake of speed.</summary>
    public bool Exact { get; init; }

    public bool FusedMultiplyAdd => RelaxedSimd && !Exact;
}
