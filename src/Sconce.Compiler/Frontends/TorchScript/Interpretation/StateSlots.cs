using System.Collections.Immutable;
using System.Buffers.Binary;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>Buffers for attributes whose kind only a run decides: made when the program begins, filled when it ends.</summary>
/// <param name="interpreter">Goes through the program.</param>
/// <param name="builder">Makes its graph.</param>
/// <param name="journal">Makes the places of lists and objects.</param>
/// <param name="areCopies">Whether lists and objects are made such that a branch may leave them and others as one: they must not be written in place.</param>
internal sealed class StateSlots(Interpreter interpreter, GraphBuilder builder, Journal journal, bool areCopies)
{
    private readonly List<(GraphInput Input, string Path)> slots = [];
    private readonly List<(string Slot, TensorReference Now)> ends = [];

    /// <summary>The buffers that were filled, with the tensors that they were filled with.</summary>
    public IReadOnlyList<(string Slot, TensorReference Now)> Ends => ends;

    /// <summary>A value of a kind, in buffers that hold what is given before the first run, or zeros.</summary>
    public Datum Make(StateValue state, string path, Datum? first)
    {
        switch (state)
        {
            case StateValue.Constant constant:
                return constant.Value;
            case StateValue.Tensor tensor:
                return new Datum.Tensor(Buffer(path, tensor.Type, tensor.Shape, first));
            case StateValue.Number number:
                return interpreter.NumberOf(new Datum.Tensor(Buffer(path, number.Type, [], first)));
            case StateValue.Items items:
                var values = items.Values.Select((value, i) => Make(value, FormattableString.Invariant($"{path}.{i}"), ItemOf(first, i))).ToList();
                return items.IsList ? new Datum.List(journal.New(values.ToImmutableList(), areCopies)) : new Datum.Tuple([.. values], items.Names);
            case StateValue.Pairs pairs:
                return new Datum.Dict(journal.New(
                    pairs.Values.Select((pair, i) => (pair.Key, Make(pair.Value, FormattableString.Invariant($"{path}.{i}"), ItemOf(first, i)))).ToImmutableList(), areCopies));
            case StateValue.Members members:
                var instance = new Instance(members.ClassName);
                members.Values.ToList().ForEach(member => instance.Attributes.Add(member.Name, journal.New(Make(member.Value, $"{path}.{member.Name}", null), areCopies)));
                return new Datum.Object(instance);
            default:
                throw SconceException.Internal("a state of an unknown kind");
        }
    }

    /// <summary>Whether the attributes are of the kinds that they have in the file, as they are before the first run: a bool of the run's.</summary>
    public Datum.Bool First()
    {
        const string Name = "first_run";
        var slot = (Datum.Tensor)new Datum.Tensor(Buffer(Name, DType.Bool, [], Datum.Of(true)));
        return (Datum.Bool)interpreter.NumberOf(slot);
    }

    /// <summary>What the next run finds, by the same words.</summary>
    public void EndFirst(bool asFile) => Put("first_run", interpreter.TensorOf(Datum.Of(asFile), DType.Bool));

    /// <summary>Fills the buffers of an attribute with what it is now.</summary>
    public void Fill(StateValue state, string path, Datum now)
    {
        switch (state, now)
        {
            case (StateValue.Constant constant, _) when constant.Value.Equals(now):
                break;
            case (StateValue.Tensor, Datum.Tensor tensor):
                ends.Add((NameOf(path), tensor.Reference));
                Put(path, tensor);
                break;
            case (StateValue.Number number, Datum.Int or Datum.Float or Datum.Bool):
                Put(path, interpreter.TensorOf(now, number.Type));
                break;
            case (StateValue.Items items, Datum.Tuple tuple):
                items.Values.Zip(tuple.Items).Index().ToList().ForEach(item => Fill(item.Item.First, FormattableString.Invariant($"{path}.{item.Index}"), item.Item.Second));
                break;
            case (StateValue.Items items, Datum.List { Items.Now: ImmutableList<Datum> list }):
                items.Values.Zip(list).Index().ToList().ForEach(item => Fill(item.Item.First, FormattableString.Invariant($"{path}.{item.Index}"), item.Item.Second));
                break;
            case (StateValue.Pairs pairs, Datum.Dict { Items.Now: ImmutableList<(Datum Key, Datum Value)> dict }):
                pairs.Values.Zip(dict).Index().ToList().ForEach(item => Fill(item.Item.First.Value, FormattableString.Invariant($"{path}.{item.Index}"), item.Item.Second.Value));
                break;
            case (StateValue.Members members, Datum.Object { Instance: var instance }):
                members.Values.ToList().ForEach(member => Fill(member.Value, $"{path}.{member.Name}", (Datum)instance.Attributes[member.Name].Content!));
                break;
            default:
                throw SconceException.Unsupported($"the attribute '{path}' is {now.Kind} after a run, and of another kind after another run");
        }
    }

    private static Datum? ItemOf(Datum? of, int place) => of switch
    {
        Datum.Tuple tuple when place < tuple.Items.Length => tuple.Items[place],
        Datum.List { Items.Now: ImmutableList<Datum> items } when place < items.Count => items[place],
        Datum.Dict { Items.Now: ImmutableList<(Datum Key, Datum Value)> pairs } when place < pairs.Count => pairs[place].Value,
        _ => null,
    };

    private TensorReference Buffer(string path, DType type, ImmutableArray<long> shape, Datum? first)
    {
        var data = first is Datum.Tensor stored ? Copied(stored.Reference) : Numbers(type, shape, first);
        var value = new Value(builder.Name(path), new GraphType.Tensor(type, [.. shape.Select(size => (Dim)size)]));
        var input = new GraphInput(value, InputKind.Buffer, NameOf(path), data) { IsState = true };
        builder.Graph.Inputs.Add(input);
        builder.Typer.Define(input);
        slots.Add((input, path));
        var made = interpreter.NewTensor(value);
        interpreter.State.Shared(NameOf(path), made.Memories.First());
        return made;
    }

    /// <summary>What a tensor of the file holds, in memory of its own: tensors of one memory would be taken for views of each other.</summary>
    private TensorData Copied(TensorReference first)
    {
        var data = interpreter.State.DataOf(first) ?? throw SconceException.Internal("a state that begins as no tensor of the file");
        Budget.Take(data.ByteCount);
        return TensorData.Dense(data.Type, data.Shape, data.ToDense().ToArray());
    }

    /// <summary>No tensor of the archive is called so.</summary>
    private static string NameOf(string path) => $"{path} #later";

    private static TensorData Numbers(DType type, ImmutableArray<long> shape, Datum? first)
    {
        var bytes = new byte[shape.Aggregate((long)type.Size(), (a, b) => checked(a * b))];
        Budget.Take(bytes.Length);
        switch (first)
        {
            case Datum.Int { Known: { } number }:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
                break;
            case Datum.Float { Known: { } number }:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
                break;
            case Datum.Bool { Known: true }:
                bytes[0] = 1;
                break;
        }

        return TensorData.Dense(type, shape, bytes);
    }

    private void Put(string path, Datum.Tensor tensor) => builder.Graph.Mutations.Add((slots.Find(slot => slot.Path == path).Input.Value, tensor.Reference.Read(builder)));
}
