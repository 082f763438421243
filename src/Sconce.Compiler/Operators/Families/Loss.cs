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
        { "aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", Pointwise((x, y, _) => (-y * x).Exp().Log1p()) },
        { "aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) -> Tensor", Pointwise((x, y, call) => Hinge(x, y, call.Number("margin"))) },
        { "aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor", BinaryCrossEntropy },
        { "aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) -> Tensor", BinaryCrossEntropyWithLogits },
        { "aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor", MarginRanking },
        { "aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1., float p=2., float eps=9.9999999999999995e-07, bool swap=False, int reduction=1) -> Tensor", TripletMargin },
        { "aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor", CosineEmbedding },
        { "aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=1) -> Tensor", MultiMargin },
        { "aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", call => NegativeLikelihood(call, call.Tensor("self")) },
        { "aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", call => NegativeLikelihood(call, call.Tensor("self")) },
        { "aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", call => NegativeLikelihood(call, call.Tensor("self")) },
        { "aten::nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index) -> (Tensor output, Tensor total_weight)", call => WithWeight(call) },
        { "aten::nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt ignore_index) -> (Tensor output, Tensor total_weight)", call => WithWeight(call) },
        { "aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100, float label_smoothing=0.) -> Tensor", CrossEntropy },
    };

    private static Lowering Pointwise(Func<Expr, Expr, Call, Expr> loss) => call =>
    {
        Operand x = call.Tensor(0), y = call.Tensor(1);
        var type = TypePromotion.Result(x, y).ToFloat();
        return Reduced(call, call.Context.Pointwise(type, type, [x, y], e => loss(e[0], e[1], call)));
    };

    /// <summary>The losses themselves, their mean or their sum.</summary>
    private static TensorBuffer Reduced(Call call, TensorBuffer losses)
    {
        var axes = new ReducedAxes(losses, [.. Enumerable.Range(0, losses.Rank)], keep: false);
        return (losses.Rank == 0 ? 0 : call.Constant("reduction")) switch
        {
            0 => losses,
            1 => call.Context.Convert(call.Context.Mean(losses, axes), losses.Type),
            _ => call.Context.Sum(losses, axes, losses.Type),
        };
    }

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

    private static Expr Hinge(Expr input, Expr target, double margin) =>
        Expr.Select(target.EqualTo(target.One), input.Zero, (input.Like(margin) - input).Max(input.Zero))
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
        var type = TypePromotion.Result(operands).ToFloat();
        return Reduced(call, call.Context.Pointwise(type, type, operands, x => (-x[2] * (x[0] - x[1]) + x[0].Like(call.Number("margin"))).Max(x[0].Zero)));
    }

    private static Lowered TripletMargin(Call call)
    {
        var context = call.Context;
        var (positive, negative) = (Distance("anchor", "positive"), Distance("anchor", "negative"));
        if (call.Flag("swap"))
        {
            var swapped = Distance("positive", "negative");
            negative = context.Pointwise(negative.Type, negative.Type, [negative, swapped], x => x[0].Min(x[1]));
        }

        return Reduced(call, context.Pointwise(
            positive.Type, positive.Type, [positive, negative], x => (x[0] - x[1] + x[0].Like(call.Number("margin"))).Max(x[0].Zero)));

        TensorBuffer Distance(string a, string b) => Families.Distance.Pairwise(
            context, Floating(call, a), Floating(call, b), call.Number("p"), call.Number("eps"), keep: false);
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
        var (self, target, weight) = (call.Tensor("self"), call.Tensor("target"), call.OptionalTensor("weight"));
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
        return call.Constant("reduction") switch
        {
            0 => (losses, context.Fill(type, [], Expr.Const(type, 0L))),
            1 => (context.Pointwise(type, type, [context.Sum(losses, all, compute), total], x => x[0] / x[1]), total),
            _ => (context.Sum(losses, all, type), total),
        };
    }

    private static Lowered CrossEntropy(Call call)
    {
        var context = call.Context;
        var (self, target) = (call.Tensor("self"), call.Tensor("target"));
        var axis = self.Rank == 1 ? 0 : 1;
        var logarithms = Softmax.Logarithm(context, self, axis, self.Type);
        var smoothing = call.Number("label_smoothing");
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
        if (call.Constant("reduction") == 0)
        {
            return losses;
        }

        var sum = context.Sum(losses, new(losses, [.. Enumerable.Range(0, losses.Rank)], keep: false), self.Type);
        var samples = Expr.Of(Dim.Product(losses.Dims)).As(compute);
        return call.Constant("reduction") == 2 ? sum : context.Pointwise(sum, x => x / samples);
    }
}
