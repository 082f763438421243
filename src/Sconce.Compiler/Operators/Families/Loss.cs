using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Losses, which some models return with their results.</summary>
internal static class Loss
{
    public static OperatorFamily Family { get; } = new("loss")
    {
        { "aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", Pointwise((x, y, _) => (x - y) * (x - y)) },
        { "aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", Pointwise((x, y, _) => (x - y).Abs()) },
        { "aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor", Pointwise((x, y, call) => SmoothL1(x - y, call.Number("beta"))) },
        { "aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor", Pointwise((x, y, call) => Huber(x - y, call.Number("delta"))) },
        { "aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor", Pointwise(KullbackLeibler) },
        { "aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor", Pointwise(Poisson) },
        { "aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", Rounding((x, y, _, round) => round(round(round(-y * x).Exp()).Log1p())) },
        { "aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) -> Tensor", Rounding((x, y, call, round) => Hinge(x, y, call.Number("margin"), round)) },
        { "aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor", BinaryCrossEntropy },
        { "aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) -> Tensor", BinaryCrossEntropyWithLogits },
        { "aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor", MarginRanking },
        { "aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1., float p=2., float eps=9.9999999999999995e-07, bool swap=False, int reduction=1) -> Tensor", TripletMargin },
        { "aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor", CosineEmbedding },
        { "aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=1) -> Tensor", MultiMargin },
        { "aten::multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", call => MultiLabelMargin(call).Loss },
        { "aten::multilabel_margin_loss_forward(Tensor self, Tensor target, int reduction) -> (Tensor output, Tensor is_target)", call => Lowered.Of(MultiLabelMargin(call).Loss, MultiLabelMargin(call).IsTarget) },
        { "aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", call => NegativeLikelihood(call, call.Tensor("self")) },
        { "aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", call => NegativeLikelihood(call, call.Tensor("self")) },
        { "aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", call => NegativeLikelihood(call, call.Tensor("self")) },
        { "aten::nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index) -> (Tensor output, Tensor total_weight)", call => WithWeight(call) },
        { "aten::nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index) -> (Tensor output, Tensor total_weight)", call => WithWeight(call) },
        { "aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100, float label_smoothing=0.) -> Tensor", call => CrossEntropy(call, call.Tensor("self")) },
        { "torch_nn::_linear_cross_entropy_batch_chunked(Tensor input, Tensor linear_weight, Tensor target, Tensor? linear_bias, Tensor? weight, str reduction, int ignore_index, float label_smoothing, int batch_chunk_size, str acc_policy, ScalarType acc_dtype, bool allow_retain_graph, bool compute_input_grad, bool compute_linear_weight_grad, bool compute_linear_bias_grad) -> (Tensor, Tensor, Tensor, Tensor)", LinearCrossEntropy },
        { "torch_nn::_linear_cross_entropy_batch_chunked_no_reduction(Tensor input, Tensor linear_weight, Tensor target, Tensor? linear_bias, Tensor? weight, int ignore_index, int batch_chunk_size, str acc_policy, ScalarType acc_dtype) -> Tensor", call => CrossEntropy(call, Logits(call)) },
    };

    private static Lowering Pointwise(Func<Expr, Expr, Call, Expr> loss) => Rounding((x, y, call, _) => loss(x, y, call));

    /// <summary>Of several operations in PyTorch, with the rounding of 16-bit floats after each.</summary>
    private static Lowering Rounding(Func<Expr, Expr, Call, Func<Expr, Expr>, Expr> loss) => call =>
    {
        Operand x = call.Tensor(0), y = call.Tensor(1);
        var type = TypePromotion.Result(x, y).ToFloat();
        return Reduced(call, call.Context.Pointwise(type, type, [x, y], e => loss(e[0], e[1], call, value => Quantised.Rounded(value, type))));
    };

    /// <summary>The losses themselves, their mean or their sum.</summary>
    private static TensorBuffer Reduced(Call call, TensorBuffer losses)
    {
        var axes = new ReducedAxes(losses, [.. Enumerable.Range(0, losses.Rank)], keep: false);
        return (losses.Rank == 0 ? 0 : Reduction(call)) switch
        {
            0 => losses,
            1 => call.Context.Convert(call.Context.Mean(losses, axes), losses.Type),
            _ => call.Context.Sum(losses, axes, losses.Type),
        };
    }

    /// <summary>0 for none, 1 for the mean, 2 for the sum: as a number or by its name.</summary>
    private static int Reduction(Call call) => !call.Has("reduction") ? 0 : call["reduction"] switch
    {
        Lowered.Text { Value: "none" } => 0,
        Lowered.Text { Value: "mean" } => 1,
        Lowered.Text { Value: "sum" } => 2,
        _ => call.Constant("reduction"),
    };

    private static Expr SmoothL1(Expr difference, double beta)
    {
        var z = difference.Abs();
        return beta == 0 ? z : Expr.Select(z < z.Like(beta), z * z * z.Like(0.5 / beta), z - z.Like(0.5 * beta));
    }

    private static Expr Huber(Expr difference, double delta)
    {
        var z = difference.Abs();
        return Expr.Select(z <= z.Like(delta), z * z * z.Like(0.5), (z - z.Like(0.5 * delta)) * z.Like(delta));
    }

    private static Expr KullbackLeibler(Expr input, Expr target, Call call) => call.Flag("log_target")
        ? target.Exp() * (target - input)
        : Expr.Select(target.EqualTo(target.Zero), target.Zero, target * target.Log()) - (target * input);

    private static Expr Poisson(Expr input, Expr target, Call call)
    {
        var loss = call.Flag("log_input") ? input.Exp() - (target * input) : input - (target * (input + input.Like(call.Number("eps"))).Log());
        if (!call.Flag("full"))
        {
            return loss;
        }

        var stirling = (target * target.Log()) - target + (target.Like(0.5) * (target * target.Like(2 * Math.PI)).Log());
        return loss + Expr.Select(target <= target.One, target.Zero, stirling);
    }

    private static Expr Hinge(Expr input, Expr target, double margin, Func<Expr, Expr> round) =>
        Expr.Select(target.EqualTo(target.One), input.Zero, round(input.Like(margin) - input).Max(input.Zero))
            + Expr.Select(target.EqualTo(target.Like(-1)), input.Zero, input);

    private static Lowered BinaryCrossEntropy(Call call)
    {
        Operand[] operands = [call.Tensor("self"), call.Tensor("target"), call.OptionalTensor("weight") is { } weight ? weight : 1L];
        var type = call.Tensor("self").Type;
        return Reduced(call, call.Context.Pointwise(type, type, operands, x =>
        {
            // Logarithms are kept above -100, as PyTorch does.
            var (yes, no) = (x[0].Log().Max(x[0].Like(-100)), (x[0].One - x[0]).Log().Max(x[0].Like(-100)));
            return -((x[1] * yes) + ((x[1].One - x[1]) * no)) * x[2];
        }));
    }

    private static Lowered BinaryCrossEntropyWithLogits(Call call)
    {
        Operand[] operands =
        [
            call.Tensor("self"), call.Tensor("target"), call.OptionalTensor("weight") is { } weight ? weight : 1L,
            call.OptionalTensor("pos_weight") is { } positive ? positive : 1L,
        ];
        var type = call.Tensor("self").Type;
        return Reduced(call, call.Context.Pointwise(type, type, operands, x =>
        {
            var (input, target) = (x[0], x[1]);
            var scale = target.One + ((x[3] - target.One) * target);
            return (((target.One - target) * input) - (scale * input.LogSigmoid())) * x[2];
        }));
    }

    private static Lowered MarginRanking(Call call)
    {
        Operand[] operands = [call.Tensor("input1"), call.Tensor("input2"), call.Tensor("target")];
        var type = TypePromotion.Result(operands);
        return Reduced(call, call.Context.Pointwise(type.ToFloat(), type, operands, x =>
        {
            var loss = (-x[2] * (x[0] - x[1])).As(type.ToFloat().Compute());
            return (loss + loss.Like(call.Number("margin"))).Max(loss.Zero);
        }));
    }

    private static Lowered TripletMargin(Call call) => TripletMargin(call, (a, b) =>
        Families.Distance.Pairwise(call.Context, call.Tensor(a), call.Tensor(b), call.Number("p"), call.Number("eps"), keep: false));

    /// <param name="call">The call.</param>
    /// <param name="distance">How far two of the arguments are apart, by their names.</param>
    internal static Lowered TripletMargin(Call call, Func<string, string, TensorBuffer> distance)
    {
        var context = call.Context;
        var (positive, negative) = (distance("anchor", "positive"), distance("anchor", "negative"));
        if (call.Flag("swap"))
        {
            var swapped = distance("positive", "negative");
            negative = context.Pointwise(negative.Type, negative.Type, [negative, swapped], x => x[0].Min(x[1]));
        }

        return Reduced(call, context.Pointwise(
            positive.Type, positive.Type, [positive, negative], x => (x[0] - x[1] + x[0].Like(call.Number("margin"))).Max(x[0].Zero)));
    }

    private static TensorBuffer Floating(Call call, string name) => call.Context.Convert(call.Tensor(name), call.Tensor(name).Type.ToFloat());

    private static Lowered CosineEmbedding(Call call)
    {
        const double epsilon = 1e-12;
        var (a, b, target) = (Floating(call, "input1"), Floating(call, "input2"), call.Tensor("target"));
        var axes = new ReducedAxes(a, [a.Rank - 1], keep: false);
        var similarity = call.Context.Reduce([a.Type], axes.Result, axes.Reduced, (o, r) =>
        {
            var (x, y) = (a.ValueAt(axes.Index(o, r)), b.ValueAt(axes.Index(o, r)));
            return [new(Combiner.Sum, x * y), new(Combiner.Sum, x * x), new(Combiner.Sum, y * y)];
        }, (_, sums) => [sums[0] / ((sums[1] + sums[1].Like(epsilon)) * (sums[2] + sums[2].Like(epsilon))).Sqrt()])[0];
        return Reduced(call, call.Context.Pointwise(a.Type, a.Type, [similarity, target], x => Expr.Select(
            x[1].EqualTo(x[1].One), x[0].One - x[0],
            Expr.Select(x[1].EqualTo(x[1].Like(-1)), (x[0] - x[0].Like(call.Number("margin"))).Max(x[0].Zero), x[0].Zero))));
    }

    private static Lowered MultiMargin(Call call)
    {
        var (self, target, weight) = (AtLeast(call, "self", 1), call.Tensor("target"), call.OptionalTensor("weight"));
        self = target.Rank == self.Rank ? call.Context.Unsqueeze(self, 0) : self;
        var (classes, compute) = (self.Dims[^1], self.Type.Compute());
        call.CheckIndices(target, classes, "the classes of 'self'");
        var losses = call.Context.Reduce(self.Type, self.Dims[..^1], [classes], Combiner.Sum, (o, c) =>
        {
            var wanted = target.IndexAt(o[^target.Rank..], classes);
            var over = (Expr.Const(compute, call.Number("margin")) - self.ValueAt([.. o, wanted]) + self.ValueAt([.. o, c[0]])).Max(Expr.Const(compute, 0L));
            var loss = over.Power(call.Number("p"));
            loss = weight is null ? loss : loss * weight.ValueAt([wanted]);
            return Expr.Select(Expr.Of(c[0]).EqualTo(Expr.Of(wanted)), loss.Zero, loss);
        }, (_, sum) => sum / Expr.Of(classes).As(compute));
        return Reduced(call, losses);
    }

    /// <summary>A number as a vector of one, a vector as a matrix of one row.</summary>
    private static TensorBuffer AtLeast(Call call, string name, int rank)
    {
        var tensor = call.Tensor(name);
        while (tensor.Rank < rank)
        {
            tensor = call.Context.Unsqueeze(tensor, 0);
        }

        return tensor;
    }

    /// <summary>Each sample names classes, up to the first negative one: how far each of these lies above each other class.</summary>
    private static (TensorBuffer Loss, TensorBuffer IsTarget) MultiLabelMargin(Call call)
    {
        var (context, given) = (call.Context, call.Tensor("self"));
        var (self, target) = (AtLeast(call, "self", 2), AtLeast(call, "target", 2));
        var (type, compute, classes) = (self.Type, self.Type.Compute(), self.Dims[1]);
        var named = context.Scan([DType.Bool], target.Dims, 1, i => [new(Combiner.And, target.At(i) >= target.At(i).Zero)], (_, all) => [all[0]])[0];
        call.CheckIndices(target.Dims, i => Expr.Select(named.At(i), target.At(i), target.At(i).Zero), classes, "the classes of 'self'");
        var wanted = context.Reduce(DType.Bool, self.Dims, [classes], Combiner.Or, (o, k) =>
            named.At([o[0], k[0]]) & target.At([o[0], k[0]]).As(DType.Int64).EqualTo(Expr.Of(o[1])));
        var losses = context.Reduce(type, [self.Dims[0]], [classes, classes], Combiner.Sum, (o, r) =>
        {
            var over = Expr.Const(compute, 1L) - self.ValueAt([o[0], target.IndexAt([o[0], r[0]], classes)]) + self.ValueAt([o[0], r[1]]);
            return Expr.Select(named.At([o[0], r[0]]) & !wanted.At([o[0], r[1]]), over.Max(over.Zero), over.Zero);
        }, (_, sum) => sum / Expr.Of(classes).As(compute));
        losses = given.Rank < 2 ? context.Reshape(losses, []) : losses;
        return (Reduced(call, losses), context.Reshape(context.Convert(wanted, type), given.Dims));
    }

    private static Lowered NegativeLikelihood(Call call, TensorBuffer logarithms) => Likelihoods(call, logarithms, 0).Loss;

    private static Lowered WithWeight(Call call)
    {
        var (loss, weight) = Likelihoods(call, call.Tensor("self"), 0);
        return Lowered.Of(loss, weight);
    }

    /// <summary>The class of each sample is an index along dim 1 (of a vector: along its only dim). A mean is weighted by the classes' weights.</summary>
    private static (TensorBuffer Loss, TensorBuffer Weight) Likelihoods(Call call, TensorBuffer logarithms, double smoothing)
    {
        var context = call.Context;
        var target = call.Tensor("target");
        var weight = call.OptionalTensor("weight");
        var ignored = call.Int("ignore_index");
        var axis = logarithms.Rank == 1 ? 0 : 1;
        var (type, compute, classes) = (logarithms.Type, logarithms.Type.Compute(), logarithms.Dims[axis]);
        call.CheckIndices(target, classes, "the classes of 'self'", except: x => x.As(DType.Int64).EqualTo(Expr.Of(ignored)));
        Expr Weight(Dims i) => Expr.Select(
            target.At(i).As(DType.Int64).EqualTo(Expr.Of(ignored)), Expr.Const(compute, 0L),
            weight is null ? Expr.Const(compute, 1L) : weight.ValueAt([target.IndexAt(i, classes)]).As(compute));
        var losses = context.Map(type, target.Dims, i =>
            -logarithms.ValueAt(i.Insert(axis, target.IndexAt(i, classes))) * Weight(i));
        if (smoothing != 0)
        {
            var spread = context.Reduce(compute, target.Dims, [classes], Combiner.Sum, (o, c) =>
                -logarithms.ValueAt(o.Insert(axis, c[0])) * (weight is null ? Expr.Const(compute, 1L) : weight.ValueAt(c).As(compute)));
            var hard = losses;
            losses = context.Map(type, target.Dims, i =>
            {
                var counted = target.At(i).As(DType.Int64).NotEqualTo(Expr.Of(ignored));
                var share = spread.At(i) * spread.At(i).Like(smoothing) / Expr.Of(classes).As(compute);
                return (hard.ValueAt(i) * share.Like(1 - smoothing)) + Expr.Select(counted, share, share.Zero);
            });
        }

        var all = new ReducedAxes(losses, [.. Enumerable.Range(0, losses.Rank)], keep: false);
        var weights = context.Map(type, target.Dims, Weight);
        var total = context.Sum(weights, all, type);
        return Reduction(call) switch
        {
            0 => (losses, context.Fill(type, [], Expr.Const(type, 0L))),
            1 => (context.Pointwise(type, type, [context.Sum(losses, all, compute), total], x => x[0] / x[1]), total),
            _ => (context.Sum(losses, all, type), total),
        };
    }

    /// <summary>PyTorch goes by chunks here, to keep fewer logits, and makes the gradients at once where somebody asks for them.</summary>
    private static Lowered LinearCrossEntropy(Call call)
    {
        if (call.Flag("compute_input_grad") || call.Flag("compute_linear_weight_grad") || call.Flag("compute_linear_bias_grad"))
        {
            throw call.Unsupported("gradients; export under torch.no_grad()");
        }

        TensorBuffer None(int rank) => call.Context.Fill(call.Tensor("input").Type, [.. Enumerable.Repeat(Dim.Zero, rank)], Expr.Const(call.Tensor("input").Type, 0L));
        return Lowered.Of(CrossEntropy(call, Logits(call)), None(2), None(2), None(1));
    }

    private static TensorBuffer Logits(Call call) =>
        Matrix.Linear(call.Context, call.Tensor("input"), call.Tensor("linear_weight"), call.OptionalTensor("linear_bias"));

    private static TensorBuffer CrossEntropy(Call call, TensorBuffer self)
    {
        var context = call.Context;
        var target = call.Tensor("target");
        var axis = self.Rank == 1 ? 0 : 1;
        var logarithms = Softmax.Logarithm(context, self, axis, self.Type);
        var smoothing = call.Has("label_smoothing") ? call.Number("label_smoothing") : 0;
        if (!target.Type.IsFloat())
        {
            return Likelihoods(call, logarithms, smoothing).Loss;
        }

        // Probabilities instead of classes; a mean is over the samples.
        var weight = call.OptionalTensor("weight");
        var compute = self.Type.Compute();
        var losses = context.Reduce(self.Type, self.Dims.RemoveAt(axis), [self.Dims[axis]], Combiner.Sum, (o, c) =>
        {
            var place = o.Insert(axis, c[0]);
            var wanted = target.ValueAt(place).As(compute);
            wanted = smoothing == 0 ? wanted : (wanted * wanted.Like(1 - smoothing)) + (wanted.Like(smoothing) / Expr.Of(self.Dims[axis]).As(compute));
            var loss = -wanted * logarithms.ValueAt(place);
            return weight is null ? loss : loss * weight.ValueAt(c).As(compute);
        });
        if (Reduction(call) == 0)
        {
            return losses;
        }

        var sum = context.Sum(losses, new(losses, [.. Enumerable.Range(0, losses.Rank)], keep: false), self.Type);
        var samples = Expr.Of(Dim.Product(losses.Dims)).As(compute);
        return Reduction(call) == 2 ? sum : context.Pointwise(sum, x => x / samples);
    }
}
