using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>Reads a program that <see cref="ProgramPrinter"/> wrote, or a person: for tests of passes. Elided constants are zeros.</summary>
public sealed class ProgramParser
{
    private readonly Tokens tokens;
    private readonly TensorProgram program = new();
    private readonly Dictionary<string, TensorBuffer> buffers = [];
    private readonly Dictionary<string, Atom> symbols = [];

    private ProgramParser(string text) => tokens = new Tokens(text);

    /// <exception cref="FormatException">What is wrong, and in which line.</exception>
    public static TensorProgram Parse(string text)
    {
        var parser = new ProgramParser(text);
        try
        {
            parser.Head();
            parser.program.Steps = [.. parser.Steps()];
        }
        catch (Exception error) when (error is ArgumentException or OverflowException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw parser.tokens.Wrong(error.Message);
        }

        return parser.tokens.AtEnd ? parser.program : throw parser.tokens.Expected("a step");
    }

    private void Head()
    {
        tokens.Take("program");
        program.Exact = tokens.TryTake("exact");
        var own = new ExprParser(tokens, buffers, symbols);
        while (true)
        {
            if (tokens.TryTake("symbol"))
            {
                program.Symbols.Add(Symbol(own, (name, min, bound) => new Symbol(name, SymbolSource.Given, min, bound)));
            }
            else if (tokens.TryTake("found"))
            {
                Found(own);
            }
            else if (tokens.TryTake("given"))
            {
                program.Inputs.Add((tokens.String(), own.Buffer(tokens.Name())));
            }
            else if (tokens.TryTake("gives"))
            {
                program.Outputs.Add((tokens.String(), own.Buffer(tokens.Name())));
            }
            else if (tokens.TryTake("keeps"))
            {
                program.States.Add((tokens.String(), own.Buffer(tokens.Name())));
            }
            else if (tokens.TryTake("draws"))
            {
                program.Seed = own.Buffer(tokens.Name());
            }
            else if (tokens.TryTake("require"))
            {
                var condition = Condition(own);
                var text = tokens.String();
                program.Checks.Add(new(condition, tokens.String(), tokens.IsString ? tokens.String() : null) { Text = text });
            }
            else if (Enum.TryParse<BufferKind>(tokens.Peek(), ignoreCase: true, out var kind) && tokens.IsName)
            {
                tokens.Next();
                Declare(kind, own);
            }
            else
            {
                return;
            }
        }
    }

    private TSymbol Symbol<TSymbol>(ExprParser own, Func<string, long, Dim?, TSymbol> make)
        where TSymbol : Symbol
    {
        var name = tokens.Name();
        tokens.Take("in");
        tokens.Take("[");
        var min = ExprParser.Bound(tokens);
        tokens.Take(",");
        var symbol = make(name, min, tokens.TryTake("inf") ? null : own.Dim());
        tokens.Take("]");
        symbols[name] = symbol;
        return symbol;
    }

    private void Found(ExprParser own)
    {
        var symbol = Symbol(own, (name, min, bound) => new FoundSymbol(name, min, bound));
        program.Found.Add(symbol);
        tokens.Take("at");
        buffers.Add(tokens.Name(), symbol.Place);
    }

    private void Declare(BufferKind kind, ExprParser own)
    {
        var name = tokens.Name();
        tokens.Take(":");
        var type = ExprParser.Type(tokens);
        var dims = own.Index();
        ImmutableArray<int>? order = tokens.TryTake("order") ? [.. Numbers().Select(number => (int)number)] : null;
        var complex = tokens.TryTake("complex");
        var size = tokens.TryTake("is") ? own.Dim() : null;
        var buffer = new TensorBuffer(name, type, dims, kind, tokens.TryTake("=") ? Contents(type, [.. dims.Select(dim => dim.Value)]) : null) { HoldsComplex = complex, Value = size };
        buffer.Order = order ?? buffer.Order;
        if (!buffers.TryAdd(name, buffer))
        {
            throw tokens.Wrong($"two buffers are called {name}");
        }
    }

    private TensorData Contents(DType type, ImmutableArray<long> shape)
    {
        if (tokens.TryTake("elided"))
        {
            return new TensorData(type, shape, [.. shape.Select(_ => 0L)], 0, new byte[type.Size()]);
        }

        var value = new TensorValue(type, shape);
        var place = 0L;
        tokens.Take("[");
        while (!tokens.TryTake("]"))
        {
            var number = tokens.Number();
            if (type.IsFloat())
            {
                value.SetFloat(place++, ExprParser.Value(number));
            }
            else
            {
                value.SetInteger(place++, long.Parse(number, CultureInfo.InvariantCulture));
            }

            if (tokens.Peek() != "]")
            {
                tokens.Take(",");
            }
        }

        return place == value.Count ? value.ToData() : throw tokens.Wrong($"expected {value.Count} elements, but got {place}");
    }

    private List<long> Numbers()
    {
        var numbers = new List<long>();
        tokens.Take("[");
        while (!tokens.TryTake("]"))
        {
            numbers.Add(tokens.Integer());
            if (tokens.Peek() != "]")
            {
                tokens.Take(",");
            }
        }

        return numbers;
    }

    private SizeCondition Condition(ExprParser own)
    {
        tokens.Take("(");
        SizeCondition result;
        if (tokens.Peek() == "(" && IsNested())
        {
            var parts = new List<SizeCondition> { Condition(own) };
            var word = tokens.Peek();
            while (tokens.Peek() != ")")
            {
                tokens.Take(word);
                parts.Add(Condition(own));
            }

            result = word == "or" ? new SizeCondition.Any([.. parts]) : new SizeCondition.All([.. parts]);
        }
        else
        {
            var left = own.Dim();
            var sign = tokens.Next();
            var comparison = Enum.GetValues<SizeComparison>().Where(value => SizeCondition.Sign(value) == sign).ToList() is [var one] ? one : throw tokens.Wrong($"'{sign}' compares nothing");
            result = new SizeCondition.Compare(left, comparison, own.Dim());
        }

        tokens.Take(")");
        return result;
    }

    /// <summary>Whether a parenthesis is a condition's, and not a size's: a comparison stands in it.</summary>
    private bool IsNested() => tokens.Encloses(token => Enum.GetValues<SizeComparison>().Any(value => SizeCondition.Sign(value) == token));

    private IEnumerable<Step> Steps()
    {
        while (!tokens.AtEnd && tokens.Peek() != "}")
        {
            yield return tokens.TryTake("loop") ? Loop() : tokens.TryTake("if") ? If() : tokens.TryTake("while") ? While() : Step();
        }
    }

    private LoopStep Loop()
    {
        var name = tokens.Name();
        tokens.Take("times");
        var count = new ExprParser(tokens, buffers, symbols).Dim();
        var counter = Types.Symbol.Counter(name, count);
        symbols[name] = counter;
        var body = Block(out var origin);
        return new(counter, count, body) { Origin = origin };
    }

    private IfStep If()
    {
        var origin = Origin();
        var condition = Condition();
        tokens.Take("then");
        var then = Block(out _);
        tokens.Take("else");
        return new(condition, then, Block(out _)) { Origin = origin };
    }

    private WhileStep While()
    {
        var test = Block(out var origin);
        var condition = Condition();
        tokens.Take("do");
        return new(test, condition, Block(out _)) { Origin = origin };
    }

    private ImmutableArray<Step> Block(out Origin? origin)
    {
        tokens.Take("{");
        origin = Origin();
        ImmutableArray<Step> steps = [.. Steps()];
        tokens.Take("}");
        return steps;
    }

    private Expr Condition() =>
        Computation(Enum.Parse<Role>(tokens.Name(), ignoreCase: true), [], new(symbols), new ExprParser(tokens, buffers, symbols)).Value;

    private Origin? Origin() => tokens.TryTake("from") ? new(tokens.String(), tokens.IsString ? tokens.String() : null) : null;

    private Step Step()
    {
        var name = tokens.Name();
        var form = StepForms.All.FirstOrDefault(form => form.Name == name)
            ?? throw tokens.Wrong($"'{name}' is no kind of step: expected {string.Join(", ", StepForms.All.Select(form => form.Name))}, loop, if or while");
        var atoms = new Dictionary<string, Atom>(symbols);
        var own = new ExprParser(tokens, buffers, atoms);
        var parameters = new Dictionary<string, Parameter>();
        while (tokens.IsName && tokens.Peek() is not ("from" or "writes" or "kernel") && !IsRole(tokens.Peek()))
        {
            Parameter(parameters, atoms, own);
        }

        var origin = Origin();
        var computations = new List<Computation>();
        while (tokens.IsName && IsRole(tokens.Peek()))
        {
            computations.Add(Computation(Enum.Parse<Role>(tokens.Name(), ignoreCase: true), Accumulators(parameters, computations), atoms, own));
        }

        var writes = new List<Target>();
        if (tokens.TryTake("writes"))
        {
            do
            {
                writes.Add(own.Target());
            }
            while (tokens.TryTake(","));
        }

        return form.Make(new StepText { Computations = [.. computations], Writes = [.. writes], Parameters = parameters }) with
        {
            Origin = origin, Kernel = tokens.TryTake("kernel") ? Kernel(atoms, own) : null,
        };
    }

    private KernelChoice Kernel(Dictionary<string, Atom> atoms, ExprParser own)
    {
        var name = tokens.Name();
        var form = ChoiceForms.All.FirstOrDefault(form => form.Name == name)
            ?? throw tokens.Wrong($"'{name}' is no kernel: expected {string.Join(", ", ChoiceForms.All.Select(form => form.Name))}");
        var parameters = new Dictionary<string, Parameter>();
        if (tokens.TryTake("("))
        {
            do
            {
                Parameter(parameters, atoms, own);
            }
            while (tokens.TryTake(","));
            tokens.Take(")");
        }

        var scratch = new List<TensorBuffer>();
        if (tokens.TryTake("scratch"))
        {
            do
            {
                scratch.Add(own.Buffer(tokens.Name()));
            }
            while (tokens.TryTake(","));
        }

        TensorBuffer? thread = null;
        if (tokens.TryTake("thread"))
        {
            tokens.Take("scratch");
            thread = own.Buffer(tokens.Name());
        }

        return form.Make(parameter => parameters.GetValueOrDefault(parameter)) with { Scratch = [.. scratch], ThreadScratch = thread };
    }

    private void Parameter(Dictionary<string, Parameter> parameters, Dictionary<string, Atom> atoms, ExprParser own)
    {
        var name = tokens.Name();
        parameters.Add(name, tokens.TryTake("=") ? Value(atoms, own) : new Parameter.Flag());
    }

    /// <summary>Of a step that combines, one for each way; of a product, what its first operand is.</summary>
    private static ImmutableArray<DType> Accumulators(Dictionary<string, Parameter> parameters, List<Computation> before) =>
        !parameters.TryGetValue("combine", out var combine) ? [.. before.Take(1).Select(computation => computation.Value.Type)]
            : [.. combine.Enums<Combiner>().Zip(before, (combiner, computation) => new Reducer(combiner, computation.Value).Type)];

    private static bool IsRole(string word) => Enum.TryParse<Role>(word, ignoreCase: true, out _) && char.IsAsciiLetterLower(word[0]);

    private Computation Computation(Role role, ImmutableArray<DType> accumulators, Dictionary<string, Atom> atoms, ExprParser own)
    {
        var axes = tokens.TryTake("over") ? Axes(atoms, own) : [];
        var over = tokens.TryTake("along") ? Axes(atoms, own) : [];
        var target = tokens.TryTake("->") ? own.Target() : null;
        own.Accumulators = accumulators;
        own.Definitions.Clear();
        while (tokens.Peek() is ['%', _, ..])
        {
            var name = tokens.Name();
            tokens.Take("=");
            own.Definitions.Add(name, own.Expr());
        }

        tokens.Take("=");
        return new(role, own.Expr(), axes) { Over = over, Target = target };
    }

    private ImmutableArray<Axis> Axes(Dictionary<string, Atom> atoms, ExprParser own)
    {
        var axes = ImmutableArray.CreateBuilder<Axis>();
        do
        {
            axes.Add(Axis(atoms, own));
        }
        while (tokens.TryTake(","));
        return axes.ToImmutable();
    }

    private Axis Axis(Dictionary<string, Atom> atoms, ExprParser own)
    {
        var name = tokens.Name();
        if (tokens.TryTake("<"))
        {
            atoms[name] = new Axis(own.Dim(), name);
        }

        return atoms.GetValueOrDefault(name) as Axis ?? throw tokens.Wrong($"no axis is called {name}");
    }

    private Parameter Value(Dictionary<string, Atom> atoms, ExprParser own)
    {
        if (tokens.IsString)
        {
            return new Parameter.Text(tokens.String());
        }

        if (tokens.TryTake("@"))
        {
            return new Parameter.OfBuffer(own.Buffer(tokens.Name()));
        }

        if (tokens.TryTake("("))
        {
            var axis = Axis(atoms, own);
            tokens.Take(")");
            return new Parameter.OfAxis(axis);
        }

        if (!tokens.TryTake("["))
        {
            return tokens.IsName ? new Parameter.Words([tokens.Name()]) : new Parameter.Numbers([tokens.Integer()]);
        }

        var (words, numbers) = (new List<string>(), new List<long>());
        while (!tokens.TryTake("]"))
        {
            if (tokens.IsName)
            {
                words.Add(tokens.Name());
            }
            else
            {
                numbers.Add(tokens.Integer());
            }

            if (tokens.Peek() != "]")
            {
                tokens.Take(",");
            }
        }

        return words.Count > 0 ? new Parameter.Words([.. words]) : new Parameter.Numbers([.. numbers]);
    }
}
