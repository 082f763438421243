using System.Globalization;
using System.Text;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>Writes a program as text, which <see cref="ProgramParser"/> reads back. Constants of many elements are elided.</summary>
public sealed class ProgramPrinter
{
    /// <summary>Constants of more elements are elided.</summary>
    private const int MostElements = 12;

    private readonly StringBuilder text = new();
    private readonly Names names = new();

    private ProgramPrinter()
    {
    }

    public static string Print(TensorProgram program)
    {
        var printer = new ProgramPrinter();
        printer.Head(program);
        printer.Steps(program.Steps, "");
        return printer.text.ToString();
    }

    private void Head(TensorProgram program)
    {
        text.Append(program.Exact ? "program exact\n" : "program\n");
        var own = new ExprPrinter(names);
        foreach (var symbol in program.Symbols)
        {
            Line($"symbol {names.Of(symbol, symbol.Name)} in {Range(symbol, own)}");
        }

        foreach (var symbol in program.Found)
        {
            Line($"found {names.Of(symbol, symbol.Name)} in {Range(symbol, own)} at {names.Of(symbol.Place, symbol.Name + ".place")}");
        }

        var named = program.Inputs.Concat(program.Outputs).Concat(program.States).Select(entry => entry.Buffer);
        foreach (var buffer in named.Concat(Buffers(program.Steps)).Distinct())
        {
            var dims = string.Join(", ", buffer.Dims.Select(own.Text));
            var order = buffer.Order.SequenceEqual(Enumerable.Range(0, buffer.Dims.Length)) ? "" : $" order [{string.Join(", ", buffer.Order)}]";
            Line($"{buffer.Kind.ToString().ToLowerInvariant()} {names.Of(buffer, buffer.Name)}: {buffer.Type.Name()}[{dims}]{order}{(buffer.HoldsComplex ? " complex" : "")}{(buffer.Value is { } size ? $" is {own.Text(size)}" : "")}{(buffer.Data is null ? "" : $" = {Contents(buffer.Data)}")}");
        }

        Ports("given", program.Inputs);
        Ports("gives", program.Outputs);
        Ports("keeps", program.States);
        if (program.Seed is { } seed)
        {
            Line($"draws {names.Of(seed, seed.Name)}");
        }

        foreach (var check in program.Checks)
        {
            Line($"require {Condition(check.Condition, own)} {Quoted(check.Text)} {Quoted(check.Why)}{(check.Source is null ? "" : $" {Quoted(check.Source)}")}");
        }
    }

    private static IEnumerable<TensorBuffer> Buffers(IEnumerable<Step> steps) => StepTree.All(steps).SelectMany(step => step.Loads.Select(load => load.Buffer)
        .Concat(step is RegionStep ? [] : step.Targets.Select(target => target.Buffer)
            .Concat(StepForms.Of(step).Parameters(step).Select(parameter => parameter.Value).OfType<Parameter.OfBuffer>().Select(parameter => parameter.Value)))
        .Concat(step.Scratch).Concat(step.ThreadScratch is { } own ? [own] : []))
        .Where(buffer => buffer.Kind != BufferKind.Size);

    private void Ports(string word, IEnumerable<(string Name, TensorBuffer Buffer)> ports)
    {
        foreach (var (name, buffer) in ports)
        {
            Line($"{word} {Quoted(name)} {names.Of(buffer, buffer.Name)}");
        }
    }

    private static string Range(Symbol symbol, ExprPrinter own) => $"[{ExprPrinter.Bound(symbol.Min)}, {(symbol.Bound is { } bound ? own.Text(bound) : "inf")}]";

    private static string Condition(SizeCondition condition, ExprPrinter own) => condition switch
    {
        SizeCondition.Compare compare => $"({own.Text(compare.Left)} {SizeCondition.Sign(compare.Comparison)} {own.Text(compare.Right)})",
        SizeCondition.All all => $"({string.Join(" and ", all.Parts.Select(part => Condition(part, own)))})",
        SizeCondition.Any any => $"({string.Join(" or ", any.Parts.Select(part => Condition(part, own)))})",
        _ => throw new NotSupportedException(condition.GetType().Name),
    };

    private static string Contents(TensorData data)
    {
        if (data.ElementCount > MostElements || data.Type.IsComplex())
        {
            return "elided";
        }

        var value = TensorValue.Of(data);
        var items = Enumerable.Range(0, (int)data.ElementCount).Select(i =>
            data.Type.IsFloat() ? ExprPrinter.Number(value.GetFloat(i), data.Type) : value.GetInteger(i).ToString(CultureInfo.InvariantCulture));
        return $"[{string.Join(", ", items)}]";
    }

    private void Steps(IEnumerable<Step> steps, string indent)
    {
        foreach (var step in steps)
        {
            var own = new ExprPrinter(names);
            switch (step)
            {
                case LoopStep loop:
                    Block($"loop {names.Of(loop.Counter, loop.Counter.Name)} times {own.Text(loop.Count)}", loop.Body);
                    break;
                case IfStep branch:
                    Line($"{indent}if{From(step)}");
                    Computation(branch.Computations[0], own, indent, "");
                    Block("then", branch.Then);
                    Block("else", branch.Else);
                    break;
                case WhileStep loop:
                    Block("while", loop.Test);
                    Computation(loop.Computations[0], own, indent, "");
                    Block("do", loop.Body);
                    break;
                default:
                    Print(step, indent);
                    break;
            }

            void Block(string head, IEnumerable<Step> inside)
            {
                Line($"{indent}{head} {{{(head is "then" or "else" or "do" ? "" : From(step))}");
                Steps(inside, indent + "  ");
                Line($"{indent}}}");
            }
        }
    }

    private void Computation(Computation computation, ExprPrinter own, string indent, string space)
    {
        var (definitions, value) = own.Print(computation.Value);
        Line($"{indent}  {computation.Role.ToString().ToLowerInvariant()}{space}{string.Concat(definitions.Select(definition => $"\n{indent}    {definition.Name} = {definition.Value}"))}"
            + (definitions.Count > 0 ? $"\n{indent}    = {value}" : $" = {value}"));
    }

    private void Print(Step step, string indent)
    {
        var form = StepForms.Of(step);
        var inner = new Names(names);
        var own = new ExprPrinter(inner);
        var known = new HashSet<Axis>();
        Line($"{indent}{form.Name}{string.Concat(form.Parameters(step).Select(parameter => " " + Text(parameter.Name, parameter.Value)))}{From(step)}");
        foreach (var computation in step.Computations)
        {
            Computation(computation, own, indent,
                $"{Axes(" over ", computation.Axes)}{Axes(" along ", computation.Over)}{(computation.Target is { } target ? $" -> {own.Text(target)}" : "")}");
        }

        var told = step.Computations.Select(computation => computation.Target).ToHashSet();
        if (step.Targets.Where(target => !told.Contains(target)).ToList() is { Count: > 0 } writes)
        {
            Line($"{indent}  writes {string.Join(", ", writes.Select(own.Text))}");
        }

        if (step.Kernel is { } kernel)
        {
            var choice = ChoiceForms.Of(kernel);
            var parameters = choice.Parameters(kernel).Select(parameter => Text(parameter.Name, parameter.Value)).ToList();
            Line($"{indent}  kernel {choice.Name}{(parameters.Count > 0 ? $"({string.Join(", ", parameters)})" : "")}");
        }

        if (!step.Scratch.IsEmpty)
        {
            Line($"{indent}  scratch {string.Join(", ", step.Scratch.Select(buffer => names.Of(buffer, buffer.Name)))}");
        }

        if (step.ThreadScratch is { } scratch)
        {
            Line($"{indent}  thread scratch {names.Of(scratch, scratch.Name)}");
        }

        string Axes(string word, IEnumerable<Axis> axes) => axes.Any() ? word + string.Join(", ", axes.Select(Declared)) : "";

        string Declared(Axis axis) => known.Add(axis) ? $"{inner.Of(axis, axis.Name)} < {own.Text(axis.Extent)}" : inner.Of(axis, axis.Name);

        string Text(string name, Parameter value) => value switch
        {
            Parameter.Flag => name,
            Parameter.Words { Items: [var word] } => $"{name}={word}",
            Parameter.Words words => $"{name}=[{string.Join(", ", words.Items)}]",
            Parameter.Numbers { Items: [var number] } => string.Create(CultureInfo.InvariantCulture, $"{name}={number}"),
            Parameter.Numbers numbers => $"{name}=[{string.Join(", ", numbers.Items)}]",
            Parameter.Text quoted => $"{name}={Quoted(quoted.Value)}",
            Parameter.OfAxis { Value: var axis } => $"{name}=({Declared(axis)})",
            Parameter.OfBuffer { Value: var buffer } => $"{name}=@{names.Of(buffer, buffer.Name)}",
            _ => throw new NotSupportedException(value.GetType().Name),
        };
    }

    private static string From(Step step) => step.Origin is null ? "" : $" from {Quoted(step.Origin.Operator)}{(step.Origin.Source is null ? "" : $" {Quoted(step.Origin.Source)}")}";

    private void Line(string line) => text.Append(line).Append('\n');

    private static string Quoted(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' or '\\' => quoted.Append('\\').Append(letter),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('"').ToString();
    }
}
