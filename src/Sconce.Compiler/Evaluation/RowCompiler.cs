using System.Runtime.InteropServices;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>
/// What <see cref="ExprCompiler"/> does for a point, for the points of a row along an axis at once: they share what a delegate's call costs. What it has no rows for is computed point by
/// point. ResNet-20 in a tab, where .NET is interpreted: 7 s point by point.
/// </summary>
internal sealed class RowCompiler
{
    private readonly Frame frame;
    private readonly int slot;
    private readonly ExprCompiler points;
    private readonly Dictionary<Expr, Row<double>> floats = [];
    private readonly Dictionary<Expr, Row<long>> integers = [];
    private int number;

    public RowCompiler(Frame frame, Axis axis, int count)
    {
        (this.frame, Axis, Count, slot) = (frame, axis, count, frame.Slot(axis));
        points = new(frame);
        (FloatAccumulators, IntegerAccumulators) = (new(this, null), new(this, null));
    }

    public Axis Axis { get; }

    public int Count { get; }

    /// <summary>Whether the step has an accumulator.</summary>
    public bool Accumulates { get; init; }

    /// <summary>The accumulator of a step that has one, of floats: whoever runs it fills it before each row.</summary>
    public Row<double> FloatAccumulators { get; }

    /// <summary>The same of integers.</summary>
    public Row<long> IntegerAccumulators { get; }

    /// <summary>The frame's other axes are at another place: what was computed is of the row before.</summary>
    public void Begin()
    {
        number++;
        frame.Set(slot, 0);
    }

    public Row<double> Float(Expr expr)
    {
        if (!floats.TryGetValue(expr, out var made))
        {
            floats.Add(expr, made = expr.Type.IsFloat() ? MakeFloat(expr) : FromIntegers(expr));
        }

        return made;
    }

    public Row<long> Integer(Expr expr)
    {
        if (!integers.TryGetValue(expr, out var made))
        {
            integers.Add(expr, made = expr.Type.IsFloat() ? FromFloats(expr, DType.Int64) : MakeInteger(expr));
        }

        return made;
    }

    /// <summary>What puts a row of values into a buffer.</summary>
    public Action Store(TensorValue to, IReadOnlyList<Dim> index, Expr value)
    {
        var place = Index(to.Offset(index));
        if (value.Type.IsFloat())
        {
            var reals = Float(value);
            return () =>
            {
                reals.Fill(0, Count);
                place.Fill(0, Count);
                if (to.Type == DType.Float32)
                {
                    var numbers = MemoryMarshal.Cast<byte, float>(to.Bytes);
                    for (var i = 0; i < Count; i++)
                    {
                        numbers[(int)place.Values[i]] = (float)reals.Values[i];
                    }

                    return;
                }

                for (var i = 0; i < Count; i++)
                {
                    to.SetFloat(place.Values[i], reals.Values[i]);
                }
            };
        }

        var wholes = Integer(value);
        return () =>
        {
            wholes.Fill(0, Count);
            place.Fill(0, Count);
            for (var i = 0; i < Count; i++)
            {
                to.SetInteger(place.Values[i], wholes.Values[i]);
            }
        };
    }

    private Row<long> Index(Dim dim)
    {
        if (dim.LinearIn(Axis) is not ({ IsConstant: true } coefficient, var rest))
        {
            return Points(points.Dim(dim));
        }

        var (step, start) = (coefficient.Value, points.Dim(rest));
        return new(this, (row, from, to) =>
        {
            var at = start() + (from * step);
            for (var i = from; i < to; i++, at += step)
            {
                row[i] = at;
            }
        });
    }

    private Row<double> MakeFloat(Expr expr)
    {
        switch (expr)
        {
            case ConstExpr constant:
                var value = constant.Value;
                return new(this, (row, from, to) => row.AsSpan(from..to).Fill(value));
            case LoadExpr load:
                return Loaded(frame.Buffers(load.Buffer), load.Index);
            case AccumulatorExpr:
                return FloatAccumulators;
            case UnaryExpr { Operation.Floats: { } function } unary:
                return Rounded(expr.Type, Each(Float(unary.Operand), function));
            case BinaryExpr binary:
                return Rounded(expr.Type, Combined(binary.Op, binary.Operation.Floats!, Float(binary.Left), Float(binary.Right)));
            case CastExpr cast:
                return Rounded(expr.Type, Copy(Float(cast.Operand)));
            case SelectExpr select:
                return Chosen(Integer(select.Condition), Float(select.Yes), Float(select.No));
            case GuardExpr guard:
                return Chosen(Integer(guard.Condition), Float(guard.Inside), Float(guard.Outside));
            default:
                return Points(points.Float(expr));
        }
    }

    private Row<double> Loaded(TensorValue source, IReadOnlyList<Dim> index)
    {
        var place = Index(source.Offset(index));
        return source.Type != DType.Float32 ? new(this, Each<long, double>(place, source.GetFloat)) : new(this, (row, from, to) =>
        {
            var places = place.Fill(from, to);
            var numbers = MemoryMarshal.Cast<byte, float>(source.Bytes);
            for (var i = from; i < to; i++)
            {
                row[i] = numbers[(int)places[i]];
            }
        });
    }

    /// <summary>The operations that nearly all points need have loops of their own, without a call for each point.</summary>
    private static Action<double[], int, int> Combined(BinaryOp op, Func<double, double, double> combine, Row<double> left, Row<double> right) => op switch
    {
        BinaryOp.Add => (row, from, to) =>
        {
            var (a, b) = (left.Fill(from, to), right.Fill(from, to));
            for (var i = from; i < to; i++)
            {
                row[i] = a[i] + b[i];
            }
        },
        BinaryOp.Sub => (row, from, to) =>
        {
            var (a, b) = (left.Fill(from, to), right.Fill(from, to));
            for (var i = from; i < to; i++)
            {
                row[i] = a[i] - b[i];
            }
        },
        BinaryOp.Mul => (row, from, to) =>
        {
            var (a, b) = (left.Fill(from, to), right.Fill(from, to));
            for (var i = from; i < to; i++)
            {
                row[i] = a[i] * b[i];
            }
        },
        _ => Each(left, right, combine),
    };

    private Row<double> Rounded(DType type, Action<double[], int, int> compute) => type != DType.Float32 ? Then(compute, ExprCompiler.RoundingOf(type)) : new(this, (row, from, to) =>
    {
        compute(row, from, to);
        for (var i = from; i < to; i++)
        {
            row[i] = (float)row[i];
        }
    });

    private Row<long> Wrapped(DType type, Action<long[], int, int> compute) => Then(compute, ExprCompiler.WrappingOf(type));

    private Row<double> FromIntegers(Expr expr) => new(this, Each<long, double>(Integer(expr), expr.Type == DType.UInt64 ? x => (ulong)x : x => x));

    private Row<long> FromFloats(Expr expr, DType type) => Wrapped(type, Each<double, long>(Float(expr), type == DType.Bool ? x => x != 0 ? 1L : 0 : x => Conversion.ToInteger(x, type)));

    private Row<long> MakeInteger(Expr expr)
    {
        switch (expr)
        {
            case ConstExpr constant:
                return new(this, (row, from, to) => row.AsSpan(from..to).Fill(constant.Bits));
            case LoadExpr load:
                var source = frame.Buffers(load.Buffer);
                return new(this, Each<long, long>(Index(source.Offset(load.Index)), source.GetInteger));
            case AccumulatorExpr:
                return IntegerAccumulators;
            case IndexExpr index:
                return Index(index.Value);
            case BinaryExpr { Operation.FloatTest: { } compare } binary when binary.Left.Type.IsFloat():
                return new(this, Each(Float(binary.Left), Float(binary.Right), (a, b) => compare(a, b) ? 1L : 0));
            case BinaryExpr binary:
                return Wrapped(expr.Type, Each(Integer(binary.Left), Integer(binary.Right), binary.Operation.IntegersOf(binary.Left.Type)!));
            case UnaryExpr { Operation.FloatTest: { } test } unary when unary.Operand.Type.IsFloat():
                return new(this, Each(Float(unary.Operand), x => test(x) ? 1L : 0));
            case UnaryExpr unary when !unary.Operand.Type.IsFloat():
                return Wrapped(expr.Type, Each(Integer(unary.Operand), unary.Operation.IntegersOf(expr.Type)!));
            case CastExpr cast when cast.Operand.Type.IsFloat():
                return FromFloats(cast.Operand, cast.Type);
            case CastExpr cast:
                return Wrapped(expr.Type, Copy(Integer(cast.Operand)));
            case SelectExpr select:
                return Chosen(Integer(select.Condition), Integer(select.Yes), Integer(select.No));
            case GuardExpr guard:
                return Chosen(Integer(guard.Condition), Integer(guard.Inside), Integer(guard.Outside));
            default:
                return Points(points.Integer(expr));
        }
    }

    private static Action<T[], int, int> Copy<T>(Row<T> source) => (row, from, to) => source.Fill(from, to).AsSpan(from..to).CopyTo(row.AsSpan(from));

    private static Action<TResult[], int, int> Each<T, TResult>(Row<T> operand, Func<T, TResult> function) => (row, from, to) =>
    {
        var x = operand.Fill(from, to);
        for (var i = from; i < to; i++)
        {
            row[i] = function(x[i]);
        }
    };

    private static Action<TResult[], int, int> Each<T, TResult>(Row<T> left, Row<T> right, Func<T, T, TResult> function) => (row, from, to) =>
    {
        var (a, b) = (left.Fill(from, to), right.Fill(from, to));
        for (var i = from; i < to; i++)
        {
            row[i] = function(a[i], b[i]);
        }
    };

    /// <summary>What is computed, and then made what a dtype has, where that is less.</summary>
    private Row<T> Then<T>(Action<T[], int, int> compute, Func<T, T>? finish) => new(this, finish is null ? compute : (row, from, to) =>
    {
        compute(row, from, to);
        for (var i = from; i < to; i++)
        {
            row[i] = finish(row[i]);
        }
    });

    /// <summary>Runs of points that choose the same: of the other side nothing is looked at.</summary>
    private Row<T> Chosen<T>(Row<long> condition, Row<T> yes, Row<T> no) => new(this, (row, from, to) =>
    {
        var chosen = condition.Fill(from, to);
        for (var start = from; start < to;)
        {
            var (holds, end) = (chosen[start] != 0, start + 1);
            while (end < to && chosen[end] != 0 == holds)
            {
                end++;
            }

            (holds ? yes : no).Fill(start, end).AsSpan(start..end).CopyTo(row.AsSpan(start));
            start = end;
        }
    });

    private Row<T> Points<T>(Func<T> point) => new(this, (row, from, to) =>
    {
        for (var i = from; i < to; i++)
        {
            if (Accumulates)
            {
                (frame.FloatAccumulators[0], frame.IntegerAccumulators[0]) = (FloatAccumulators.Values[i], IntegerAccumulators.Values[i]);
            }

            frame.Set(slot, i);
            row[i] = point();
        }

        frame.Set(slot, 0);
    });

    /// <summary>An expression's values along the axis, as far as they were asked for.</summary>
    internal sealed class Row<T>(RowCompiler rows, Action<T[], int, int>? compute)
    {
        private int number, from, to;

        public T[] Values { get; } = new T[rows.Count];

        /// <summary>Computes the values of some of the points, unless they are there.</summary>
        public T[] Fill(int start, int end)
        {
            if (compute is not null && (number != rows.number || start < from || end > to))
            {
                compute(Values, start, end);
                (number, from, to) = (rows.number, start, end);
            }

            return Values;
        }
    }
}
