using Sconce.Compiler;

namespace Sconce.Cli.Verification;

/// <summary>How models are run and compared; where the artifact of a single model is kept, if it is.</summary>
internal sealed record VerifyOptions(int Threads, bool Relaxed, Tolerance Tolerance, TimeSpan Timeout, CompileOptions Compile, string? Output = null);
