using Sconce.Compiler;

namespace Sconce.Cli.Verification;

/// <summary>
/// How models are run and compared; where the artifact of a single model is kept, if it is; on how many random inputs models are compared with the
/// reference evaluator (where not given: on a few those that have no files of numbers); whether a model's operators are reported.
/// </summary>
internal sealed record VerifyOptions(
    int Threads, bool Relaxed, Tolerance Tolerance, TimeSpan Timeout, CompileOptions Compile, string? Output = null, int? Samples = null, bool Operators = false, long Seed = 0);
