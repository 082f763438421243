namespace Sconce.Compiler.Wasm;

/// <summary>
/// A WebAssembly module: one imported memory, functions, globals, one table of functions, exports, data and custom sections. Sections
/// are written in the format's order, the data last.
/// </summary>
public sealed class Module
{
    private readonly Dictionary<FunctionType, uint> types = [];
    private readonly List<FunctionBuilder> functions = [];
    private readonly Dictionary<byte[], FunctionBuilder> shared = new(new SameBytes());
    private readonly List<Global> globals = [];
    private readonly List<FunctionBuilder> table = [];
    private readonly List<Export> exports = [];
    private readonly List<DataSegment> data = [];
    private readonly List<CustomSection> customSections = [];

    public IReadOnlyList<FunctionBuilder> Functions => functions;

    public IReadOnlyList<Global> Globals => globals;

    /// <summary>The functions that an indirect call can reach, by their place.</summary>
    public IReadOnlyList<FunctionBuilder> Table => table;

    /// <summary>A table may be empty: of a program without steps.</summary>
    internal bool HasTable => table.Count > 0 || exports.Any(export => export.Kind == ExportKind.Table);

    public IReadOnlyList<Export> Exports => exports;

    public IReadOnlyList<DataSegment> Data => data;

    public IReadOnlyList<CustomSection> CustomSections => customSections;

    public MemoryImport? Memory { get; private set; }

    /// <summary>Whether names are written for debuggers and profilers.</summary>
    public bool WriteNames { get; set; }

    internal IEnumerable<FunctionType> Types => types.Keys;

    /// <summary>Imports the memory; sizes in pages of 64 KiB.</summary>
    public void ImportMemory(string module, string name, uint minimum, uint maximum, bool shared = false) =>
        Memory = new MemoryImport(module, name, minimum, maximum, shared);

    /// <summary>A new function of this module.</summary>
    public FunctionBuilder Define(string name, ReadOnlySpan<WasmType> parameters, WasmType result = WasmType.None) =>
        Add(new FunctionBuilder(name, parameters, result));

    /// <summary>Gives the function a number here; it may be called at once and built later.</summary>
    public FunctionBuilder Add(FunctionBuilder function)
    {
        if (function.Index >= 0)
        {
            throw new ArgumentException($"{function} is in a module already", nameof(function));
        }

        function.Index = functions.Count;
        functions.Add(function);
        TypeIndex(function.Type);
        return function;
    }

    /// <summary>The function of the same type and body that was shared before, or else this one, added. Its body must be complete.</summary>
    public FunctionBuilder Share(FunctionBuilder function)
    {
        byte[] key = function.Signature();
        if (!shared.TryGetValue(key, out FunctionBuilder? known))
        {
            shared[key] = known = Add(function);
        }

        return known;
    }

    public Global DefineGlobal(string name, WasmType type, bool mutable, Code initial)
    {
        var global = new Global(name, type, mutable, initial) { Index = globals.Count };
        globals.Add(global);
        return global;
    }

    /// <summary>Gives the function a place in the table (the one it has, if any), for indirect calls.</summary>
    public int AddToTable(FunctionBuilder function)
    {
        int place = table.IndexOf(function);
        if (place < 0)
        {
            place = table.Count;
            table.Add(function);
        }

        return place;
    }

    /// <summary>Appends to the table even where the function is there already; for tables whose places mean something.</summary>
    public int AppendToTable(FunctionBuilder function)
    {
        table.Add(function);
        return table.Count - 1;
    }

    public void ExportFunction(string name, FunctionBuilder function)
    {
        if (!Contains(function))
        {
            throw new ArgumentException($"{function} is not in this module", nameof(function));
        }

        exports.Add(new Export(name, ExportKind.Function, function.Index));
    }

    public void ExportTable(string name) => exports.Add(new Export(name, ExportKind.Table, 0));

    public void ExportMemory(string name) => exports.Add(new Export(name, ExportKind.Memory, 0));

    public void ExportGlobal(string name, Global global) => exports.Add(new Export(name, ExportKind.Global, global.Index));

    /// <summary>Bytes that instantiating puts at an address. They are not copied: they must stay as they are until written.</summary>
    public void AddData(uint offset, ReadOnlyMemory<byte> bytes) => data.Add(new DataSegment(offset, bytes));

    public void AddCustomSection(string name, ReadOnlyMemory<byte> bytes, Placement placement) =>
        customSections.Add(new CustomSection(name, bytes, placement));

    /// <summary>Writes everything; gives where things lie.</summary>
    public ModuleLayout WriteTo(Stream stream) => new ModuleWriter(this).WriteTo(stream);

    /// <summary>Where things will lie, without writing the data.</summary>
    public ModuleLayout Measure() => new ModuleWriter(this).WriteTo(null);

    /// <summary>Bytes of the data section; 0 without data.</summary>
    public long MeasureData() => data.Count == 0 ? 0 : ModuleWriter.SectionBytes(DataSection.Measure(data));

    /// <summary>Bytes of a custom section with so many bytes of contents.</summary>
    public static long MeasureCustomSection(string name, long bytes)
    {
        var head = new ByteWriter();
        head.WriteName(name);
        return ModuleWriter.SectionBytes(head.Length + bytes);
    }

    public byte[] ToArray()
    {
        var stream = new MemoryStream();
        WriteTo(stream);
        return stream.ToArray();
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }

    internal bool Contains(Global global) => global.Index < globals.Count && globals[global.Index] == global;

    internal bool Contains(FunctionBuilder function) =>
        function.Index >= 0 && function.Index < functions.Count && functions[function.Index] == function;

    internal uint TypeIndex(FunctionType type)
    {
        if (!types.TryGetValue(type, out uint index))
        {
            types[type] = index = (uint)types.Count;
        }

        return index;
    }
}
