using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>
/// What the weights of each column sum up to, where these are bytes in the file: of a language model that is every byte of it, which an evaluator of expressions would be long over.
/// </summary>
internal static class WeightTotals
{
    /// <summary>The totals; null where the weights lie in another way.</summary>
    /// <param name="name">What the buffer is called.</param>
    /// <param name="weights">Int32: bytes as they are, or float32: bytes times scales.</param>
    /// <param name="columns">The axes of the totals.</param>
    /// <param name="k">What is summed over.</param>
    public static TensorBuffer? Of(string name, Expr weights, ImmutableArray<Axis> columns, ImmutableArray<Axis> k)
    {
        var (bytes, scale) = weights is BinaryExpr { Op: BinaryOp.Mul, Left: CastExpr { Operand: LoadExpr left }, Right: LoadExpr { Type: DType.Float32 } right } ? (left, right)
            : weights is CastExpr { Type: DType.Int32, Operand: LoadExpr load } ? (load, (LoadExpr?)null) : (null, null);
        if (bytes?.Buffer.Data is not { Type: DType.Int8 or DType.UInt8 } data || (scale is not null && scale.Buffer.Data is null)
            || Places(bytes, columns) is not var (starts, first) || Places(bytes, k) is not var (places, _))
        {
            return null;
        }

        var (size, signed) = (places.Length, data.Type == DType.Int8);
        var dense = data.ToDense().Span;
        ImmutableArray<long> shape = [.. columns.Select(axis => axis.Extent.Value)];
        if (scale is null)
        {
            var sums = new int[starts.Length];
            for (var column = 0; column < sums.Length; column++)
            {
                sums[column] = (int)Sum(dense, starts[column] + first, places, signed);
            }

            return Buffer(TensorData.Dense(DType.Int32, shape, MemoryMarshal.AsBytes<int>(sums).ToArray()));
        }

        if (k is not [var along] || new QuantisedOperand(bytes, null, scale).Group(along, least: 1) is not { } found)
        {
            return null;
        }

        size = found == 0 ? size : found;
        var group = new Axis(along.Extent.FloorDiv(size), "group");
        var grouped = (LoadExpr)scale.Substitute(new Dictionary<Atom, Dim> { [along] = Dim.Of(group) * size });
        if (Places(grouped, columns) is not var (rows, start) || Places(grouped, [group]) is not var (steps, _))
        {
            return null;
        }

        var scales = MemoryMarshal.Cast<byte, float>(scale.Buffer.Data!.ToDense().Span);
        var floats = new float[starts.Length];
        for (var column = 0; column < floats.Length; column++)
        {
            var sum = 0.0;
            for (var part = 0; part < steps.Length; part++)
            {
                sum += (double)scales[(int)(rows[column] + start + steps[part])] * Sum(dense, starts[column] + first, places.AsSpan(part * size, size), signed);
            }

            floats[column] = (float)sum;
        }

        return Buffer(TensorData.Dense(DType.Float32, shape, MemoryMarshal.AsBytes<float>(floats).ToArray()));

        TensorBuffer Buffer(TensorData totals) => new(name, totals.Type, [.. columns.Select(axis => axis.Extent)], BufferKind.Constant, totals);
    }

    private static long Sum(ReadOnlySpan<byte> bytes, long start, ReadOnlySpan<long> places, bool signed)
    {
        var sum = 0L;
        foreach (var place in places)
        {
            var value = bytes[(int)(start + place)];
            sum += signed ? (sbyte)value : value;
        }

        return sum;
    }

    /// <summary>How far each point of axes is from the first, and where the first of all is; null where that is not by strides.</summary>
    private static (long[] Places, long First)? Places(LoadExpr load, ImmutableArray<Axis> axes)
    {
        if (load.Buffer.Data is not { } data || load.Index.Any(dim => dim.HasLoads()))
        {
            return null;
        }

        var offset = load.Index.Zip(TensorData.RowMajorStrides(data.Shape), (index, stride) => index * stride).Aggregate(Dim.Zero, (sum, part) => sum + part);
        long[] places = [0];
        foreach (var axis in axes)
        {
            if (new Access(load.Buffer, offset).StrideOf(axis) is not { IsConstant: true, Value: var stride } || !axis.Extent.IsConstant)
            {
                return null;
            }

            places = [.. places.SelectMany(place => Enumerable.Range(0, (int)axis.Extent.Value).Select(i => place + (i * stride)))];
        }

        return offset.Substitute(leaf => leaf is Axis ? Dim.Zero : null) is { IsConstant: true, Value: var first } ? (places, first) : null;
    }
}
