namespace Sconce.Compiler.Wasm;

// Blocks, loops, branches and calls.
public sealed partial class FunctionBuilder
{
    private readonly List<Label> open = [];

    /// <summary>Does the first where the condition is not zero, else the second. A known condition leaves only one of them.</summary>
    public void If(I32 condition, Action then, Action? otherwise = null)
    {
        if (condition.ConstantInteger is { } known)
        {
            (known != 0 ? then : otherwise)?.Invoke();
            return;
        }

        var region = new Region(Opcode.If, new Label("if"), condition);
        Within(region, region.BodyList, then);
        if (otherwise is not null)
        {
            Within(region, region.ElseList, otherwise);
        }

        Do(region);
    }

    /// <summary>A branch to the label leaves the block.</summary>
    public void Block(Action<Label> build) => Enclose(Opcode.Block, "block", build);

    /// <summary>A branch to the label starts the loop again; without one it ends.</summary>
    public void Loop(Action<Label> build) => Enclose(Opcode.Loop, "loop", build);

    public void Branch(Label label) => Do(new Statement(Opcode.Br, new Immediate { Target = Use(label) }, []));

    public void BranchIf(Label label, I32 condition)
    {
        if (condition.ConstantInteger is not { } known)
        {
            Do(new Statement(Opcode.BrIf, new Immediate { Target = Use(label) }, [condition]));
        }
        else if (known != 0)
        {
            Branch(label);
        }
    }

    /// <summary>Goes to the label of that number, or past the last to <paramref name="otherwise"/>.</summary>
    public void BranchTable(I32 index, ReadOnlySpan<Label> labels, Label otherwise)
    {
        Label[] targets = [.. labels, otherwise];
        Array.ForEach(targets, l => Use(l));
        Do(new Statement(Opcode.BrTable, new Immediate { Target = targets }, [index]));
    }

    /// <summary>
    /// <paramref name="i"/> goes from <paramref name="from"/> by <paramref name="step"/> while it is below <paramref name="to"/> (above it
    /// where the step is negative); signed. The bound is computed once; where it is a local, the body must not change that.
    /// </summary>
    public void For(LocalI32 i, I32 from, I32 to, int step, Action body)
    {
        if (from.ConstantInteger is { } first && to.ConstantInteger is { } last)
        {
            if (step > 0 ? first < last : first > last)
            {
                ForAtLeastOnce(i, from, to, step, body);
            }
            else
            {
                Set(i, from);
            }

            return;
        }

        I32 bound = Bound(to);
        Set(i, from);
        If(Continues(i, bound, step), () => Counted(i, bound, step, body));
        Release(to, bound);
    }

    /// <summary>As <see cref="For"/>, for a loop known to run at least once: the test stands only at its end.</summary>
    public void ForAtLeastOnce(LocalI32 i, I32 from, I32 to, int step, Action body)
    {
        I32 bound = Bound(to);
        Set(i, from);
        Counted(i, bound, step, body);
        Release(to, bound);
    }

    /// <summary>Tests before every round.</summary>
    public void While(I32 condition, Action body) => Block(done => Loop(again =>
    {
        BranchIf(done, condition.Eqz());
        body();
        Branch(again);
    }));

    /// <summary>Calls for what the function does; a result is dropped.</summary>
    public void Call(FunctionBuilder function, params ReadOnlySpan<Code> arguments) => DoCall(CallResult(function, arguments));

    /// <summary>A call as an expression.</summary>
    public Code CallResult(FunctionBuilder function, params ReadOnlySpan<Code> arguments)
    {
        CheckArguments(function.ToString(), function.Type, arguments);
        return Code.Create(Opcode.Call, new Immediate { Target = function }, function.Type.Result, arguments.ToArray());
    }

    /// <summary>Calls the function at a place of the module's table; a result is dropped.</summary>
    public void CallIndirect(FunctionType type, I32 index, params ReadOnlySpan<Code> arguments) =>
        DoCall(CallIndirectResult(type, index, arguments));

    /// <summary>An indirect call as an expression.</summary>
    public Code CallIndirectResult(FunctionType type, I32 index, params ReadOnlySpan<Code> arguments)
    {
        CheckArguments($"a function {type}", type, arguments);
        return Code.Create(Opcode.CallIndirect, new Immediate { Target = type }, type.Result, [.. arguments, index]);
    }

    public void Return()
    {
        if (Type.Result != WasmType.None)
        {
            throw new ArgumentException($"{this} must return a value");
        }

        Do(new Statement(Opcode.Return, default, []));
    }

    public void Return(Code value)
    {
        CheckType(value, Type.Result, $"the result of {this}");
        Do(new Statement(Opcode.Return, default, [value]));
    }

    public void Unreachable() => Do(new Statement(Opcode.Unreachable, default, []));

    private void CheckArguments(string name, FunctionType type, ReadOnlySpan<Code> arguments)
    {
        if (arguments.Length != type.Parameters.Length)
        {
            throw new ArgumentException($"in {this}: {name} takes {type.Parameters.Length} arguments, not {arguments.Length}");
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            CheckType(arguments[i], type.Parameters[i], $"argument {i} of {name}");
        }
    }

    private static I32 Continues(I32 i, I32 bound, int step) => step > 0 ? i.LtS(bound) : i.GtS(bound);

    // The bound's variable is the loop's own; those that the body makes belong to the scope around the loop.
    private I32 Bound(I32 to)
    {
        if (to is LocalI32 || to.ConstantInteger is not null)
        {
            return to;
        }

        List<Local>? outer = scope;
        scope = null;
        LocalI32 bound = Let(to, "bound");
        scope = outer;
        return bound;
    }

    private void Release(I32 to, I32 bound)
    {
        if (bound != to)
        {
            free.Add(((LocalI32)bound).Local);
        }
    }

    private void Counted(LocalI32 i, I32 bound, int step, Action body)
    {
        ArgumentOutOfRangeException.ThrowIfZero(step);
        Loop(again =>
        {
            body();
            Set(i, i + step);
            BranchIf(again, Continues(i, bound, step));
        });
    }

    private void DoCall(Code call)
    {
        if (call.Type == WasmType.None)
        {
            Do(call);
        }
        else
        {
            Drop(call);
        }
    }

    private void Enclose(Opcode opcode, string name, Action<Label> build)
    {
        var region = new Region(opcode, new Label(name));
        Within(region, region.BodyList, () => build(region.Label));
        Do(region);
    }

    private void Within(Region region, List<Statement> list, Action build)
    {
        List<Statement> outer = current;
        current = list;
        open.Add(region.Label);
        places.Add(list);
        build();
        places.RemoveAt(places.Count - 1);
        open.RemoveAt(open.Count - 1);
        current = outer;
    }

    private Label Use(Label label)
    {
        if (!open.Contains(label))
        {
            throw new ArgumentException($"in {this}: a branch to a {label.Name} that does not enclose it", nameof(label));
        }

        label.IsUsed = true;
        return label;
    }
}
