using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>Reductions, scans and sorts. Float sums are kept in double and rounded at the end.</summary>
public sealed partial class Evaluator
{
    private void RunReduce(ReduceStep reduce)
    {
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var accumulators = new Accumulators(frame, compiler, reduce.Reducers);
        var stores = reduce.Targets.Zip(reduce.Results, (target, result) => Store(frame, compiler, target, result)).ToArray();
        var rows = Rows(frame, reduce.Reduced.LastOrDefault());
        ForEach(frame, reduce.Axes, () =>
        {
            accumulators.Reset();
            if (rows is null)
            {
                ForEach(frame, reduce.Reduced, accumulators.Take);
            }
            else
            {
                ForEachRow(frame, reduce.Reduced, rows, () => accumulators.TakeRow(rows));
            }

            accumulators.Round();
            foreach (var store in stores)
            {
                store();
            }
        });
    }

    private void RunScan(ScanStep scan)
    {
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var accumulators = new Accumulators(frame, compiler, scan.Reducers);
        var stores = scan.Targets.Zip(scan.Results, (target, result) => Store(frame, compiler, target, result)).ToArray();
        ForEach(frame, scan.Axes, () =>
        {
            accumulators.Reset();
            ForEach(frame, [scan.Scanned], () =>
            {
                accumulators.Take();
                foreach (var store in stores)
                {
                    store();
                }
            });
        });
    }

    private void RunSort(SortStep sort)
    {
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var real = sort.Key.Type.IsFloat();
        var key = real ? compiler.Float(sort.Key) : null;
        var integerKey = real ? null : compiler.Integer(sort.Key);
        var (values, indices) = (Get(sort.Values.Buffer), Get(sort.Indices.Buffer));
        var valuePlace = compiler.Place(values, sort.Values.Index);
        var indexPlace = compiler.Place(indices, sort.Indices.Index);
        var kept = frame.Slot(sort.Kept);
        var keptCount = Evaluate(sort.Kept.Extent);
        ForEach(frame, sort.Axes, () =>
        {
            var reals = new List<double>();
            var wholes = new List<long>();
            ForEach(frame, [sort.Sorted], () =>
            {
                if (real)
                {
                    reals.Add(key!());
                }
                else
                {
                    wholes.Add(integerKey!() ^ Reversed(sort.Key.Type));
                }
            });
            var sign = sort.Descending ? -1 : 1;
            var order = Enumerable.Range(0, real ? reals.Count : wholes.Count).ToArray();
            var sorted = real
                ? order.Order(Comparer<int>.Create((a, b) => Compare(reals[a], reals[b]) * sign is var c && c != 0 ? c : a.CompareTo(b)))
                : order.Order(Comparer<int>.Create((a, b) => wholes[a].CompareTo(wholes[b]) * sign is var c && c != 0 ? c : a.CompareTo(b)));
            var at = 0;
            foreach (var from in sorted.Take((int)keptCount))
            {
                frame.Set(kept, at++);
                if (real)
                {
                    values.SetFloat(valuePlace(), reals[from]);
                }
                else
                {
                    values.SetInteger(valuePlace(), wholes[from] ^ Reversed(sort.Key.Type));
                }

                indices.SetInteger(indexPlace(), from);
            }
        });

        static int Compare(double a, double b) =>
            double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : double.IsNaN(b) ? -1 : a.CompareTo(b);
    }

    /// <summary>The bit by which a uint64 becomes a long of the same order.</summary>
    private static long Reversed(DType type) => type == DType.UInt64 ? long.MinValue : 0;

    /// <summary>The running values of a reduction's reducers.</summary>
    private sealed class Accumulators
    {
        private readonly Frame frame;
        private readonly Reducer[] reducers;
        private readonly Func<double>?[] reals;
        private readonly Func<long>?[] wholes;
        private readonly double[] bestReals;
        private readonly long[] bestWholes;
        private long position;

        public Accumulators(Frame frame, ExprCompiler compiler, IEnumerable<Reducer> reducers)
        {
            this.frame = frame;
            this.reducers = [.. reducers];
            reals = [.. this.reducers.Select(r => r.Value.Type.IsFloat() ? compiler.Float(r.Value) : null)];
            wholes = [.. this.reducers.Select(r => r.Value.Type.IsFloat() ? null : compiler.Integer(r.Value))];
            bestReals = new double[reals.Length];
            bestWholes = new long[reals.Length];
            frame.FloatAccumulators = new double[reals.Length];
            frame.IntegerAccumulators = new long[reals.Length];
        }

        public void Reset()
        {
            position = 0;
            for (var i = 0; i < reducers.Length; i++)
            {
                var combiner = reducers[i].Combiner;
                frame.FloatAccumulators[i] = combiner switch
                {
                    Combiner.Product or Combiner.And => 1,
                    Combiner.Min => double.PositiveInfinity,
                    Combiner.Max => double.NegativeInfinity,
                    _ => 0,
                };
                frame.IntegerAccumulators[i] = combiner switch
                {
                    Combiner.Product or Combiner.And => 1,
                    Combiner.Min => long.MaxValue ^ Reversed(reducers[i].Value.Type),
                    Combiner.Max => long.MinValue ^ Reversed(reducers[i].Value.Type),
                    _ => 0,
                };
            }

            frame.Touch();
        }

        public void Take()
        {
            for (var i = 0; i < reducers.Length; i++)
            {
                if (reals[i] is { } real)
                {
                    TakeReal(i, real());
                }
                else
                {
                    TakeWhole(i, wholes[i]!());
                }
            }

            position++;
            frame.Touch();
        }

        /// <summary>All points of a row, in order.</summary>
        public void TakeRow(RowCompiler rows)
        {
            for (var i = 0; i < reducers.Length; i++)
            {
                var first = position;
                if (reals[i] is not null)
                {
                    foreach (var value in rows.Float(reducers[i].Value).Fill(0, rows.Count))
                    {
                        TakeReal(i, value);
                        position++;
                    }
                }
                else
                {
                    foreach (var value in rows.Integer(reducers[i].Value).Fill(0, rows.Count))
                    {
                        TakeWhole(i, value);
                        position++;
                    }
                }

                position = first;
            }

            position += rows.Count;
            frame.Touch();
        }

        /// <summary>Float accumulators to the reducer's dtype: once, at the end.</summary>
        public void Round()
        {
            for (var i = 0; i < reducers.Length; i++)
            {
                if (reducers[i].Type == DType.Float32)
                {
                    frame.FloatAccumulators[i] = (float)frame.FloatAccumulators[i];
                }
            }

            frame.Touch();
        }

        private void TakeReal(int i, double value)
        {
            ref var total = ref frame.FloatAccumulators[i];
            switch (reducers[i].Combiner)
            {
                case Combiner.Sum:
                    total += value;
                    break;
                case Combiner.Product:
                    total *= value;
                    break;
                case Combiner.Min:
                    total = Math.Min(total, value);
                    break;
                case Combiner.Max:
                    total = Math.Max(total, value);
                    break;
                case Combiner.ArgMin or Combiner.ArgMax:
                    var better = reducers[i].Combiner == Combiner.ArgMin ? value < bestReals[i] : value > bestReals[i];
                    if (position == 0 || (!double.IsNaN(bestReals[i]) && (better || double.IsNaN(value))))
                    {
                        (bestReals[i], frame.IntegerAccumulators[i]) = (value, position);
                    }

                    break;
                default:
                    throw new NotSupportedException($"{reducers[i].Combiner} of floats");
            }
        }

        private void TakeWhole(int i, long value)
        {
            ref var total = ref frame.IntegerAccumulators[i];
            var reversed = Reversed(reducers[i].Value.Type);
            switch (reducers[i].Combiner)
            {
                case Combiner.Sum:
                    total = unchecked(total + value);
                    break;
                case Combiner.Product:
                    total = unchecked(total * value);
                    break;
                case Combiner.Min:
                    total = Math.Min(total ^ reversed, value ^ reversed) ^ reversed;
                    break;
                case Combiner.Max:
                    total = Math.Max(total ^ reversed, value ^ reversed) ^ reversed;
                    break;
                case Combiner.And:
                    total &= value;
                    break;
                case Combiner.Or:
                    total |= value;
                    break;
                case Combiner.Xor:
                    total ^= value;
                    break;
                default:
                    var better = reducers[i].Combiner == Combiner.ArgMin ? (value ^ reversed) < (bestWholes[i] ^ reversed) : (value ^ reversed) > (bestWholes[i] ^ reversed);
                    if (position == 0 || better)
                    {
                        (bestWholes[i], total) = (value, position);
                    }

                    break;
            }
        }
    }
}
