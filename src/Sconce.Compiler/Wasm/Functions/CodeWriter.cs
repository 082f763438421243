namespace Sconce.Compiler.Wasm;

/// <summary>Writes a function's body in the binary format.</summary>
internal sealed class CodeWriter(ByteWriter writer, FunctionBuilder function, Func<FunctionType, uint> typeIndex)
{
    private readonly List<Label> labels = [];
    private (Local? Local, int Start, int End) lastSet;

    /// <summary>Whether the function that was written calls itself.</summary>
    public bool CallsItself { get; private set; }

    /// <summary>A constant outside of functions.</summary>
    public static void WriteConstant(ByteWriter writer, Code constant)
    {
        constant.Opcode.WriteTo(writer);
        WriteBits(writer, constant);
    }

    public void WriteBody()
    {
        WriteLocals();
        IReadOnlyList<Statement> body = function.Body;
        for (int i = 0; i < body.Count; i++)
        {
            // A last return is the end of the body.
            bool last = i == body.Count - 1;
            if (last && body[i].Opcode == Opcode.Return)
            {
                WriteOperands(body[i]);
            }
            else
            {
                Write(body[i]);
            }
        }

        if (function.EndsInRegion)
        {
            Opcode.Unreachable.WriteTo(writer);
        }

        Opcode.End.WriteTo(writer);
    }

    private static void WriteBits(ByteWriter writer, Code code)
    {
        UInt128 bits = code.Immediate.Bits;
        switch (code.Opcode.Immediate)
        {
            case ImmediateKind.I32 or ImmediateKind.I64:
                writer.WriteSigned((long)(ulong)bits);
                break;
            case ImmediateKind.F32:
                writer.WriteUInt32((uint)bits);
                break;
            case ImmediateKind.F64:
                writer.WriteUInt64((ulong)bits);
                break;
            default:
                writer.WriteUInt64((ulong)bits);
                writer.WriteUInt64((ulong)(bits >> 64));
                break;
        }
    }

    private void WriteLocals()
    {
        int index = function.Parameters.Count;
        var groups = function.Locals.GroupBy(l => l.Type).ToList();
        writer.WriteUnsigned((uint)groups.Count);
        foreach (IGrouping<WasmType, Local> group in groups)
        {
            writer.WriteUnsigned((uint)group.Count());
            writer.WriteByte((byte)group.Key);
            foreach (Local local in group)
            {
                local.Index = index++;
            }
        }
    }

    private void Write(Code code)
    {
        // A local that is read just after it was set is set by local.tee: a tenth of a kernel's bytes.
        if (code.Opcode == Opcode.LocalGet && lastSet.End == writer.Length && ReferenceEquals(lastSet.Local, code.Immediate.Target))
        {
            writer.Overwrite(lastSet.Start, (byte)Opcode.LocalTee.Number);
            lastSet = default;
            return;
        }

        WriteOperands(code);
        int start = writer.Length;
        code.Opcode.WriteTo(writer);
        WriteImmediate(code);
        if (code.Opcode == Opcode.LocalSet)
        {
            lastSet = ((Local)code.Immediate.Target!, start, writer.Length);
        }

        if (code is Region region)
        {
            WriteRegion(region);
        }
    }

    private void WriteOperands(Code code)
    {
        foreach (Code operand in code.Operands)
        {
            Write(operand);
        }
    }

    private void WriteRegion(Region region)
    {
        labels.Add(region.Label);
        foreach (Statement statement in region.BodyList)
        {
            Write(statement);
        }

        if (region.ElseList.Count > 0)
        {
            Opcode.Else.WriteTo(writer);
            foreach (Statement statement in region.ElseList)
            {
                Write(statement);
            }
        }

        labels.RemoveAt(labels.Count - 1);
        Opcode.End.WriteTo(writer);
    }

    private void WriteImmediate(Code code)
    {
        ref readonly Immediate immediate = ref code.Immediate;
        switch (code.Opcode.Immediate)
        {
            case ImmediateKind.None:
                break;
            case ImmediateKind.I32 or ImmediateKind.I64 or ImmediateKind.F32 or ImmediateKind.F64:
            case ImmediateKind.V128 or ImmediateKind.Shuffle:
                WriteBits(writer, code);
                break;
            case ImmediateKind.Memory:
                writer.WriteUnsigned(immediate.AlignmentExponent);
                writer.WriteUnsigned(immediate.Offset);
                break;
            case ImmediateKind.MemoryLane:
                writer.WriteUnsigned(immediate.AlignmentExponent);
                writer.WriteUnsigned(immediate.Offset);
                writer.WriteByte(immediate.Lane);
                break;
            case ImmediateKind.Lane:
                writer.WriteByte(immediate.Lane);
                break;
            case ImmediateKind.Local:
                writer.WriteUnsigned((uint)((Local)immediate.Target!).Index);
                break;
            case ImmediateKind.Global:
                writer.WriteUnsigned((uint)((Global)immediate.Target!).Index);
                break;
            case ImmediateKind.Function:
                writer.WriteUnsigned(FunctionIndex((FunctionBuilder)immediate.Target!));
                break;
            case ImmediateKind.Type:
                writer.WriteUnsigned(typeIndex((FunctionType)immediate.Target!));
                writer.WriteByte(0);
                break;
            case ImmediateKind.Label:
                writer.WriteUnsigned(Depth((Label)immediate.Target!));
                break;
            case ImmediateKind.Labels:
                var targets = (Label[])immediate.Target!;
                writer.WriteUnsigned((uint)targets.Length - 1);
                Array.ForEach(targets, l => writer.WriteUnsigned(Depth(l)));
                break;
            case ImmediateKind.Block:
                writer.WriteByte((byte)WasmType.None);
                break;
            case ImmediateKind.MemoryIndex or ImmediateKind.Fence:
                writer.WriteByte(0);
                break;
            case ImmediateKind.TwoMemoryIndices:
                writer.WriteByte(0);
                writer.WriteByte(0);
                break;
            default:
                throw new InvalidOperationException($"{code.Opcode}: nothing writes {code.Opcode.Immediate}");
        }
    }

    private uint Depth(Label label) => (uint)(labels.Count - 1 - labels.LastIndexOf(label));

    // A function that is being compared with others has no number yet; where it calls itself, all such are alike.
    private uint FunctionIndex(FunctionBuilder callee)
    {
        CallsItself |= callee == function;
        return callee.Index >= 0 ? (uint)callee.Index
            : callee == function ? uint.MaxValue
            : throw new InvalidOperationException($"{function} calls {callee}, which no module has");
    }
}
