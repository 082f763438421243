using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>
/// Few rows of a query times keys where they lie, each with its features side by side: as in the step of a language model, whose cache would take longer to pack than to read.
/// Vectors go along the features, of a few keys at once, and each vector's lanes are added at the end.
/// </summary>
/// <param name="f">The function.</param>
/// <param name="fused">Whether it may use fused multiply-add.</param>
/// <param name="rows">Rows of the query.</param>
/// <param name="keys">Keys that are taken at once.</param>
/// <param name="depth">Features of a key.</param>
internal sealed class KeysInPlace(FunctionBuilder f, bool fused, int rows, int keys, int depth)
{
    private readonly LocalV128[][] sums = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, keys / Vector.Lanes).Select(_ => f.V128("score")).ToArray())];

    /// <summary>Keys that so many rows take at once.</summary>
    public static int KeysAtOnce(int rows) => rows == 1 ? TileSizes.Attention.SumsInPlace : Vector.Lanes;

    /// <summary>The products of a row with four of the keys, after <see cref="Emit"/>.</summary>
    public LocalV128 Sum(int row, int vector) => sums[row][vector];

    /// <param name="queries">Where the rows begin.</param>
    /// <param name="addresses">Where the keys begin.</param>
    public void Emit(RowAddress[] queries, RowAddress[] addresses)
    {
        var atOnce = Math.Max(1, TileSizes.Attention.SumsInPlace / keys);
        for (var first = 0; first < rows; first += atOnce)
        {
            using var scope = f.Scope();
            var some = queries[first..Math.Min(first + atOnce, rows)];
            var products = some.Select(_ => addresses.Select(_ => f.V128("product")).ToArray()).ToArray();
            Multiply(some, addresses, products);
            foreach (var (row, own) in products.Index())
            {
                for (var vector = 0; vector < keys / Vector.Lanes; vector++)
                {
                    f.Set(sums[first + row][vector], Joined(own.AsSpan(vector * Vector.Lanes, Vector.Lanes)));
                }
            }
        }
    }

    private void Multiply(RowAddress[] queries, RowAddress[] addresses, LocalV128[][] products)
    {
        var (vectors, query) = (depth / Vector.Lanes, f.V128("query"));
        var written = Enumerable.Range(1, Math.Min(vectors, TileSizes.Attention.VectorsInPlace)).Last(count => vectors % count == 0);
        foreach (var product in products.SelectMany(own => own))
        {
            f.Set(product, V128.Zero);
        }

        if (written == vectors)
        {
            Steps(queries, addresses);
            return;
        }

        var (rowsAt, keysAt) = (RowAddress.Copied(queries, f), RowAddress.Copied(addresses, f));
        var end = f.Let(keysAt[0].Pointer + (depth * sizeof(float)), "end");
        f.Loop(again =>
        {
            Steps(rowsAt, keysAt);
            foreach (var pointer in RowAddress.Pointers([.. rowsAt, .. keysAt]))
            {
                f.Set(pointer, pointer + (written * Vector.Lanes * sizeof(float)));
            }

            f.BranchIf(again, keysAt[0].Pointer.Ne(end));
        });

        void Steps(RowAddress[] rowsHere, RowAddress[] keysHere)
        {
            for (var vector = 0; vector < written; vector++)
            {
                var offset = (uint)(vector * Vector.Lanes * sizeof(float));
                for (var row = 0; row < rowsHere.Length; row++)
                {
                    f.Set(query, Memory.LoadV128(rowsHere[row].Pointer, rowsHere[row].Offset + offset));
                    for (var key = 0; key < keysHere.Length; key++)
                    {
                        var (product, element) = (products[row][key], Memory.LoadV128(keysHere[key].Pointer, keysHere[key].Offset + offset));
                        f.Set(product, fused ? F32x4.RelaxedMadd(query, element, product) : F32x4.Add(product, F32x4.Mul(query, element)));
                    }
                }
            }
        }
    }

    /// <summary>A vector of the sums of four vectors' lanes.</summary>
    private V128 Joined(ReadOnlySpan<LocalV128> four)
    {
        var lanes = Lanes.Transposed(f, four[0], four[1], four[2], four[3]);
        return F32x4.Add(F32x4.Add(lanes[0], lanes[1]), F32x4.Add(lanes[2], lanes[3]));
    }
}
