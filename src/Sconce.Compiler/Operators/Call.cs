using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>A call of an operator: its arguments by the names of the schema, and the program that its lowering adds to.</summary>
public sealed class Call(LoweringContext context, Operator op, ImmutableArray<Lowered> arguments)
{
    private const int MostElements = 1 << 20;

    public LoweringContext Context { get; } = context;

    public Operator Operator { get; } = op;

    /// <summary>An argument, with the default where none is given.</summary>
    public Lowered this[string name] => Operator.Schema.IndexOf(name) is >= 0 and var place
        ? arguments[place]
        : throw new ArgumentException($"{Operator.FullName} has no parameter '{name}'.");

    /// <summary>An argument by its place.</summary>
    public Lowered this[int place] => arguments[place];

    public int Count => arguments.Length;

    /// <summary>The same call with another argument.</summary>
    public Call With(int place, Lowered value) => new(Context, Operator, arguments.SetItem(place, value));

    /// <summary>The same call with each argument, by its parameter's name, replaced.</summary>
    public Call Map(Func<string, Lowered, Lowered> replace) =>
        new(Context, Operator, [.. arguments.Select((argument, i) => replace(Operator.Schema.Parameters[i].Name, argument))]);

    /// <summary>True where an argument is there and is not None.</summary>
    public bool Has(string name) => Operator.Schema.IndexOf(name) is >= 0 and var place && arguments[place] is not Lowered.None;

    /// <summary>A tensor; a number given for one becomes a tensor without dims.</summary>
    public TensorBuffer Tensor(string name) => AsTensor(this[name], name);

    public TensorBuffer Tensor(int place) => AsTensor(this[place], Operator.Schema.Parameters[place].Name);

    public TensorBuffer? OptionalTensor(string name) => Has(name) ? Tensor(name) : null;

    public ImmutableArray<TensorBuffer> Tensors(string name) => [.. Items(name).Select(item => AsTensor(item, name))];

    public ImmutableArray<TensorBuffer?> OptionalTensors(string name) =>
        [.. Items(name).Select(item => item is Lowered.None ? null : AsTensor(item, name))];

    /// <summary>A tensor as a complex one; of a real one the imaginary part is 0.</summary>
    public Lowered.Complex Complex(int place)
    {
        if (this[place] is Lowered.Complex complex)
        {
            return complex;
        }

        var real = Context.Convert(Tensor(place), Tensor(place).Type.ToFloat());
        return new(real, Context.Fill(real.Type, real.Dims, Expr.Const(real.Type, 0L)));
    }

    /// <summary>The real and the imaginary part of a tensor or a number.</summary>
    public ImmutableArray<Operand> Parts(int place) =>
        this[place] is Lowered.Complex complex ? [complex.Real, complex.Imaginary] : [Operand(place), 0L];

    /// <summary>A tensor or a number, to compute with element by element.</summary>
    public Operand Operand(string name) => AsOperand(this[name], name);

    public Operand Operand(int place) => AsOperand(this[place], Operator.Schema.Parameters[place].Name);

    public Dim Int(string name) => AsInt(this[name], name);

    /// <summary>An integer that must be known when compiling.</summary>
    public int Constant(string name) => Int(name) is { IsConstant: true } value
        ? checked((int)value.Value)
        : throw Unsupported($"'{name}' is {Context.Describe(Int(name))}, which only the run can tell");

    /// <summary>Checks a number of results or elements that are made when compiling: a file may ask for anything.</summary>
    public int Sane(Int128 count) => count >= 0 && count <= MostElements
        ? (int)count
        : throw Expected($"at most {MostElements} elements or results made when compiling", $"{count}");

    public Dims Ints(string name) => this[name] is Lowered.Int single ? [single.Value] : [.. Items(name).Select(item => AsInt(item, name))];

    /// <summary>Integers, one for each of several dims: a single one stands for all.</summary>
    public Dims Ints(string name, int count) => Ints(name) is var given && given.Length == count
        ? given
        : given.Length == 1 ? [.. Enumerable.Repeat(given[0], count)]
        : throw Expected($"{count} numbers for '{name}'", $"{given.Length}");

    public ImmutableArray<int> Constants(string name) => [.. Ints(name).Select(value => Known(value, name))];

    public ImmutableArray<int> Constants(string name, int count) => [.. Ints(name, count).Select(value => Known(value, name))];

    /// <summary>A number that must be known when compiling.</summary>
    public double Number(string name) => Operand(name).Known ?? throw Unsupported($"'{name}' is a number that only the run can tell");

    /// <summary>Numbers of a list that must be known when compiling.</summary>
    public ImmutableArray<double> Numbers(Lowered.List list) => [.. list.Items.Select(item => AsOperand(item, "a list").Known
        ?? throw Unsupported("a list holds a number that only the run can tell"))];

    public bool Flag(string name) => this[name] switch
    {
        Lowered.Bool { Known: { } known } => known,
        Lowered.Int { Value: { IsConstant: true, Value: var number } } => number != 0,
        Lowered.None => false,
        var other => throw Expected($"True or False for '{name}'", other.Kind),
    };

    public string Text(string name) => this[name] is Lowered.Text text ? text.Value : throw Expected($"a string for '{name}'", this[name].Kind);

    /// <summary>A dtype; another where the argument is None or not there.</summary>
    public DType TypeOr(DType otherwise, string name = "dtype") => !Has(name) ? otherwise : this[name] switch
    {
        Lowered.ScalarType type => type.Value,
        Lowered.Int { Value: { IsConstant: true, Value: var number } } => Numbered(number, name),
        var other => throw Expected($"a dtype for '{name}'", other.Kind),
    };

    /// <summary>A dim's number; negative ones count from the end.</summary>
    public int Axis(string name, int rank) => NormaliseAxis(Constant(name), rank);

    /// <summary>Numbers of dims; None, or an empty list where <paramref name="emptyMeansAll"/> says so, stands for all.</summary>
    public ImmutableArray<int> Axes(string name, int rank, bool emptyMeansAll = true)
    {
        var given = Has(name) ? Constants(name) : [];
        return given.IsEmpty && (emptyMeansAll || !Has(name))
            ? [.. Enumerable.Range(0, rank)]
            : [.. given.Select(axis => NormaliseAxis(axis, rank))];
    }

    public int NormaliseAxis(int axis, int rank)
    {
        var size = Math.Max(rank, 1);
        return axis >= -size && axis < size
            ? (axis + size) % size
            : throw Expected($"a dim from {-size} to {size - 1}", $"{axis}");
    }

    public SconceException Unsupported(string problem) =>
        SconceException.Unsupported($"{Operator.FullName}: {problem}", hint: "This form of the operator is not compiled yet.");

    public SconceException Expected(string expected, string came) => SconceException.Expected($"{expected} in {Operator.FullName}", came);

    private DType Numbered(long number, string name) => TypeNumbers.Of(number) ?? throw Expected($"a dtype for '{name}'", $"the number {number}");

    private ImmutableArray<Lowered> Items(string name) => this[name] switch
    {
        Lowered.List list => list.Items,
        Lowered.None => [],
        var other => throw Expected($"a list for '{name}'", other.Kind),
    };

    private int Known(Dim value, string name) => value.IsConstant
        ? checked((int)value.Value)
        : throw Unsupported($"'{name}' holds {Context.Describe(value)}, which only the run can tell");

    private Dim AsInt(Lowered value, string name) => value switch
    {
        Lowered.Int number => Context.Facts.Simplify(number.Value),
        Lowered.Bool { Known: { } known } => known ? 1 : 0,
        Lowered.Tensor { Buffer: { Dims.Length: 0 } buffer } => buffer.At([]).As(DType.Int64).ToIndex(Interval.All),
        Lowered.Float { Value: ConstExpr { Value: var number } } when double.IsInteger(number) => (long)number,
        _ => throw Expected($"an integer for '{name}'", value.Kind),
    };

    /// <summary>An element of a list as <see cref="Operand(string)"/> gives an argument.</summary>
    public Operand AsOperand(Lowered value, string name) => value switch
    {
        Lowered.Tensor tensor => tensor.Buffer,
        Lowered.Int number => Operators.Operand.Number(Expr.Of(number.Value)),
        Lowered.Float number => Operators.Operand.Number(number.Value),
        Lowered.Bool flag => Operators.Operand.Number(flag.Value),
        _ => throw Expected($"a tensor or a number for '{name}'", value.Kind),
    };

    private TensorBuffer AsTensor(Lowered value, string name)
    {
        if (value is Lowered.Tensor tensor)
        {
            return tensor.Buffer;
        }

        var operand = AsOperand(value, name);
        return Context.Fill(operand.Type, [], operand.At([], operand.Type));
    }
}
