using System.Collections;
using Sconce.Cli.Files;
using Sconce.Cli.Verification;
using Sconce.Compiler;

namespace Sconce.Tests.Cli.Verification;

public sealed class VerifierTests
{
    /// <summary>A list that breaks off: nobody may go on waiting for what was to follow.</summary>
    private sealed class BrokenList : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => throw new InvalidOperationException("broken");

        public IEnumerator<string> GetEnumerator() => throw new InvalidOperationException("broken");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [Fact]
    public async Task AnErrorBetweenTwoModelsEndsTheVerification()
    {
        using var scratch = new ScratchFolder();
        var options = new VerifyOptions(1, true, new Tolerance(1e-3, 1e-4), TimeSpan.FromMinutes(1), new CompileOptions());
        var verifying = new Verifier(options, scratch).VerifyAsync(new BrokenList(), _ => { }, CancellationToken.None);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => verifying.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("broken", error.Message);
    }
}
