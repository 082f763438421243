using System.Text;

namespace Sconce.Compiler.Wasm;

/// <summary>Prints functions and modules in the text format, expressions folded as they were built. For people to read.</summary>
public sealed class WatPrinter
{
    private const int Width = 110;

    private readonly StringBuilder text = new();
    private readonly Dictionary<object, string> names = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> taken = [];
    private int indent;

    private WatPrinter()
    {
    }

    /// <summary>One expression or statement.</summary>
    public static string Print(Code code)
    {
        var printer = new WatPrinter();
        printer.Append(code);
        return printer.text.ToString();
    }

    /// <summary>One function.</summary>
    public static string Print(FunctionBuilder function)
    {
        var printer = new WatPrinter();
        printer.AppendFunction(function);
        return printer.text.AppendLine().ToString();
    }

    /// <summary>A whole module, but for its data and custom sections, which only their sizes stand for.</summary>
    public static string Print(Module module)
    {
        var printer = new WatPrinter();
        printer.AppendModule(module);
        return printer.text.AppendLine().ToString();
    }

    private void AppendModule(Module module)
    {
        text.Append("(module");
        indent++;
        if (module.Memory is { } memory)
        {
            string shared = memory.Shared ? " shared" : "";
            Line($"(import {Quote(memory.Module)} {Quote(memory.Name)} (memory {memory.Minimum} {memory.Maximum}{shared}))");
        }

        if (module.Table.Count > 0)
        {
            Line($"(table {module.Table.Count} {module.Table.Count} funcref)");
        }

        foreach (Global global in module.Globals)
        {
            string type = global.Type.Name();
            Line($"(global {NameOf(global)} {(global.IsMutable ? $"(mut {type})" : type)} {Flat(global.Initial)})");
        }

        foreach (Export export in module.Exports)
        {
            string target = export.Kind switch
            {
                ExportKind.Function => $"(func {NameOf(module.Functions[export.Index])})",
                ExportKind.Global => $"(global {NameOf(module.Globals[export.Index])})",
                ExportKind.Table => "(table 0)",
                _ => "(memory 0)",
            };
            Line($"(export {Quote(export.Name)} {target})");
        }

        if (module.Table.Count > 0)
        {
            Line($"(elem (i32.const 0) {string.Join(' ', module.Table.Select(NameOf))})");
        }

        foreach (FunctionBuilder function in module.Functions)
        {
            Break();
            AppendFunction(function);
        }

        foreach (DataSegment segment in module.Data)
        {
            Line($";; data: {segment.Bytes.Length} bytes at {segment.Offset}");
        }

        foreach (CustomSection section in module.CustomSections)
        {
            Line($";; custom section {Quote(section.Name)}: {section.Bytes.Length} bytes");
        }

        indent--;
        text.Append(')');
    }

    private void AppendFunction(FunctionBuilder function)
    {
        text.Append("(func ").Append(NameOf(function));
        foreach (Local parameter in function.Parameters)
        {
            text.Append($" (param {NameOf(parameter)} {parameter.Type.Name()})");
        }

        if (function.Type.Result != WasmType.None)
        {
            text.Append($" (result {function.Type.Result.Name()})");
        }

        indent++;
        foreach (IGrouping<WasmType, Local> group in function.Locals.GroupBy(l => l.Type))
        {
            foreach (Local[] some in group.Chunk(8))
            {
                Line(string.Join(' ', some.Select(l => $"(local {NameOf(l)} {l.Type.Name()})")));
            }
        }

        // As in the binary form, a last return is just its value.
        bool returns = function.Body is [.., var last] && last.Opcode == Opcode.Return;
        AppendAll(returns ? function.Body.SkipLast(1) : function.Body);
        if (returns && function.Body[^1].Operands is [var result])
        {
            Break();
            Append(result);
        }

        if (function.EndsInRegion)
        {
            Line("(unreachable)");
        }

        indent--;
        text.Append(')');
    }

    private void AppendAll(IEnumerable<Statement> statements)
    {
        foreach (Statement statement in statements)
        {
            Break();
            Append(statement);
        }
    }

    private void Append(Code code)
    {
        if (code is Region region)
        {
            AppendRegion(region);
            return;
        }

        string flat = Flat(code);
        if (flat.Length + (2 * indent) <= Width || code.Operands.Length == 0)
        {
            text.Append(flat);
            return;
        }

        text.Append('(').Append(Head(code));
        indent++;
        foreach (Code operand in code.Operands)
        {
            Break();
            Append(operand);
        }

        indent--;
        text.Append(')');
    }

    private void AppendRegion(Region region)
    {
        text.Append('(').Append(region.Opcode.Name);
        if (region.Label.IsUsed)
        {
            text.Append(' ').Append(NameOf(region.Label));
        }

        indent++;
        if (region.Opcode == Opcode.If)
        {
            text.Append(' ');
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

        indent--;
        text.Append(')');
    }

    private void AppendArm(string keyword, List<Statement> statements)
    {
        Line($"({keyword}");
        indent++;
        AppendAll(statements);
        indent--;
        text.Append(')');
    }

    private string Flat(Code code)
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
    private string NameOf(object thing)
    {
        if (!names.TryGetValue(thing, out string? name))
        {
            // Variables and labels are a function's own, but one set of names reads better.
            string wanted = thing switch
            {
                FunctionBuilder function => function.Name,
                Global global => global.Name,
                Label label => label.Name,
                Local { Name: { } given } => given,
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

    private static string Quote(string value) => $"\"{string.Concat(Encoding.UTF8.GetBytes(value).Select(Escape))}\"";

    private static string Escape(byte value) => value is >= 0x20 and < 0x7F and not ((byte)'"' or (byte)'\\') ? $"{(char)value}" : $"\\{value:x2}";

    private void Line(string line)
    {
        Break();
        text.Append(line);
    }

    private void Break() => text.Append('\n').Append(' ', 2 * indent);
}
