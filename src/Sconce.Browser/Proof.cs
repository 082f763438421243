using Sconce.Cli.Artifacts;
using Sconce.Cli.Verification;
using Sconce.Compiler;

namespace Sconce.Browser;

/// <summary>
/// A model that was just compiled, and what the reference evaluator gives for its inputs: the page runs the artifact on the same ones, and the verdict is spoken here. As
/// <c>sconce verify</c> does it, by the same code.
/// </summary>
internal sealed class Proof
{
    /// <summary>After so long no more random inputs are evaluated: somebody waits.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    /// <summary>Of a model whose numbers are wrong, whose nodes are looked at one by one.</summary>
    private const long MostMultiplyAdds = 100_000_000;

    private readonly Request request;
    private readonly ManifestView manifest;
    private readonly ReferenceCases made;
    private readonly Tolerance tolerance;
    private NodeComparison? nodes;

    public Proof(Request request, Compilation compilation)
    {
        this.request = request;
        manifest = ManifestReader.View(compilation.Manifest);
        made = ReferenceCases.Make(
            ReferenceRun.Read(request.File, request.Name, request.Options, sum: Sum), manifest, SampleInputs.Read(request.File, request.Name, request.Options.Model, manifest), beside: [],
            request.Samples, patience: patience);
        tolerance = QuantisedActivations.In(compilation.Graph) ? new Tolerance { Absolute = QuantisedActivations.Absolute } : new Tolerance();
    }

    public IReadOnlyList<Case> Cases => made.Cases;

    /// <summary>What the model is held to, and what had to be left out.</summary>
    public string Note => made.Note;

    public void GiveInputs()
    {
        for (var number = 0; number < Cases.Count; number++)
        {
            foreach (var (port, tensor) in manifest.Inputs.Zip(Cases[number].Calls[0].Inputs))
            {
                HostTensors.Give(number, port.Name, tensor);
            }
        }
    }

    /// <summary>What is to be said of the outputs that the page has from a call.</summary>
    public Comparison Judge(int number)
    {
        var worst = new Comparison(0, null);
        foreach (var (port, expected) in manifest.Outputs.Zip(Cases[number].Calls[0].Outputs))
        {
            var comparison = HostTensors.Take(port.Name) is not { } actual ? new Comparison(double.PositiveInfinity, $"{port.Name}: the run gave none")
                : manifest.Random ? Comparison.OfForm(port.Name, expected, actual, port)
                : Comparison.Of(port.Name, expected, actual, tolerance);
            if (!comparison.IsRight)
            {
                return comparison with { Problem = $"{Cases[number].File}: {comparison.Problem}" };
            }

            worst = comparison.MaxError > worst.MaxError ? comparison : worst;
        }

        return worst;
    }

    /// <summary>The model whose every node's tensor is an output, to be run on a call's inputs; null where the model is too large for its nodes to be looked at.</summary>
    public Compilation? Probed(int number)
    {
        nodes = NodeComparison.Of(
            request.File, request.Name, request.Options, Cases[number].Calls, [.. manifest.Inputs.Select(port => port.Type)], tolerance, seed: 0, MostMultiplyAdds, Sum);
        return nodes is null ? null : Compilation.Compile(request.File, request.Name, request.Options with { WithProbes = true });
    }

    /// <summary>Where the numbers first went wrong, of the probed artifact's outputs that the page has.</summary>
    public string Explain(double maxError) => nodes!.Explain(probe => HostTensors.Take(probe.Name), maxError);

    private static unsafe void Sum(ReadOnlySpan<double> input, ReadOnlySpan<int> places, ReadOnlySpan<int> terms, ReadOnlySpan<double> weights, Span<double> sums)
    {
        fixed (double* inputs = input, factors = weights)
        fixed (int* columns = places, parts = terms)
        {
            Host.SumProducts(new(inputs, input.Length), new(columns, places.Length), new(parts, terms.Length), new(factors, weights.Length), sums);
        }
    }
}
