using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.Pickle;

/// <summary>
/// Reads Python's pickle format, protocols 2 to 5, as data: see <see cref="PickleValue"/>. A pickle is a program for a small stack machine; this runs
/// those of its instructions that build data, and only records the others.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>A pickle of PyTorch holds names and numbers, while the tensors lie beside it; each of its bytes may make an object.</summary>
    private const int LongestPickle = 64 << 20;

    private const int DeepestStack = 1 << 20;

    /// <summary>What a pickle of PyTorch's remembers are its tensors' parts, some ten for each.</summary>
    private const int LargestMemo = 1 << 20;

    /// <summary>An instruction in units of work: an object, and its place on the stack.</summary>
    private const int WorkOfInstruction = 5;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private readonly ReadOnlyMemory<byte> pickle;
    private readonly Where place;
    private readonly List<PickleValue> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<int, PickleValue> memo = [];
    private int position;

    private PickleReader(ReadOnlyMemory<byte> pickle, Where place) => (this.pickle, this.place) = (pickle, place);

    public static PickleValue Read(ReadOnlyMemory<byte> pickle, Where place)
    {
        var position = 0;
        return Read(pickle, place, ref position);
    }

    /// <summary>Reads one of several pickles that follow one another, from a position to its end.</summary>
    public static PickleValue Read(ReadOnlyMemory<byte> pickle, Where place, ref int position)
    {
        var reader = new PickleReader(pickle, place) { position = position };
        if (pickle.Length > LongestPickle)
        {
            throw reader.Broken($"it has {pickle.Length} bytes, more than the {LongestPickle} that are read");
        }

        while (true)
        {
            var opcode = reader.Byte();
            if (opcode == '.')
            {
                position = reader.position;
                return reader.Pop();
            }

            Budget.Spend(WorkOfInstruction);
            reader.Step(opcode);
            if (reader.memo.Count > LargestMemo)
            {
                throw reader.Broken($"it remembers more than {LargestMemo} values");
            }

            if (reader.stack.Count + reader.marks.Count > DeepestStack)
            {
                throw reader.Broken("its stack grows without end");
            }
        }
    }

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                var version = Byte();
                Require(version is >= 2 and <= 5, $"protocol {version}");
                break;
            case 0x95: // FRAME
                Take(8);
                break;
            case (byte)'(':
                marks.Add(stack.Count);
                break;
            case (byte)'0': // POP
                Pop();
                break;
            case (byte)'1': // POP_MARK
                PopToMark();
                break;
            case (byte)'2': // DUP
                stack.Add(Peek());
                break;
            case (byte)'N':
                stack.Add(PickleValue.Nothing);
                break;
            case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                stack.Add(new PickleValue.Bool(opcode == 0x88));
                break;
            case (byte)'K' or (byte)'M' or (byte)'J': // BININT1, BININT2, BININT
                stack.Add(new PickleValue.Int(opcode == 'K' ? Byte() : opcode == 'M' ? U16() : I32()));
                break;
            case 0x8a or 0x8b: // LONG1, LONG4
                stack.Add(Long(Take(opcode == 0x8a ? Byte() : Length(I32())).Span));
                break;
            case (byte)'G': // BINFLOAT
                stack.Add(new PickleValue.Float(BinaryPrimitives.ReadDoubleBigEndian(Take(8).Span)));
                break;
            case 0x8c or (byte)'X' or 0x8d: // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
                stack.Add(Text(Take(opcode == 0x8c ? Byte() : opcode == 'X' ? Length(I32()) : Length(I64())).Span));
                break;
            case (byte)'C' or (byte)'B' or 0x8e or (byte)'U' or (byte)'T': // SHORT_BINBYTES, BINBYTES, BINBYTES8, SHORT_BINSTRING, BINSTRING
                stack.Add(new PickleValue.Bytes(Take(opcode is (byte)'C' or (byte)'U' ? Byte() : opcode == 0x8e ? Length(I64()) : Length(I32()))));
                break;
            case (byte)']' or 0x8f: // EMPTY_LIST, EMPTY_SET
                stack.Add(new PickleValue.List());
                break;
            case (byte)'}':
                stack.Add(new PickleValue.Dict());
                break;
            case (byte)')':
                stack.Add(new PickleValue.Tuple([]));
                break;
            case 0x85 or 0x86 or 0x87: // TUPLE1 … TUPLE3
                stack.Add(new PickleValue.Tuple(PopMany(opcode - 0x84)));
                break;
            case (byte)'t':
                stack.Add(new PickleValue.Tuple(PopToMark()));
                break;
            case (byte)'l' or 0x91: // LIST, FROZENSET
                var list = new PickleValue.List();
                list.Items.AddRange(PopToMark());
                stack.Add(list);
                break;
            case (byte)'d': // DICT
                var pairs = PopToMark();
                stack.Add(new PickleValue.Dict());
                SetItems(pairs);
                break;
            case (byte)'a' or (byte)'e' or 0x90: // APPEND, APPENDS, ADDITEMS
                Append(opcode == 'a' ? PopMany(1) : PopToMark());
                break;
            case (byte)'s' or (byte)'u': // SETITEM, SETITEMS
                SetItems(opcode == 's' ? PopMany(2) : PopToMark());
                break;
            case (byte)'c': // GLOBAL
                stack.Add(new PickleValue.Global(Line(), Line()));
                break;
            case 0x93: // STACK_GLOBAL
                var (module, name) = Pair<PickleValue.Text, PickleValue.Text>("the name of a class");
                stack.Add(new PickleValue.Global(module.Value, name.Value));
                break;
            case (byte)'R' or 0x81: // REDUCE, NEWOBJ
                Call();
                break;
            case 0x92: // NEWOBJ_EX: the keywords are dropped, as nothing is made
                Pop();
                Call();
                break;
            case (byte)'b': // BUILD
                var state = Pop();
                Require(Peek() is PickleValue.Object, "a state for something that is no object");
                ((PickleValue.Object)Peek()).State = state;
                break;
            case (byte)'Q': // BINPERSID: of a class, with its source, in files from before PyTorch 1.6
                stack.Add(Pop() switch
                {
                    PickleValue.Tuple { Items: [PickleValue.Text { Value: "module" }, PickleValue.Global type, ..] } => type,
                    var id => new PickleValue.Persistent(id),
                });
                break;
            case (byte)'q' or (byte)'r' or 0x94: // BINPUT, LONG_BINPUT, MEMOIZE
                memo[opcode == 'q' ? Byte() : opcode == 'r' ? Length(I32()) : memo.Count] = Peek();
                break;
            case (byte)'h' or (byte)'j': // BINGET, LONG_BINGET
                var key = opcode == 'h' ? Byte() : I32();
                Require(memo.TryGetValue(key, out var remembered), $"number {key}, which was never remembered");
                stack.Add(remembered!);
                break;
            default:
                throw Broken($"instruction 0x{opcode:x2} at byte {position - 1}, which PyTorch does not write");
        }
    }

    private void Call()
    {
        var (callee, arguments) = Pair<PickleValue.Global, PickleValue>("a call of a class or function");
        stack.Add(new PickleValue.Object(callee, arguments));
    }

    private void Append(ImmutableArray<PickleValue> items)
    {
        switch (Peek())
        {
            case PickleValue.List list:
                list.Items.AddRange(items);
                break;
            case PickleValue.Object made:
                made.Items.AddRange(items.Select(item => (PickleValue.Nothing, item)));
                break;
            default:
                throw Broken($"an item for something that is no list, at byte {position - 1}");
        }
    }

    private void SetItems(ImmutableArray<PickleValue> items)
    {
        Require(items.Length % 2 == 0, "a key without a value");
        var target = Peek() switch
        {
            PickleValue.Dict dict => dict.Items,
            PickleValue.Object made => made.Items,
            _ => throw Broken($"an item for something that is no dict, at byte {position - 1}"),
        };
        for (var i = 0; i < items.Length; i += 2)
        {
            target.Add((items[i], items[i + 1]));
        }
    }

    private PickleValue.Int Long(ReadOnlySpan<byte> bytes)
    {
        Require(bytes.Length <= 8, "an integer of more than 64 bits");
        var value = 0L;
        for (var i = 0; i < bytes.Length; i++)
        {
            value |= (long)bytes[i] << (8 * i);
        }

        var unused = 64 - (8 * bytes.Length);
        return new(bytes.IsEmpty ? 0 : value << unused >> unused);
    }

    private PickleValue.Text Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new(StrictUtf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw Broken($"text before byte {position} that is not UTF-8");
        }
    }

    private string Line()
    {
        var rest = pickle.Span[position..];
        var length = rest.IndexOf((byte)'\n');
        Require(length >= 0, "a name without an end");
        var text = Text(rest[..length]).Value;
        position += length + 1;
        return text;
    }

    private (TFirst First, TSecond Second) Pair<TFirst, TSecond>(string what)
        where TFirst : PickleValue
        where TSecond : PickleValue
    {
        var (second, first) = (Pop(), Pop());
        return first is TFirst left && second is TSecond right ? (left, right) : throw Broken($"{what} of the wrong kind, at byte {position - 1}");
    }

    private PickleValue Peek() => stack.Count > (marks.Count > 0 ? marks[^1] : 0) ? stack[^1] : throw Broken($"an empty stack at byte {position - 1}");

    private PickleValue Pop()
    {
        var top = Peek();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private ImmutableArray<PickleValue> PopMany(int count)
    {
        Require(stack.Count - (marks.Count > 0 ? marks[^1] : 0) >= count, "an empty stack");
        ImmutableArray<PickleValue> items = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private ImmutableArray<PickleValue> PopToMark()
    {
        Require(marks.Count > 0, "no mark");
        var start = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        ImmutableArray<PickleValue> items = [.. stack[start..]];
        stack.RemoveRange(start, items.Length);
        return items;
    }

    private byte Byte() => Take(1).Span[0];

    private ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span);

    private int I32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span);

    private long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8).Span);

    private int Length(long length)
    {
        Require(length >= 0 && length <= int.MaxValue, $"the length {length}");
        return (int)length;
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > pickle.Length - position)
        {
            throw Broken($"it ends at byte {pickle.Length}, in the middle of an instruction");
        }

        position += count;
        return pickle.Slice(position - count, count);
    }

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw Broken($"{problem}, at byte {position}");
        }
    }

    private SconceException Broken(string problem) =>
        new($"a pickle that cannot be read: {problem}", place, "the file is damaged: export it again");
}
