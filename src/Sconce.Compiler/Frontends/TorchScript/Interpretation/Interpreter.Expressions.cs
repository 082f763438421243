using System.Globalization;
using System.Runtime.CompilerServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

internal sealed partial class Interpreter
{
    private static readonly Dictionary<string, string> BinaryNames = new()
    {
        ["+"] = "aten::add", ["-"] = "aten::sub", ["*"] = "aten::mul", ["/"] = "aten::div", ["//"] = "aten::floordiv", ["%"] = "aten::remainder", ["**"] = "aten::pow",
        ["@"] = "aten::matmul", ["=="] = "aten::eq", ["!="] = "aten::ne", ["<"] = "aten::lt", ["<="] = "aten::le", [">"] = "aten::gt", [">="] = "aten::ge",
        ["&"] = "aten::__and__", ["|"] = "aten::__or__", ["^"] = "aten::__xor__", ["<<"] = "aten::__lshift__", [">>"] = "aten::__rshift__",
        ["is"] = "aten::__is__", ["is not"] = "aten::__isnot__",
    };

    private static readonly Dictionary<string, string> InPlaceNames = new()
    {
        ["+"] = "add_", ["-"] = "sub_", ["*"] = "mul_", ["/"] = "div_", ["//"] = "floor_divide_", ["%"] = "remainder_", ["**"] = "pow_", ["&"] = "__iand__", ["|"] = "__ior__", ["^"] = "__ixor__",
        ["<<"] = "__ilshift__", [">>"] = "__irshift__",
    };

    private Datum Evaluate(Expression expression, Frame frame)
    {
        Budget.Spend(2);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw SconceException.Unsupported("an expression or calls nested too deeply", frame.Source.WhereOf(expression.At));
        }

        switch (expression)
        {
            case Expression.None:
                return Datum.Nothing;
            case Expression.Bool flag:
                return Datum.Of(flag.Value);
            case Expression.Int number:
                return Datum.Of(number.Value);
            case Expression.Float number:
                return Datum.Of(number.Value);
            case Expression.Imaginary number:
                return new Datum.Complex(0, number.Value);
            case Expression.Text text:
                return Datum.Of(text.Value);
            case Expression.Name name:
                return frame.Variables.TryGetValue(name.Id, out var cell) ? cell.Content as Datum
                    ?? throw SconceException.Expected($"a value of '{name.Id}'", "none: it is not set here") : new Datum.Path(name.Id);
            case Expression.Attribute attribute:
                return Dotted(attribute, frame) is { } dotted ? Named(dotted) : Attribute(Evaluate(attribute.Of, frame), attribute.Id);
            case Expression.List list:
                return NewList(list.Items.Select(item => Evaluate(item, frame).Usable()).ToList());
            case Expression.Tuple tuple:
                return Datum.TupleOf(tuple.Items.Select(item => Evaluate(item, frame)).ToList());
            case Expression.Dict dict:
                return NewDict(dict.Items.Select(item => (KeyOf(Evaluate(item.Key, frame)), Evaluate(item.Value, frame))).ToList());
            case Expression.Unary unary:
                return CallOperator(unary.Operator switch { "not" => "aten::__not__", "-" => "aten::neg", "~" => "aten::bitwise_not", _ => "aten::positive" }, [Evaluate(unary.Operand, frame)], []);
            case Expression.Binary { Operator: "in" or "not in" } contains:
                var found = CallOperator("aten::__contains__", [Evaluate(contains.Right, frame), Evaluate(contains.Left, frame)], []);
                return contains.Operator == "in" ? found : CallOperator("aten::__not__", [found], []);
            case Expression.Binary binary:
                return At(frame, binary.At, () => CallOperator(BinaryNames[binary.Operator], [Evaluate(binary.Left, frame), Evaluate(binary.Right, frame)], []));
            case Expression.And and:
                return Choose(Evaluate(and.Left, frame), left => left, _ => Evaluate(and.Right, frame), whenTrue: false);
            case Expression.Or or:
                return Choose(Evaluate(or.Left, frame), left => left, _ => Evaluate(or.Right, frame), whenTrue: true);
            case Expression.Ternary ternary:
                return Ternary(ternary, frame);
            case Expression.Subscript { Index: Expression.Slice slice } subscript:
                return CallOperator(
                    "aten::slice", [Evaluate(subscript.Of, frame), .. new[] { slice.Start, slice.End, slice.Step ?? new Expression.Int(slice.At, 1) }
                        .Select(part => part is null ? Datum.Nothing : Evaluate(part, frame))], []);
            case Expression.Subscript subscript:
                return At(frame, subscript.At, () => Item(Evaluate(subscript.Of, frame).Usable(), Evaluate(subscript.Index, frame)));
            case Expression.Call call:
                return At(frame, call.At, () => Call(call, frame));
            default:
                throw SconceException.Unsupported($"code that TorchScript does not print ({expression.GetType().Name})");
        }
    }

    /// <summary>And, or: the second operand is looked at only where the first does not decide.</summary>
    private Datum Choose(Datum left, Func<Datum, Datum> decided, Func<Datum, Datum> other, bool whenTrue) => ToBool(left) switch
    {
        { Known: { } known } => known == whenTrue ? decided(left) : other(left),
        var unknown => CallOperator(whenTrue ? "aten::__or__" : "aten::__and__", [unknown, ToBool(other(left))], []),
    };

    private Datum Ternary(Expression.Ternary ternary, Frame frame)
    {
        var condition = Decided(ToBool(Evaluate(ternary.Condition, frame)));
        if (condition.Known is { } known)
        {
            return Evaluate(known ? ternary.Then : ternary.Otherwise, frame);
        }

        const string Result = "<result>";
        var made = new Frame(frame.Source);
        foreach (var (name, cell) in frame.Variables)
        {
            made.Variables.Add(name, cell);
        }

        Branch(condition, () => Assign(made, Result, Evaluate(ternary.Then, frame)), () => Assign(made, Result, Evaluate(ternary.Otherwise, frame)), made);
        return (Datum)made.Variables[Result].Content!;
    }

    /// <summary>A chain of names that begins with none of the variables': of an operator, a function, a class, a constant.</summary>
    private static string? Dotted(Expression expression, Frame frame) => expression switch
    {
        Expression.Name { Id: "torch" or "ops" or "__torch__" or "CONSTANTS" or "prim" or "aten" } name when !frame.Variables.ContainsKey(name.Id) => name.Id,
        Expression.Attribute attribute => Dotted(attribute.Of, frame) is { } of ? $"{of}.{attribute.Id}" : null,
        _ => null,
    };

    private Datum Named(string dotted)
    {
        if (dotted.StartsWith("CONSTANTS.c", StringComparison.Ordinal))
        {
            return int.TryParse(dotted.AsSpan("CONSTANTS.c".Length), CultureInfo.InvariantCulture, out var place) && place >= 0 && place < archive.Constants.Length
                ? Constant(archive.Constants[place])
                : throw SconceException.Expected($"one of the archive's {archive.Constants.Length} constants", dotted, hint: "the file is damaged: save it again with torch.jit.save");
        }

        // A member of an enumeration.
        if (dotted.StartsWith("__torch__.", StringComparison.Ordinal) && dotted.LastIndexOf('.') is var dot && code.FindClass(dotted[..dot]) is { Definition.Base: "Enum" } type)
        {
            var name = dotted[(dot + 1)..];
            return type.Definition.Attributes.FirstOrDefault(member => member.Name == name)?.Value is { } value
                ? new Datum.Member(dotted[..dot], name, Evaluate(value, new Frame(type.Source)))
                : throw SconceException.Expected($"a member of {dotted[..dot]}", name);
        }

        return new Datum.Path(dotted);
    }

    private Datum Attribute(Datum of, string name)
    {
        switch (of.Usable())
        {
            case Datum.Object { Instance: var instance }:
                if (attributes.Read(instance, name) is { } value)
                {
                    return value;
                }

                if (instance.Finals.TryGetValue(name, out var constant))
                {
                    return Evaluate(constant, new Frame(code.Class(instance.ClassName).Source));
                }

                return code.Class(instance.ClassName).Method(name) is not null ? new Datum.Method(instance, name)
                    : throw SconceException.Expected($"an attribute of {instance.ClassName}", $"'{name}', which it has not");
            case Datum.Tuple { Names: { IsDefault: false } names } tuple when names.IndexOf(name) is >= 0 and var place:
                return tuple.Items[place];
            case Datum.Member member:
                return name == "value" ? member.Value : Datum.Of(member.Name);
            case Datum.Tensor tensor:
                return CallOperator(name is "dtype" or "device" or "layout" or "is_cuda" or "shape" or "requires_grad" or "ndim" or "data" ? $"prim::{name}" : $"aten::{name}", [tensor], []);
            case Datum.Path path:
                return Named($"{path.Name}.{name}");
            default:
                throw SconceException.Expected($"an object with the attribute '{name}'", of.Usable().Kind);
        }
    }

    private Datum Item(Datum of, Datum index)
    {
        switch (of.Usable())
        {
            case Datum.List { Items: { Now: RowItems rows } items }:
                return ItemOf(rows, ToInt(index), items);
            case Datum.List { Items.Now: MaybeItems maybe } when CertainItem(maybe, ToInt(index)) is { } certain:
                return certain.Usable();
            case Datum.List list when RunItemsIn(list) is { } run:
                return ItemOfRun(run, ToInt(index));
            case Datum.List list when ToInt(index).Known is null:
                return ItemAt(ListItems(list), ToInt(index));
            case Datum.Tuple or Datum.List:
                var known = ItemsOf(of);
                return known[Place(index, known.Count)].Usable();
            case Datum.Dict dict when index.Usable() is Datum.Int { Known: null } unknown:
                Assert(HasKey(dict, unknown), "a key that the dict does not have");
                return ValueOf(dict, unknown, null);
            case Datum.Dict dict:
                var key = KeyOf(index);
                return Find(dict, key) ?? throw SconceException.Expected($"a key of the dict ({string.Join(", ", DictItems(dict).Select(item => item.Key.Kind))})", key.Kind);
            case Datum.Text text:
                return Datum.Of(text.Value[Place(index, text.Value.Length)].ToString());
            case Datum.Tensor:
                return CallOperator("aten::select", [of, Datum.Of(0), index], []);
            case Datum.Object { Instance: var instance }:
                return code.FindClass(instance.ClassName)?.Method("__getitem__") is null ? ChildAt(instance, index) : CallMethod(instance, "__getitem__", [index], []);
            default:
                throw SconceException.Expected("something with items", of.Kind);
        }
    }

    private int Place(Datum index, int count)
    {
        var known = ToInt(index) is { Known: { } number } ? number
            : throw SconceException.Unsupported("an item of a list by a place that only the run can tell", hint: "put the tensors into one, with torch.stack, and take its rows");
        var place = known < 0 ? known + count : known;

        // The run raises an error too, if it comes here.
        return place >= 0 && place < count ? (int)place : throw new RaisedException($"list index out of range: {known} of {count} items");
    }

    private void SetItem(Datum of, Datum index, Datum value)
    {
        switch (of.Usable())
        {
            case Datum.List { Items.Now: RowItems or RunItems } list:
                SetItems(list.Items, With(RowsIn(list)!, ToInt(index), value, isMore: false));
                break;
            case Datum.List list:
                var items = ListItems(list);
                if (ToInt(index) is { Known: null } unknown)
                {
                    SetItems(list.Items, WithItemAt(items, unknown, value));
                    break;
                }

                SetItems(list.Items, items.SetItem(Place(index, items.Count), value));
                break;
            case Datum.Dict dict:
                var key = KeyOf(index);
                var pairs = DictItems(dict);
                var at = pairs.FindIndex(pair => pair.Key.Equals(key));
                SetItems(dict.Items, at < 0 ? pairs.Add((key, value)) : pairs.SetItem(at, (key, value)));
                break;
            case Datum.Tensor tensor:
                CallOperator("aten::copy_", [CallOperator("aten::select", [tensor, Datum.Of(0), index], []), value], []);
                break;
            default:
                throw SconceException.Expected("a list or a dict", of.Usable().Kind);
        }
    }

    private static Datum? Find(Datum.Dict dict, Datum key)
    {
        foreach (var (known, value) in DictItems(dict))
        {
            if (known.Equals(key))
            {
                return value;
            }
        }

        return null;
    }

    private static Datum KeyOf(Datum key) => key.Usable() switch
    {
        Datum.Text { IsRough: false } or Datum.Int { Known: not null } or Datum.Float { Known: not null } or Datum.Bool { Known: not null } or Datum.Member or Datum.Device => key.Usable(),
        _ => throw SconceException.Unsupported($"a dict's key that only the run can tell ({key.Kind})", hint: "let keys be constants"),
    };

    private Datum Call(Expression.Call call, Frame frame)
    {
        var function = call.Function;
        if (function is Expression.Name { Id: "annotate" or "unchecked_cast" or "uninitialized" or "isinstance" } special && !frame.Variables.ContainsKey(special.Id))
        {
            return Typed(special.Id, call, frame);
        }

        // A method of an object, or __new__ of a class.
        if (function is Expression.Attribute attribute && Dotted(attribute, frame) is null)
        {
            var of = Evaluate(attribute.Of, frame).Usable();
            var given = Arguments(call, frame, out var names);
            Locate(frame, call);
            return of switch
            {
                Datum.Object { Instance: var instance } => CallMethodOrAttribute(instance, attribute.Id, given, names),
                Datum.Path path => CallNamed($"{path.Name}.{attribute.Id}", given, names),
                _ => CallOperator($"{(attribute.Id == "tolist" ? "prim" : "aten")}::{attribute.Id}", [of, .. given], names),
            };
        }

        var called = Dotted(function, frame) is { } dotted ? new Datum.Path(dotted) : Evaluate(function, frame).Usable();
        var arguments = Arguments(call, frame, out var named);
        Locate(frame, call);
        return called switch
        {
            Datum.Path path => CallNamed(path.Name, arguments, named),
            Datum.Method method => CallMethod(method.Instance, method.Name, arguments, named),
            Datum.Closure closure => closure.Call(),
            Datum.Object { Instance: var instance } => CallMethod(instance, "forward", arguments, named),
            _ => throw SconceException.Expected("a function", called.Kind),
        };
    }

    private Datum CallMethodOrAttribute(Instance instance, string name, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named) =>
        code.FindClass(instance.ClassName)?.Method(name) is null && attributes.Read(instance, name) is Datum.Path path
            ? CallNamed(path.Name, arguments, named)
            : IsManager(instance) ? Datum.Nothing
            : CallMethod(instance, name, arguments, named);

    /// <summary>Classes of PyTorch's own that say something about gradients, of which a run knows nothing.</summary>
    private static bool IsManager(Instance instance) => instance.ClassName.StartsWith("__torch__.torch.autograd.", StringComparison.Ordinal)
        || instance.ClassName.StartsWith("__torch__.torch.profiler.", StringComparison.Ordinal);

    private List<Datum> Arguments(Expression.Call call, Frame frame, out List<(string Name, Datum Value)> named)
    {
        var given = new List<Datum>();
        named = [];
        foreach (var argument in call.Arguments)
        {
            var value = Evaluate(argument.Value, frame);
            if (argument.Name is null)
            {
                given.Add(value);
            }
            else
            {
                named.Add((argument.Name, value));
            }
        }

        return given;
    }

    private void Locate(Frame frame, Expression expression) => builder.Source = frame.Source.LocationOf(expression.At);

    private Datum CallNamed(string name, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named)
    {
        var parts = name.Split('.');
        switch (parts)
        {
            case ["torch", "jit", "fork" or "_fork"]:
                return Fork(arguments, named);
            case ["torch", "jit", "wait" or "_wait"]:
                return arguments[0];
            case ["torch", var op]:
                return CallOperator($"aten::{op}", arguments, named);
            case ["torch", .. var inner]:
                return CallOperator($"aten::{string.Join('_', inner)}", arguments, named);
            case ["ops", var space, var op]:
                return CallOperator($"{space}::{op}", arguments, named);
            case ["__torch__", ..]:
                return CallDefined(name, arguments, named);
            case [var single]:
                return CallBuiltin(single, arguments, named);
            default:
                throw SconceException.Expected("a function or an operator", name);
        }
    }

    /// <summary>The member of an enumeration that has a value; null where none has.</summary>
    private Datum.Member? MemberOf(string name, Datum value) => code.FindClass(name) is { Definition.Base: "Enum" } type
        ? type.Definition.Attributes.Where(member => member.Value is not null).Select(member => new Datum.Member(name, member.Name, Evaluate(member.Value!, new Frame(type.Source))))
            .FirstOrDefault(member => member.Value.Equals(value)) : null;

    private Datum CallDefined(string name, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named)
    {
        if (name.EndsWith(".__new__", StringComparison.Ordinal))
        {
            return new Datum.Object(new Instance(name[..^".__new__".Length]));
        }

        if (code.FindFunction(name) is { } function)
        {
            return Call(function.Definition, function.Source, arguments, named);
        }

        if (code.FindClass(name) is not { } type)
        {
            return name.StartsWith("__torch__.torch.autograd.", StringComparison.Ordinal) ? new Datum.Object(new Instance(name))
                : throw SconceException.Unsupported($"the archive has no code of {name}");
        }

        switch (type.Definition.Base)
        {
            case "NamedTuple":
                var fields = type.Definition.Attributes;
                return new Datum.Tuple(
                    [.. fields.Select((field, i) => i < arguments.Count ? arguments[i] : named.FirstOrDefault(argument => argument.Name == field.Name).Value
                        ?? (field.Value is { } otherwise ? Evaluate(otherwise, new Frame(type.Source)) : Datum.Nothing))],
                    [.. fields.Select(field => field.Name)]);
            case "Enum":
                return MemberOf(name, arguments[0]) ?? throw SconceException.Expected($"a member of {name}", arguments[0].Kind);
            default:
                var made = new Instance(name);
                foreach (var constant in type.Definition.Attributes.Where(attribute => TypeNames.Head(attribute.Type) == "Final" && attribute.Value is not null))
                {
                    made.Finals[constant.Name] = constant.Value!;
                }

                if (type.Method("__init__") is not null)
                {
                    CallMethod(made, "__init__", arguments, named);
                }

                return new Datum.Object(made);
        }
    }

    private Datum Fork(IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named) => arguments[0] switch
    {
        Datum.Closure closure => closure.Call(),
        Datum.Path path => CallNamed(path.Name, [.. arguments.Skip(1)], named),
        Datum.Method method => CallMethod(method.Instance, method.Name, [.. arguments.Skip(1)], named),
        Datum.Object item => CallMethod(item.Instance, "forward", [.. arguments.Skip(1)], named),
        _ => throw SconceException.Expected("a function to fork", arguments[0].Kind),
    };

    /// <summary>Functions whose first or second argument is a type.</summary>
    private Datum Typed(string name, Expression.Call call, Frame frame)
    {
        var arguments = call.Arguments;
        switch (name)
        {
            case "uninitialized":
                return new Datum.Unusable("a value that is not set on this way through the code is used", IsUninitialised: true);
            case "isinstance" when arguments.Length == 2:
                return Datum.Of(IsOfType(Evaluate(arguments[0].Value, frame).Usable(), arguments[1].Value));
            case "annotate" or "unchecked_cast" when arguments.Length == 2:
                var value = Evaluate(arguments[1].Value, frame);
                value = value is Datum.Either && TypeNames.Head(arguments[0].Value) is "int" or "float" or "bool" or "number" or "Scalar" ? value.Usable() : value;
                return (TypeNames.Head(arguments[0].Value), value) switch
                {
                    // A tensor where a number is asked for is converted without a word.
                    ("int", Datum.Tensor tensor) => ToInt(tensor),
                    ("float", Datum.Tensor tensor) => ToFloat(tensor),
                    ("bool", Datum.Tensor tensor) => ToBool(tensor),
                    ("number" or "Scalar", Datum.Tensor tensor) => ToNumber(tensor),
                    (not ("Optional" or "Any"), Datum.Optional optional) => optional.Value,
                    _ => value,
                };
            default:
                throw SconceException.Expected($"a type and a value for {name}", $"{arguments.Length} arguments");
        }
    }

    private static bool IsOfType(Datum value, Expression type)
    {
        if (type is Expression.Tuple or Expression.List)
        {
            return (type is Expression.Tuple tuple ? tuple.Items : ((Expression.List)type).Items).Any(item => IsOfType(value, item));
        }

        var inner = TypeNames.Arguments(type);
        return TypeNames.Head(type) switch
        {
            "Tensor" => value is Datum.Tensor,
            "int" => value is Datum.Int,
            "float" => value is Datum.Float,
            "bool" => value is Datum.Bool,
            "str" => value is Datum.Text,
            "complex" => value is Datum.Complex,
            "number" or "Scalar" => value is Datum.Int or Datum.Float or Datum.Complex,
            "None" or "NoneType" => value is Datum.None,
            "Optional" => value is Datum.None || inner.Any(item => IsOfType(value, item)),
            "Union" => inner.Any(item => IsOfType(value, item)),
            "Any" => true,
            "list" => value is Datum.List,
            "tuple" => value is Datum.Tuple,
            "List" => value is Datum.List list && ListItems(list).All(item => IsOfType(item, inner[0])),
            "Dict" => value is Datum.Dict dict && DictItems(dict).All(item => IsOfType(item.Key, inner[0]) && IsOfType(item.Value, inner[1])),
            "Tuple" => value is Datum.Tuple tuple && tuple.Items.Length == inner.Length && tuple.Items.Zip(inner).All(pair => IsOfType(pair.First, pair.Second)),
            "Device" => value is Datum.Device,
            var name => value is Datum.Object { Instance.ClassName: var own } && own == name,
        };
    }
}
