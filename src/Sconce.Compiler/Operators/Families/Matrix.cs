using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Products of matrices and vectors.</summary>
internal static class Matrix
{
    public static OperatorFamily Family { get; } = new("matrix")
    {
        { "aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", call => Linear(call.Context, call.Tensor("input"), call.Tensor("weight"), call.OptionalTensor("bias")) },
        { "aten::_trilinear(Tensor i1, Tensor i2, Tensor i3, int[] expand1, int[] expand2, int[] expand3, int[] sumdim, int unroll_dim=1) -> Tensor", Trilinear },
        { "aten::matmul(Tensor self, Tensor other) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor("other")) },
        { "aten::linalg_matmul(Tensor self, Tensor other) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor("other")) },
        { "aten::mm(Tensor self, Tensor mat2) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::_int_mm(Tensor self, Tensor mat2) -> Tensor", DTypeSet.Integers, call =>
            Multiply(call.Context, call.Context.Convert(call.Tensor(0), DType.Int32), call.Context.Convert(call.Tensor(1), DType.Int32)) },
        { "aten::_scaled_mm(Tensor self, Tensor mat2, Tensor scale_a, Tensor scale_b, Tensor? bias=None, Tensor? scale_result=None, ScalarType? out_dtype=None, bool use_fast_accum=False) -> Tensor", DTypeSet.Floats | DTypeSet.Float8, ScaledProduct },
        { "aten::bmm(Tensor self, Tensor mat2) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::mv(Tensor self, Tensor vec) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::dot(Tensor self, Tensor tensor) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::vdot(Tensor self, Tensor other) -> Tensor", call => Multiply(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", VectorDot },
        { "aten::inner(Tensor self, Tensor other) -> Tensor", Inner },
        { "aten::outer(Tensor self, Tensor vec2) -> Tensor", call => Outer(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::ger(Tensor self, Tensor vec2) -> Tensor", call => Outer(call.Context, call.Tensor(0), call.Tensor(1)) },
        { "aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", call => AddProduct(call, "mat1", "mat2") },
        { "aten::_addmm_activation(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1, bool use_gelu=False) -> Tensor", DTypeSet.Floats, AddProductActivated },
        { "aten::_compute_linear_combination(Tensor input, Tensor coefficients) -> Tensor", DTypeSet.Floats, Combination },
        { "aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor", call => AddProduct(call, "mat", "vec") },
        { "aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", call => AddProduct(call, "batch1", "batch2") },
        { "aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", AddBatchSum },
        { "aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", AddOuter },
        { "aten::linalg_multi_dot(Tensor[] tensors) -> Tensor", call => Chain(call, "tensors") },
        { "aten::chain_matmul(Tensor[] matrices) -> Tensor", call => Chain(call, "matrices") },
        { "aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor", Bilinear },
        { "aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor", call => Einsum.Compute(call, call.Text("equation"), call.Tensors("tensors")) },
        { "transformers::grouped_mm_fallback(Tensor input, Tensor weight, Tensor offs) -> Tensor", Grouped },
        { "aten::vander(Tensor x, int? N=None, bool increasing=False) -> Tensor", Vandermonde },
        { "aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor", TensorDot },
        { "aten::kron(Tensor self, Tensor other) -> Tensor", Kronecker },
    };

    private const string InnerSize = "a product has as many columns on its left as rows on its right";

    /// <summary>The product of three tensors, each with dims of 1 put in, summed over dims.</summary>
    private static Lowered Trilinear(Call call)
    {
        var context = call.Context;
        var (a, b, c) = (Expanded("i1", "expand1"), Expanded("i2", "expand2"), Expanded("i3", "expand3"));
        var product = context.Pointwise(a.Type, a.Type, [a, b, c], x => x[0] * x[1] * x[2]);
        return context.Sum(product, new(product, [.. call.Constants("sumdim").Select(axis => call.NormaliseAxis(axis, product.Rank))], keep: false), a.Type);

        TensorBuffer Expanded(string tensor, string dims) =>
            call.Constants(dims).Order().Aggregate(call.Tensor(tensor), (expanded, axis) => context.Unsqueeze(expanded, axis));
    }

    /// <summary>The last dim times the weight's rows, plus a bias. Leading dims are one dim of rows to the product.</summary>
    internal static TensorBuffer Linear(LoweringContext context, TensorBuffer input, TensorBuffer weight, TensorBuffer? bias)
    {
        var rows = context.Reshape(input, [Dim.Product(input.Dims[..^1]), input.Dims[^1]]);
        if (weight.Rank == 1)
        {
            weight = context.Reshape(weight, [1, weight.Dims[0]]);
        }

        var product = context.Contract(
            input.Type, [], rows.Dims[0], weight.Dims[0], context.Same(rows.Dims[1], weight.Dims[1], InnerSize),
            (_, m, k) => rows.ValueAt([m, k]), (_, n, k) => weight.ValueAt([n, k]),
            bias is null ? null : (index, sum) => sum + bias.ValueAt(Broadcasting.IndexInto(bias.Dims, [index[1]])).As(sum.Type));
        return context.Reshape(product, [.. input.Dims[..^1], weight.Dims[0]]);
    }

    /// <summary>As <c>torch.matmul</c>: vectors, matrices, and batches of them that broadcast.</summary>
    internal static TensorBuffer Multiply(LoweringContext context, TensorBuffer a, TensorBuffer b, Func<Dims, Expr, Expr>? result = null)
    {
        var (vectorA, vectorB) = (a.Rank == 1, b.Rank == 1);
        a = vectorA ? context.Unsqueeze(a, 0) : a;
        b = vectorB ? context.Unsqueeze(b, 1) : b;
        var (m, n, k) = (a.Dims[^2], b.Dims[^1], context.Same(a.Dims[^1], b.Dims[^2], InnerSize));
        if (b.Rank == 2 && a.Rank > 2 && result is null)
        {
            // One matrix for the whole batch: its rows go together.
            var rows = context.Reshape(a, [Dim.Product(a.Dims[..^1]), k]);
            var flat = Multiply(context, rows, b);
            return context.Reshape(flat, vectorB ? a.Dims[..^1] : [.. a.Dims[..^1], n]);
        }

        var batch = context.Broadcast(a.Dims[..^2], b.Dims[..^2]);
        var product = context.Contract(
            a.Type, batch, m, n, k,
            (p, i, j) => a.ValueAt([.. Broadcasting.IndexInto(a.Dims[..^2], p), i, j]),
            (p, i, j) => b.ValueAt([.. Broadcasting.IndexInto(b.Dims[..^2], p), j, i]), result);
        return !vectorA && !vectorB ? product
            : context.Squeeze(product, axis => (vectorA && axis == batch.Length) || (vectorB && axis == batch.Length + 1));
    }

    /// <summary>
    /// A product of 8-bit floats in float32, times a scale for each side: one number, or one for each row of the first and each column of the second. What comes out is rounded once;
    /// the scale of a result is for 8-bit floats alone.
    /// </summary>
    private static Lowered ScaledProduct(Call call)
    {
        var (context, a, b, bias) = (call.Context, call.Tensor(0), call.Tensor(1), call.OptionalTensor("bias"));
        var type = call.TypeOr(a.Type, "out_dtype");
        var scales = new[] { call.Tensor("scale_a"), call.Tensor("scale_b") };
        if (type.IsFloat8() && call.Has("scale_result"))
        {
            scales = [.. scales, call.Tensor("scale_result")];
        }

        if (scales.FirstOrDefault(scale => scale.Rank is not (0 or 1 or 2) || scale.Type != DType.Float32) is { } odd)
        {
            throw call.Expected("scales that are float32 numbers, or one for each row and each column", $"{odd.Type.Name()}[{string.Join(", ", odd.Dims)}]");
        }

        var sum = Multiply(context, context.Convert(a, DType.Float32), context.Convert(b, DType.Float32), (index, product) =>
            Scaled(product, scales[..2], index) is var scaled && bias is null ? scaled : scaled + bias.At([index[1]]).As(DType.Float32));
        return context.Map(type, sum.Dims, index => Scaled(sum.At(index), scales[2..], index).As(type));

        static Expr Scaled(Expr product, TensorBuffer[] scales, Dims index) =>
            scales.Aggregate(product, (scaled, scale) => scaled * scale.At(Broadcasting.IndexInto(scale.Dims, index)));
    }

    private static Lowered VectorDot(Call call)
    {
        var (a, b) = (call.Tensor("x"), call.Tensor("y"));
        var dims = call.Context.Broadcast(a.Dims, b.Dims);
        var products = call.Context.Pointwise(a.Type.Compute(), a.Type, [a, b], x => x[0] * x[1]);
        return call.Context.Sum(products, new(products, [call.Axis("dim", dims.Length)], keep: false), a.Type);
    }

    private static Lowered Chain(Call call, string matrices)
    {
        var (first, rest) = (call.Tensors(matrices)[0], call.Tensors(matrices)[1..]);
        return rest.Aggregate(first, (product, next) => Multiply(call.Context, product, next));
    }

    private static Lowered Inner(Call call)
    {
        var (a, b) = (call.Tensor(0), call.Tensor("other"));
        if (a.Rank == 0 || b.Rank == 0)
        {
            return call.Context.Pointwise(a.Type, a.Type, [a, b], x => x[0] * x[1]);
        }

        var (rows, columns) = (call.Context.Reshape(a, [-1, a.Dims[^1]]), call.Context.Reshape(b, [-1, b.Dims[^1]]));
        var product = Linear(call.Context, rows, columns, null);
        return call.Context.Reshape(product, [.. a.Dims[..^1], .. b.Dims[..^1]]);
    }

    private static TensorBuffer Outer(LoweringContext context, TensorBuffer a, TensorBuffer b)
    {
        var type = TypePromotion.Promote(a.Type, b.Type);
        return context.Map(type, [a.Dims[0], b.Dims[0]], i => a.At([i[0]]).As(type.Compute()) * b.At([i[1]]).As(type.Compute()));
    }

    /// <summary>beta · self + alpha · (a · b); a beta of 0 keeps even NaN out.</summary>
    private static Lowered AddProduct(Call call, string first, string second)
    {
        var (self, a, b) = (call.Tensor("self"), call.Tensor(first), call.Tensor(second));
        if (b.Rank == 1)
        {
            var product = Multiply(call.Context, a, b);
            return call.Context.Pointwise(self.Type, self.Type, [self, product], x => Blend(call, x[0], x[1]));
        }

        call.Context.Fits(self.Dims, [.. a.Dims[..^1], b.Dims[^1]]);
        return Multiply(call.Context, a, b, (index, sum) =>
            Blend(call, self.ValueAt(Broadcasting.IndexInto(self.Dims, index)).As(sum.Type), sum));
    }

    private static Lowered AddProductActivated(Call call) => call.Context.Pointwise(
        ((Lowered.Tensor)AddProduct(call, "mat1", "mat2")).Buffer, x => call.Flag("use_gelu") ? x.Gelu(tanh: false) : x.Max(x.Zero));

    /// <summary>Sums of the tensors along the first dim, each with a row of factors.</summary>
    private static Lowered Combination(Call call)
    {
        var (input, coefficients) = (call.Tensor("input"), call.Tensor("coefficients"));
        var rows = call.Context.Reshape(input, [input.Dims[0], Dim.Product(input.Dims[1..])]);
        return call.Context.Reshape(Multiply(call.Context, coefficients, rows), [coefficients.Dims[0], .. input.Dims[1..]]);
    }

    private static Expr Blend(Call call, Expr self, Expr product)
    {
        var (alpha, beta) = (call.Operand("alpha"), call.Operand("beta"));
        var scaled = alpha.Known == 1 ? product : product * alpha.At([], product.Type);
        return beta.Known == 0 ? scaled : scaled + (beta.Known == 1 ? self : self * beta.At([], self.Type));
    }

    private static Lowered AddBatchSum(Call call)
    {
        var (self, a, b) = (call.Tensor("self"), call.Tensor("batch1"), call.Tensor("batch2"));
        var rows = call.Context.Reshape(call.Context.Permute(a, [1, 0, 2]), [a.Dims[1], a.Dims[0] * a.Dims[2]]);
        var columns = call.Context.Reshape(b, [b.Dims[0] * b.Dims[1], b.Dims[2]]);
        return Multiply(call.Context, rows, columns, (index, sum) =>
            Blend(call, self.ValueAt(Broadcasting.IndexInto(self.Dims, index)), sum));
    }

    private static Lowered AddOuter(Call call)
    {
        var (self, a, b) = (call.Tensor("self"), call.Tensor("vec1"), call.Tensor("vec2"));
        return call.Context.Map(self.Type, [a.Dims[0], b.Dims[0]], i =>
            Blend(call, self.ValueAt(Broadcasting.IndexInto(self.Dims, i)), a.ValueAt([i[0]]) * b.ValueAt([i[1]])));
    }

    /// <summary>out[…, o] = Σ input1[…, i] · weight[o, i, j] · input2[…, j].</summary>
    private static Lowered Bilinear(Call call)
    {
        var context = call.Context;
        var (x, y, weight, bias) = (call.Tensor("input1"), call.Tensor("input2"), call.Tensor("weight"), call.OptionalTensor("bias"));
        var (rows, others) = (context.Reshape(x, [-1, x.Dims[^1]]), context.Reshape(y, [-1, y.Dims[^1]]));
        var (outputs, n, m) = (weight.Dims[0], weight.Dims[1], weight.Dims[2]);
        var pairs = context.Map(x.Type, [rows.Dims[0], n, m], i => rows.ValueAt([i[0], i[1]]) * others.ValueAt([i[0], i[2]]));
        var product = Linear(context, context.Reshape(pairs, [rows.Dims[0], n * m]), context.Reshape(weight, [outputs, n * m]), bias);
        return context.Reshape(product, [.. x.Dims[..^1], outputs]);
    }

    private static Lowered TensorDot(Call call)
    {
        var (a, b) = (call.Tensor("self"), call.Tensor("other"));
        var axesA = call.Constants("dims_self").Select(axis => call.NormaliseAxis(axis, a.Rank)).ToImmutableArray();
        var axesB = call.Constants("dims_other").Select(axis => call.NormaliseAxis(axis, b.Rank)).ToImmutableArray();
        foreach (var (axisA, axisB) in axesA.Zip(axesB))
        {
            // A dim of 1 goes with any other: each of that one's elements is multiplied by the same.
            a = b.Dims[axisB].IsOne && !a.Dims[axisA].IsOne ? call.Context.Sum(a, new(a, [axisA], keep: true), a.Type) : a;
            b = a.Dims[axisA].IsOne && !b.Dims[axisB].IsOne ? call.Context.Sum(b, new(b, [axisB], keep: true), b.Type) : b;
        }

        ImmutableArray<int> freeA = [.. Enumerable.Range(0, a.Rank).Except(axesA)], freeB = [.. Enumerable.Range(0, b.Rank).Except(axesB)];
        var inner = Dim.Product(axesA.Select(axis => a.Dims[axis]));
        var rows = call.Context.Reshape(call.Context.Permute(a, [.. freeA, .. axesA]), [Dim.Product(freeA.Select(axis => a.Dims[axis])), inner]);
        var columns = call.Context.Reshape(call.Context.Permute(b, [.. axesB, .. freeB]), [inner, Dim.Product(freeB.Select(axis => b.Dims[axis]))]);
        return call.Context.Reshape(
            Multiply(call.Context, rows, columns), [.. freeA.Select(axis => a.Dims[axis]), .. freeB.Select(axis => b.Dims[axis])]);
    }

    /// <summary>Rows in groups (experts), each with a matrix of its own; the offsets say where groups end.</summary>
    private static Lowered Grouped(Call call)
    {
        var (input, weight, ends) = (call.Tensor("input"), call.Tensor("weight"), call.Tensor("offs"));
        var rows = call.Context.Map(DType.Int64, [input.Dims[0]], i => Expr.Of(i[0]));
        var groups = Sorting.Search(call.Context, ends, rows, right: true);
        var product = call.Context.Contract(
            input.Type, [input.Dims[0]], 1, weight.Dims[2], input.Dims[1],
            (row, _, k) => input.ValueAt([row[0], k]),
            (row, n, k) => weight.ValueAt([groups.IndexAt([row[0]], weight.Dims[0]), k, n]));
        return call.Context.Squeeze(product, axis => axis == 1);
    }

    private static Lowered Vandermonde(Call call)
    {
        var x = call.Tensor("x");
        var columns = call.Has("N") ? call.Int("N") : x.Dims[0];
        var type = x.Type.ToSum();
        return call.Context.Map(type, [x.Dims[0], columns], i =>
            x.At([i[0]]).As(type).As(type.Compute()).Apply(BinaryOp.Pow, Expr.Of(call.Flag("increasing") ? i[1] : columns - 1 - i[1]).As(type.Compute())));
    }

    private static Lowered Kronecker(Call call)
    {
        var (a, b) = (call.Tensor(0), call.Tensor("other"));
        var type = TypePromotion.Promote(a.Type, b.Type);
        var rank = Math.Max(a.Rank, b.Rank);
        Dims Padded(TensorBuffer x) => [.. Enumerable.Repeat(Dim.One, rank - x.Rank), .. x.Dims];
        var (sizesA, sizesB) = (Padded(a), Padded(b));
        return call.Context.Map(type, [.. sizesA.Zip(sizesB, (p, q) => p * q)], i =>
        {
            Dims first = [.. i.Zip(sizesB, (place, size) => place.FloorDiv(size))], second = [.. i.Zip(sizesB, (place, size) => place.Mod(size))];
            return a.At(Broadcasting.IndexInto(a.Dims, first)).As(type.Compute()) * b.At(Broadcasting.IndexInto(b.Dims, second)).As(type.Compute());
        });
    }
}
