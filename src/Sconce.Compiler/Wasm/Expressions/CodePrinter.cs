using System.Text;

namespace Sconce.Compiler.Wasm;

/// <summary>Prints expressions and statements in the text format, folded as they were built.</summary>
internal class CodePrinter
{
    private const int Width = 110;

    private readonly Dictionary<object, string> names = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> taken = [];

    protected StringBuilder Text { get; } = new();

    protected int Indent { get; set; }

    /// <summary>One expression or statement.</summary>
    public static string Print(Code code)
    {
        var printer = new CodePrinter();
        printer.Append(code);
        return printer.Text.ToString();
    }

    protected void AppendAll(IEnumerable<Statement> statements)
    {
        foreach (Statement statement in statements)
        {
            Break();
            Append(statement);
        }
    }

    protected void Append(Code code)
    {
        if (code is Region region)
        {
            AppendRegion(region);
            return;
        }

        string flat = Flat(code);
        if (flat.Length + (2 * Indent) <= Width || code.Operands.Length == 0)
        {
            Text.Append(flat);
            return;
        }

        Text.Append('(').Append(Head(code));
        Indent++;
        foreach (Code operand in code.Operands)
        {
            Break();
            Append(operand);
        }

        Indent--;
        Text.Append(')');
    }

    private void AppendRegion(Region region)
    {
        Text.Append('(').Append(region.Opcode.Name);
        if (region.Label.IsUsed)
        {
            Text.Append(' ').Append(NameOf(region.Label));
        }

        Indent++;
        if (region.Opcode == Opcode.If)
        {
            Text.Append(' ');
            Append(region.Operands[0]);
            AppendArm("then", region.BodyList);
            if (region.ElseList.Count > 0)
            {
                AppendArm("else", region.ElseList);
            }
        }
        else
        {
            AppendAll(region.BodyList);
        }

        Indent--;
        Text.Append(')');
    }

    private void AppendArm(string keyword, List<Statement> statements)
    {
        Line($"({keyword}");
        Indent++;
        AppendAll(statements);
        Indent--;
        Text.Append(')');
    }

    protected string Flat(Code code)
    {
        string head = Head(code);
        return code.Operands.Length == 0 ? $"({head})" : $"({head} {string.Join(' ', code.Operands.ToArray().Select(Flat))})";
    }

    private string Head(Code code)
    {
        ref readonly Immediate immediate = ref code.Immediate;
        string name = code.Opcode.Name;
        switch (code.Opcode.Immediate)
        {
            case ImmediateKind.I32 or ImmediateKind.I64:
                return $"{name} {(long)(ulong)immediate.Bits}";
            case ImmediateKind.F32:
                return $"{name} {WatNumbers.Format(BitConverter.UInt32BitsToSingle((uint)immediate.Bits))}";
            case ImmediateKind.F64:
                return $"{name} {WatNumbers.Format(BitConverter.UInt64BitsToDouble((ulong)immediate.Bits))}";
            case ImmediateKind.V128:
                return $"{name} i32x4 {WatNumbers.FormatLanes(immediate.Bits)}";
            case ImmediateKind.Shuffle:
                UInt128 lanes = immediate.Bits;
                return $"{name} {string.Join(' ', Enumerable.Range(0, 16).Select(i => (byte)(lanes >> (8 * i))))}";
            case ImmediateKind.Memory or ImmediateKind.MemoryLane:
                string offset = immediate.Offset == 0 ? "" : $" offset={immediate.Offset}";
                string align = 1 << immediate.AlignmentExponent == code.Opcode.Bytes ? "" : $" align={1 << immediate.AlignmentExponent}";
                return name + offset + align + (code.Opcode.Immediate == ImmediateKind.MemoryLane ? $" {immediate.Lane}" : "");
            case ImmediateKind.Lane:
                return $"{name} {immediate.Lane}";
            case ImmediateKind.Local or ImmediateKind.Global or ImmediateKind.Function or ImmediateKind.Label:
                return $"{name} {NameOf(immediate.Target!)}";
            case ImmediateKind.Labels:
                return $"{name} {string.Join(' ', ((Label[])immediate.Target!).Select(NameOf))}";
            case ImmediateKind.Type:
                var type = (FunctionType)immediate.Target!;
                string parameters = string.Concat(type.Parameters.Select(p => $" (param {p.Name()})"));
                return name + parameters + (type.Result == WasmType.None ? "" : $" (result {type.Result.Name()})");
            default:
                return name;
        }
    }

    /// <summary>A name for a function, variable or label that nothing else printed has.</summary>
    protected string NameOf(object thing)
    {
        if (!names.TryGetValue(thing, out string? name))
        {
            // Variables and labels are a function's own, but one set of names reads better.
            string wanted = thing switch
            {
                INamed { Name: { } given } => given,
                Local { IsParameter: true } local => $"p{local.Index}",
                _ => "x",
            };
            string scope = thing is Local l ? NameOf(l.Function) + "/" : "/";
            wanted = string.Concat(wanted.Select(c => char.IsAsciiLetterOrDigit(c) || "_.-+*/<>=!?@#%&|~^:".Contains(c) ? c : '_'));
            name = wanted;
            for (int i = 1; !taken.Add(scope + name); i++)
            {
                name = $"{wanted}_{i}";
            }

            names[thing] = name = "$" + name;
        }

        return name;
    }

    protected void Line(string line)
    {
        Break();
        Text.Append(line);
    }

    protected void Break() => Text.Append('\n').Append(' ', 2 * Indent);
}
