using Sconce.Cli.Files;
using Sconce.Compiler.Wasm;

namespace Sconce.Cli.Artifacts;

/// <summary>Prints a module in WebAssembly's text format, one instruction a line; of data and custom sections only the sizes.</summary>
internal sealed class Disassembler
{
    /// <summary>As many as engines allow in a function.</summary>
    private const uint MostLocals = 50_000;

    private readonly TextWriter output;
    private readonly IReadOnlyList<WasmSection> sections;
    private readonly List<string> types = [];
    private readonly List<uint> functionTypes = [];
    private readonly Dictionary<uint, string> names = [];
    private uint importedFunctions;

    private Disassembler(IReadOnlyList<WasmSection> sections, TextWriter output)
    {
        (this.sections, this.output) = (sections, output);
        var imports = new List<string>();
        foreach (var section in sections)
        {
            var body = section.Body;
            switch (section.Id)
            {
                case WasmSection.Type: types.AddRange(body.List(() => FunctionType(body))); break;
                case WasmSection.Function: functionTypes.AddRange(body.List(body.U32)); break;
                case WasmSection.Import: imports.AddRange(body.List(() => Import(body))); break;
                case WasmSection.Export: Exports(body); break;
                case WasmSection.Custom when section.Name == "name": FunctionNames(body); break;
            }
        }

        Imports = imports;
    }

    private IReadOnlyList<string> Imports { get; }

    private List<string> ExportLines { get; } = [];

    public static void Print(string path, TextWriter output)
    {
        using var stream = InputFile.Open(path, "an artifact (.wasm)");
        Print(stream, path, output);
    }

    public static void Print(Stream stream, string file, TextWriter output) => new Disassembler(WasmSection.ReadAll(stream, file), output).Print();

    private void Print()
    {
        output.WriteLine("(module");
        for (var i = 0; i < types.Count; i++)
        {
            output.WriteLine($"  (type (;{i};) (func{types[i]}))");
        }

        foreach (var line in Imports.Concat(ExportLines))
        {
            output.WriteLine($"  {line}");
        }

        foreach (var section in sections)
        {
            var body = section.Body;
            switch (section.Id)
            {
                case WasmSection.Table: Lines(body, () => $"(table {Limits(body, typeFirst: true)})"); break;
                case WasmSection.Global: Lines(body, () => Global(body)); break;
                case WasmSection.Code: Functions(body); break;
                case WasmSection.Data: output.WriteLine($"  (; data: {section.Size} bytes ;)"); break;
                case WasmSection.Custom: output.WriteLine($"  (; custom section \"{section.Name}\": {section.Size} bytes ;)"); break;
            }
        }

        output.WriteLine(")");
    }

    private void Lines(WasmReader body, Func<string> line)
    {
        foreach (var text in body.List(line))
        {
            output.WriteLine($"  {text}");
        }
    }

    private static string FunctionType(WasmReader body)
    {
        if (body.Byte() != 0x60)
        {
            throw body.Broken("a type that is no function's");
        }

        var parameters = body.List(() => TypeName(body)).ToArray();
        var results = body.List(() => TypeName(body)).ToArray();
        return (parameters.Length > 0 ? $" (param {string.Join(' ', parameters)})" : "")
            + (results.Length > 0 ? $" (result {string.Join(' ', results)})" : "");
    }

    private string Import(WasmReader body)
    {
        var from = $"\"{body.Name()}\" \"{body.Name()}\"";
        switch (body.Byte())
        {
            case 0:
                importedFunctions++;
                return $"(import {from} (func (type {body.U32()})))";
            case 1: return $"(import {from} (table {Limits(body, typeFirst: true)}))";
            case 2: return $"(import {from} (memory {Limits(body, typeFirst: false)}))";
            case 3: return $"(import {from} (global {GlobalType(body)}))";
            default: throw body.Broken("an import of an unknown kind");
        }
    }

    private static string Limits(WasmReader body, bool typeFirst)
    {
        var element = typeFirst ? $" {TypeName(body)}" : "";
        var flags = body.Byte();
        var text = $"{body.U32()}";
        text += (flags & 1) != 0 ? $" {body.U32()}" : "";
        return text + ((flags & 2) != 0 ? " shared" : "") + element;
    }

    private static string GlobalType(WasmReader body)
    {
        var type = TypeName(body);
        return body.Byte() == 1 ? $"(mut {type})" : type;
    }

    private string Global(WasmReader body)
    {
        var text = $"(global {GlobalType(body)}";
        for (var opcode = InstructionText.ReadOpcode(body); opcode != Opcode.End; opcode = InstructionText.ReadOpcode(body))
        {
            text += $" ({InstructionText.Of(opcode, body, FunctionName)})";
        }

        return text + ")";
    }

    private static string TypeName(WasmReader body) =>
        Enum.IsDefined((WasmType)body.PeekByte()) ? ((WasmType)body.Byte()).Name() : throw body.Broken("an unknown type of values");

    private void Exports(WasmReader body)
    {
        string[] kinds = ["func", "table", "memory", "global"];
        foreach (var (name, kind, index) in body.List(() => (body.Name(), body.Byte(), body.U32())))
        {
            if (kind == 0)
            {
                names.TryAdd(index, name);
            }

            ExportLines.Add($"(export \"{name}\" ({(kind < kinds.Length ? kinds[kind] : throw body.Broken("an export of an unknown kind"))} {index}))");
        }
    }

    private void FunctionNames(WasmReader body)
    {
        const int functionNames = 1;
        while (!body.AtEnd)
        {
            var kind = body.Byte();
            var part = body.Sized();
            if (kind == functionNames)
            {
                foreach (var (index, name) in part.List(() => (part.U32(), part.Name())))
                {
                    names[index] = name;
                }
            }
        }
    }

    private void Functions(WasmReader code)
    {
        var index = 0;
        foreach (var body in code.List(code.Sized))
        {
            var type = index < functionTypes.Count && functionTypes[index] < types.Count ? functionTypes[index]
                : throw code.Broken("a function without a type");
            var number = importedFunctions + (uint)index;
            output.WriteLine($"  (func {FunctionName(number)} (;{number};) (type {type}){types[(int)type]}");
            Function(body);
            output.WriteLine("  )");
            index++;
        }
    }

    private void Function(WasmReader body)
    {
        foreach (var (count, type) in body.List(() => (body.U32(), TypeName(body))))
        {
            var text = count <= MostLocals ? string.Join(' ', Enumerable.Repeat(type, (int)count)) : throw body.Broken($"{count} locals");
            output.WriteLine($"    (local {text})");
        }

        var depth = 1;
        while (!body.AtEnd)
        {
            var opcode = InstructionText.ReadOpcode(body);
            var closes = opcode == Opcode.End || opcode == Opcode.Else;
            depth -= closes ? 1 : 0;
            if (depth == 0)
            {
                return;
            }

            output.Write(new string(' ', 2 + (2 * Math.Min(depth, 40))));
            output.WriteLine(InstructionText.Of(opcode, body, FunctionName));
            depth += opcode.Immediate == ImmediateKind.Block || opcode == Opcode.Else ? 1 : 0;
        }
    }

    private string FunctionName(uint index) => names.TryGetValue(index, out var name) ? $"${Identifier(name)}" : $"$f{index}";

    /// <summary>The characters that the text format allows in names.</summary>
    private static string Identifier(string name) =>
        string.Concat(name.Select(c => c is > ' ' and <= '~' and not ('"' or ',' or ';' or '(' or ')' or '[' or ']' or '{' or '}') ? c : '_'));
}
