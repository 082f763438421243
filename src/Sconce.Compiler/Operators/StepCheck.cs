using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Looks at every step that a lowering makes, once for all operators: shapes and dtypes that no run of PyTorch has, as damaged files do, would
/// otherwise become code that leaves its memory.
/// </summary>
internal static class StepCheck
{
    /// <param name="step">What a lowering has made.</param>
    /// <param name="symbols">What a run knows when it begins.</param>
    /// <param name="require">Told of what only a run's sizes can tell.</param>
    public static void Check(Step step, IReadOnlyCollection<Symbol> symbols, Action<SizeCheck> require)
    {
        // Steps inside a region were looked at when they were added to it.
        if (step is RegionStep)
        {
            return;
        }

        foreach (var target in step.Targets)
        {
            CheckSize(target.Buffer);
        }

        foreach (var expr in step.Expressions.OwnNodes())
        {
            CheckTypes(expr);
        }

        CheckOperands(step);
        if (step is ConvolutionStep convolution)
        {
            CheckWindows(convolution);
            if (IsPlain(convolution.InputAxes[1].Extent, symbols) && IsPlain(convolution.WeightAxes[1].Extent, symbols))
            {
                require(SizeCheck.Equal(convolution.InputAxes[1].Extent, convolution.WeightAxes[1].Extent * convolution.Groups, "a convolution's weight has as many channels as its input"));
            }
        }

        if (symbols.Count > 0)
        {
            CheckEnds(step, symbols, require);
        }

        // Where an axis is empty nothing is read or written; one whose extent only a run knows is left open.
        var axes = step.AllAxes;
        if (!axes.Any(axis => axis.Extent is { IsConstant: true, Value: <= 0 or > TensorData.MostElements }))
        {
            foreach (var point in Corners([.. axes.Where(axis => axis.Extent.IsConstant)]))
            {
                new Point(point).Check(step);
            }
        }
    }

    /// <summary>Operands of a product have one dtype: PyTorch promotes none of them.</summary>
    private static void CheckOperands(Step step)
    {
        ImmutableArray<Expr> operands = step switch
        {
            ContractionStep s => [s.Left, s.Right],
            ConvolutionStep s => [s.Input, s.Weight],
            AttentionStep { Operands: var s } => [s.Query, s.Key, s.Value],
            _ => [],
        };
        if (operands.Select(operand => operand.Type).Distinct().ToList() is { Count: > 1 } types)
        {
            throw SconceException.Expected("tensors of one dtype to multiply", string.Join(" and ", types.Select(type => type.Name())), hint: "convert one of them before");
        }
    }

    /// <summary>An axis that counts along a dimension ends where that does, in every run.</summary>
    private static void CheckEnds(Step step, IReadOnlyCollection<Symbol> symbols, Action<SizeCheck> require)
    {
        foreach (var target in step is ScatterStep { Condition: not null } ? [] : step.Targets)
        {
            Ends(target.Buffer, target.Index);
        }

        // What is guarded is its condition's business.
        foreach (var load in step.Expressions.OwnNodes(entered: node => node is not GuardExpr).OfType<LoadExpr>())
        {
            Ends(load.Buffer, load.Index);
        }

        void Ends(TensorBuffer buffer, ImmutableArray<Dim> index)
        {
            for (var i = 0; i < index.Length && i < buffer.Dims.Length; i++)
            {
                if (index[i].AsAtom is Axis { Extent: var extent } && !extent.Equals(buffer.Dims[i]) && IsPlain(extent, symbols) && IsPlain(buffer.Dims[i], symbols))
                {
                    require(SizeCheck.LessOrEqual(extent, buffer.Dims[i], "a tensor is read and written only where it has elements"));
                }
            }
        }
    }

    /// <summary>Sums of products of what a run knows when it begins.</summary>
    private static bool IsPlain(Dim dim, IReadOnlyCollection<Symbol> symbols) =>
        dim.Terms.All(term => term.Factors.All(factor => factor is Symbol symbol && symbols.Contains(symbol)));

    private static void CheckSize(TensorBuffer buffer)
    {
        Int128 count = 1;
        foreach (var dim in buffer.Dims.Where(dim => dim.IsConstant))
        {
            count = Int128.Min(count * Math.Max(dim.Value, 1), TensorData.MostElements + 1);
            if (dim.Value < 0 || count > TensorData.MostElements)
            {
                throw SconceException.Expected("arguments whose sizes go together", $"a result of the sizes [{string.Join(", ", buffer.Dims)}]");
            }
        }
    }

    /// <summary>Functions are there for the dtypes for which PyTorch has them.</summary>
    private static void CheckTypes(Expr expr)
    {
        var (name, type, has) = expr switch
        {
            UnaryExpr { Operation: var operation, Operand.Type: var of } => (operation.Name, of, operation.Takes(of)),
            BinaryExpr { Operation: var operation, Left.Type: var of } => (operation.Name, of, operation.Takes(of)),
            _ => ("", default, true),
        };
        if (!has)
        {
            throw SconceException.Unsupported($"{name} of {type.Name()}", hint: "convert the tensor to another dtype before");
        }
    }

    /// <summary>The windows lie within the padded input, and channels and groups go together.</summary>
    private static void CheckWindows(ConvolutionStep step)
    {
        var (input, weight, output) = (Extents(step.InputAxes), Extents(step.WeightAxes), Extents(step.Axes));
        if (step.Groups <= 0 || step.Stride.Any(stride => stride <= 0) || step.Dilation.Any(dilation => dilation <= 0))
        {
            throw SconceException.Expected("positive groups, strides and dilations", $"groups {step.Groups}, stride [{string.Join(", ", step.Stride)}], dilation [{string.Join(", ", step.Dilation)}]");
        }

        var fits = input.Length == weight.Length && output.Length == input.Length && Agree(input[0], output[0]) && Agree(weight[0], output[1])
            && Agree(input[1], weight[1] * step.Groups) && (!weight[0].IsConstant || weight[0].Value % step.Groups == 0);
        for (var i = 2; fits && i < input.Length; i++)
        {
            var last = ((output[i] - 1) * step.Stride[i - 2]) + ((weight[i] - 1) * step.Dilation[i - 2]);
            fits = !last.IsConstant || !input[i].IsConstant || output[i].Value <= 0 || last.Value < input[i].Value;
        }

        if (!fits)
        {
            throw SconceException.Expected(
                "an input, a weight and groups that go together",
                $"an input of [{string.Join(", ", input)}] (with its padding), a weight of [{string.Join(", ", weight)}] and {step.Groups} groups");
        }
    }

    private static ImmutableArray<Dim> Extents(ImmutableArray<Axis> axes) => [.. axes.Select(axis => axis.Extent)];

    private static bool Agree(Dim a, Dim b) => !a.IsConstant || !b.IsConstant || a.Value == b.Value;

    /// <summary>Points of the index space at which an index is smallest or largest, as far as it is a sum of multiples of few axes.</summary>
    private static IEnumerable<Dictionary<Atom, long>> Corners(ImmutableArray<Axis> axes)
    {
        yield return axes.ToDictionary(axis => (Atom)axis, _ => 0L);
        yield return axes.ToDictionary(axis => (Atom)axis, axis => axis.Extent.Value - 1);
        foreach (var one in axes.Where(axis => axis.Extent.Value > 1 && axes.Length > 1))
        {
            yield return axes.ToDictionary(axis => (Atom)axis, axis => axis == one ? axis.Extent.Value - 1 : 0);
            yield return axes.ToDictionary(axis => (Atom)axis, axis => axis == one ? 0 : axis.Extent.Value - 1);
        }
    }

    /// <summary>One point of an index space: what a step reads and writes there.</summary>
    private sealed class Point(Dictionary<Atom, long> values)
    {
        private readonly HashSet<Expr> seen = new(ReferenceEqualityComparer.Instance);

        public void Check(Step step)
        {
            if (step is not ScatterStep { Condition: not null })
            {
                foreach (var target in step.Targets)
                {
                    Check(target.Buffer, target.Index, "write");
                }
            }

            foreach (var expr in step.Expressions)
            {
                Check(expr);
            }
        }

        private void Check(Expr expr)
        {
            if (!seen.Add(expr))
            {
                return;
            }

            switch (expr)
            {
                case LoadExpr load:
                    Check(load.Buffer, load.Index, "read");
                    break;
                case GuardExpr guard:
                    // Where it is not known which branch is taken, what it reads is its condition's business.
                    if (Truth(guard.Condition) is { } truth)
                    {
                        Check(truth ? guard.Inside : guard.Outside);
                    }

                    break;
                default:
                    foreach (var operand in expr.Operands)
                    {
                        Check(operand);
                    }

                    break;
            }
        }

        private void Check(TensorBuffer buffer, ImmutableArray<Dim> index, string verb)
        {
            if (index.Length != buffer.Dims.Length)
            {
                throw SconceException.Expected($"{index.Length} dimensions", $"a tensor of [{string.Join(", ", buffer.Dims)}]");
            }

            for (var i = 0; i < index.Length; i++)
            {
                if (buffer.Dims[i].IsConstant && Value(index[i]) is { } at && (at < 0 || at >= buffer.Dims[i].Value))
                {
                    throw SconceException.Expected(
                        "arguments whose sizes go together", $"sizes with which it would {verb} element {at} of dimension {i} of a tensor of [{string.Join(", ", buffer.Dims)}]");
                }
            }
        }

        /// <summary>Null where it depends on what only the run knows.</summary>
        private long? Value(Dim dim)
        {
            var known = true;
            dim.VisitLeaves(leaf => known &= values.ContainsKey(leaf));
            try
            {
                return known ? dim.Evaluate(leaf => values[leaf]) : null;
            }
            catch (ArithmeticException error)
            {
                throw SconceException.Expected("arguments whose sizes go together", error is DivideByZeroException ? "a division of them by 0" : "sizes beyond 64 bits");
            }
        }

        private bool? Truth(Expr condition) => condition switch
        {
            ConstExpr constant => constant.Bits != 0,
            UnaryExpr { Op: UnaryOp.Not } not => !Truth(not.Operand),
            BinaryExpr { Op: BinaryOp.And } and => Truth(and.Left) is { } a && Truth(and.Right) is { } b ? a && b : null,
            BinaryExpr { Op: BinaryOp.Or } or => Truth(or.Left) is { } a && Truth(or.Right) is { } b ? a || b : null,
            BinaryExpr compare when Number(compare.Left) is { } a && Number(compare.Right) is { } b => compare.Op switch
            {
                BinaryOp.Lt => a < b,
                BinaryOp.Le => a <= b,
                BinaryOp.Gt => a > b,
                BinaryOp.Ge => a >= b,
                BinaryOp.Eq => a == b,
                BinaryOp.Ne => a != b,
                _ => null,
            },
            _ => null,
        };

        private long? Number(Expr expr) => expr switch
        {
            IndexExpr index => Value(index.Value),
            ConstExpr { Type: DType.Int64 } constant => constant.Bits,
            _ => null,
        };
    }
}
