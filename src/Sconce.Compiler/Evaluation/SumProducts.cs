namespace Sconce.Compiler.Evaluation;

/// <summary>
/// Sums of products, each in the order of its terms: sums[row, p] = Σₖ input[places[p] + terms[k]] · weights[row, k]. What the reference evaluator spends most of its time with; where .NET
/// is interpreted, whoever runs it has something faster.
/// </summary>
/// <param name="input">What is read from.</param>
/// <param name="places">Of each column of the sums, where its first term lies.</param>
/// <param name="terms">Where each term lies, from there.</param>
/// <param name="weights">A row of factors for each row of the sums.</param>
/// <param name="sums">Rows of a sum for each place.</param>
public delegate void SumProducts(ReadOnlySpan<double> input, ReadOnlySpan<int> places, ReadOnlySpan<int> terms, ReadOnlySpan<double> weights, Span<double> sums);

/// <summary>As anyone would write it.</summary>
internal static class PlainSums
{
    public static void Of(ReadOnlySpan<double> input, ReadOnlySpan<int> places, ReadOnlySpan<int> terms, ReadOnlySpan<double> weights, Span<double> sums)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            var row = weights.Slice(i / places.Length * terms.Length, terms.Length);
            var from = input[places[i % places.Length]..];
            var sum = 0.0;
            for (var k = 0; k < terms.Length; k++)
            {
                sum += from[terms[k]] * row[k];
            }

            sums[i] = sum;
        }
    }
}
