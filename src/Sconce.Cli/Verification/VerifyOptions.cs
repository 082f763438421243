using Sconce.Compiler;

namespace Sconce.Cli.Verification;

/// <summary>How models are run and compared.</summary>
internal sealed record VerifyOptions(int Threads, bool Relaxed, Tolerance Tolerance, TimeSpan Timeout, CompileOptions Compile);
