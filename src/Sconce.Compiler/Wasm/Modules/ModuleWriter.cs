namespace Sconce.Compiler.Wasm;

/// <summary>Writes a module section by section. Only the data is not gathered first: it may be most of the file.</summary>
internal sealed class ModuleWriter(Module module)
{
    private readonly List<SectionPlace> places = [];
    private Stream? target;
    private long position;
    private long? memoryFlags;

    public ModuleLayout WriteTo(Stream? stream)
    {
        Checker.Check(module);
        target = stream;
        Emit([0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0]);
        WriteCustomSections(Placement.First);

        // The code is encoded first: indirect calls may add types.
        ByteWriter code = CodeSection.Encode(module);
        WriteSection(SectionId.Type, "type", TypeSection.Encode(module));
        if (module.Memory is { } memory)
        {
            ByteWriter import = ImportSection.Encode(memory, out int flags);
            memoryFlags = WriteSection(SectionId.Import, "import", import) + flags;
        }

        WriteSection(SectionId.Function, "function", FunctionSection.Encode(module));
        if (module.HasTable)
        {
            WriteSection(SectionId.Table, "table", TableSection.Encode(module));
        }

        if (module.Globals.Count > 0)
        {
            WriteSection(SectionId.Global, "global", GlobalSection.Encode(module));
        }

        WriteSection(SectionId.Export, "export", ExportSection.Encode(module));
        if (module.Table.Count > 0)
        {
            WriteSection(SectionId.Element, "element", ElementSection.Encode(module));
        }

        WriteSection(SectionId.Code, "code", code);
        if (module.WriteNames)
        {
            WriteCustom("name", NameSection.Encode(module).WrittenMemory);
        }

        WriteCustomSections(Placement.BeforeData);
        WriteData();
        return new ModuleLayout(places, memoryFlags, position);
    }

    /// <summary>Bytes of a section with so many bytes of contents.</summary>
    public static long SectionBytes(long length) => Head(0, length).Length + length;

    private static ByteWriter Head(byte id, long length)
    {
        var head = new ByteWriter();
        head.WriteByte(id);
        head.WriteUnsigned((ulong)length);
        return head;
    }

    private void WriteCustomSections(Placement placement)
    {
        foreach (CustomSection section in module.CustomSections.Where(s => s.Placement == placement))
        {
            WriteCustom(section.Name, section.Bytes);
        }
    }

    private void WriteCustom(string name, ReadOnlyMemory<byte> bytes)
    {
        var head = new ByteWriter();
        head.WriteName(name);
        Open(SectionId.Custom, name, head.Length + (long)bytes.Length);
        Emit(head.Written);
        Emit(bytes.Span);
    }

    private void WriteData()
    {
        if (module.Data.Count == 0)
        {
            return;
        }

        Open(SectionId.Data, "data", DataSection.Measure(module.Data));
        Emit(DataSection.EncodeCount(module.Data).Written);
        foreach (DataSegment segment in module.Data)
        {
            Emit(DataSection.EncodeHead(segment).Written);
            Emit(segment.Bytes.Span);
        }
    }

    /// <summary>Gives where the contents start.</summary>
    private long WriteSection(byte id, string name, ByteWriter contents)
    {
        long start = Open(id, name, contents.Length);
        Emit(contents.Written);
        return start;
    }

    private long Open(byte id, string name, long length)
    {
        if (length > uint.MaxValue)
        {
            throw new InvalidOperationException($"the {name} section would be {length} bytes; the format allows {uint.MaxValue}");
        }

        Emit(Head(id, length).Written);
        places.Add(new SectionPlace(id, name, position, length));
        return position;
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        target?.Write(bytes);
        position += bytes.Length;
    }
}
