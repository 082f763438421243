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
        if (module.Table.Count > 0)
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

        var count = new ByteWriter();
        count.WriteUnsigned((uint)module.Data.Count);
        List<ByteWriter> heads = [.. module.Data.Select(DataSection.EncodeHead)];
        Open(SectionId.Data, "data", count.Length + heads.Sum(h => (long)h.Length) + module.Data.Sum(d => (long)d.Bytes.Length));
        Emit(count.Written);
        for (int i = 0; i < heads.Count; i++)
        {
            Emit(heads[i].Written);
            Emit(module.Data[i].Bytes.Span);
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

        var head = new ByteWriter();
        head.WriteByte(id);
        head.WriteUnsigned((ulong)length);
        Emit(head.Written);
        places.Add(new SectionPlace(id, name, position, length));
        return position;
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        target?.Write(bytes);
        position += bytes.Length;
    }
}
