using System.Text;

namespace Sconce.Compiler.Wasm;

/// <summary>Prints functions and modules in the text format. For people to read.</summary>
public static class WatPrinter
{
    /// <summary>One function.</summary>
    public static string Print(FunctionBuilder function) => Print(printer => printer.AppendFunction(function));

    /// <summary>A whole module, but for its data and custom sections, which only their sizes stand for.</summary>
    public static string Print(Module module) => Print(printer => printer.AppendModule(module));

    private static string Print(Action<Printer> append)
    {
        var printer = new Printer();
        append(printer);
        return printer.ToString();
    }

    private sealed class Printer : CodePrinter
    {
        public override string ToString() => $"{Text}{Environment.NewLine}";

        public void AppendModule(Module module)
        {
            Text.Append("(module");
            Indent++;
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

            Indent--;
            Text.Append(')');
        }

        public void AppendFunction(FunctionBuilder function)
        {
            Text.Append("(func ").Append(NameOf(function));
            foreach (Local parameter in function.Parameters)
            {
                Text.Append($" (param {NameOf(parameter)} {parameter.Type.Name()})");
            }

            if (function.Type.Result != WasmType.None)
            {
                Text.Append($" (result {function.Type.Result.Name()})");
            }

            Indent++;
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

            Indent--;
            Text.Append(')');
        }

        private static string Quote(string value) => $"\"{string.Concat(Encoding.UTF8.GetBytes(value).Select(Escape))}\"";

        private static string Escape(byte value) => value is >= 0x20 and < 0x7F and not ((byte)'"' or (byte)'\\') ? $"{(char)value}" : $"\\{value:x2}";
    }
}
