using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>Writes down what a run leaves in the module's attributes: tensors become buffers that keep their contents until the next run.</summary>
internal sealed class StateWriter(Graph graph, GraphBuilder builder, Attributes attributes)
{
    private readonly HashSet<ScriptValue.Tensor> written = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ScriptValue.Tensor, TensorReference> replaced = new(ReferenceEqualityComparer.Instance);

    /// <summary>Attributes that are of another kind after the run than before, with both.</summary>
    public Dictionary<string, (Datum First, Datum Now)> Changed { get; } = [];

    /// <summary>The tensors of the archive that the program asked for, by the tensors that are there after the run.</summary>
    public IEnumerable<(ScriptValue.Tensor Tensor, TensorReference Now)> Ends => attributes.Tensors.Select(stored => (stored.Tensor, replaced.GetValueOrDefault(stored.Tensor, stored.Reference)));

    /// <summary>Writes all but the attributes that a plan is for, and gives the tensors that are written.</summary>
    public HashSet<ScriptValue.Tensor> Write(StatePlan? plan)
    {
        foreach (var attribute in attributes.Stored)
        {
            if (attribute.Cell.Content is Datum now && !ReferenceEquals(now, attribute.First) && plan?.Values.ContainsKey(attribute.Path) != true)
            {
                var before = AsFirst(attribute.First);
                Guarded(attribute.Path, before, now, () => Replace(attribute.Path, before, now));
            }
        }

        foreach (var (path, cell, first) in attributes.Collections)
        {
            if (!ReferenceEquals(cell.Content, first) && attributes.Stored.FirstOrDefault(attribute => IsWithin(cell, attribute.First)) is var owner
                && (owner is null || plan?.Values.ContainsKey(owner.Path) != true))
            {
                if (owner is null)
                {
                    Collection(path, first, cell.Content!);
                }
                else
                {
                    Guarded(owner.Path, AsFirst(owner.First), owner.First, () => Collection(path, first, cell.Content!));
                }
            }
        }

        foreach (var (tensor, input, reference, first) in attributes.Tensors)
        {
            if (!ReferenceEquals(reference.Memories.First().Contents, first) && !written.Contains(tensor))
            {
                Mutate(tensor, input, reference.Read(builder));
            }
        }

        var changed = attributes.MadeTensors.FirstOrDefault(tensor => tensor.Reference.Memories.Any(memory => !ReferenceEquals(memory.Contents, tensor.First)));
        return changed is null ? written : throw Computed(changed.Path);
    }

    /// <summary>Whether the items of a list or dict are a value's, or those of something in it.</summary>
    private bool IsWithin(Cell cell, Datum value) => value switch
    {
        Datum.List { Items: var items } => items == cell || (FirstOf(items) as ImmutableList<Datum>)?.Exists(item => IsWithin(cell, item)) == true,
        Datum.Dict { Items: var items } => items == cell || (FirstOf(items) as ImmutableList<(Datum Key, Datum Value)>)?.Exists(item => IsWithin(cell, item.Value)) == true,
        Datum.Tuple tuple => tuple.Items.Any(item => IsWithin(cell, item)),
        _ => false,
    };

    private object FirstOf(Cell cell) => attributes.Collections.FirstOrDefault(collection => collection.Cell == cell).First ?? cell.Content!;

    /// <summary>A value of the file as it was before the run, with all its lists and dicts.</summary>
    private Datum AsFirst(Datum value) => value switch
    {
        Datum.List list when FirstOf(list.Items) is ImmutableList<Datum> items => new Datum.List(new Cell(items.ConvertAll(AsFirst), 0)),
        Datum.Dict dict when FirstOf(dict.Items) is ImmutableList<(Datum Key, Datum Value)> items => new Datum.Dict(new Cell(items.ConvertAll(item => (item.Key, AsFirst(item.Value))), 0)),
        Datum.Tuple tuple => new Datum.Tuple([.. tuple.Items.Select(AsFirst)], tuple.Names),
        _ => value,
    };

    /// <summary>Of no kind that a plan is made for: what a buffer for it begins with is not known.</summary>
    private static SconceException Computed(string path) => new($"the attribute '{path}' is a tensor that {Interpreter.SetStateMethod} computes, and the model writes to it in a run",
        hint: $"let {Interpreter.SetStateMethod} take over the tensor as it was saved, and compute in forward");

    /// <summary>What buffers of the same kinds cannot hold is for a plan.</summary>
    private void Guarded(string path, Datum first, Datum now, Action write)
    {
        var (before, tensors) = (graph.Mutations.Count, written.ToList());
        try
        {
            write();
        }
        catch (SconceException error) when (error.Kind == ErrorKind.Unsupported)
        {
            graph.Mutations.RemoveRange(before, graph.Mutations.Count - before);
            written.IntersectWith(tensors);
            Changed[path] = (first, now);
        }
    }

    private void Collection(string path, object first, object now)
    {
        switch (first, now)
        {
            case (ImmutableList<Datum> before, ImmutableList<Datum> after) when before.Count == after.Count:
                foreach (var (i, item) in before.Index())
                {
                    Replace(FormattableString.Invariant($"{path}.{i}"), item, after[i]);
                }

                break;
            case (ImmutableList<(Datum Key, Datum Value)> before, ImmutableList<(Datum Key, Datum Value)> after) when before.Select(item => item.Key).SequenceEqual(after.Select(item => item.Key)):
                foreach (var (i, item) in before.Index())
                {
                    Replace($"{path}.{item.Key.Kind}", item.Value, after[i].Value);
                }

                break;
            default:
                throw Changes(path, "a list or a dict of other length");
        }
    }

    private void Replace(string path, Datum first, Datum now)
    {
        if (Equals(first, now))
        {
            return;
        }

        switch (first, now)
        {
            case (Datum.Tensor before, Datum.Tensor after):
                if (ReferenceEquals(before.Reference, after.Reference))
                {
                    return;
                }

                var stored = attributes.Tensors.FirstOrDefault(tensor => ReferenceEquals(tensor.Reference, before.Reference)) ?? throw Computed(path);
                Mutate(stored.Tensor, stored.Input, after.Reference.Read(builder));
                replaced[stored.Tensor] = after.Reference;
                return;
            case (Datum.Tuple before, Datum.Tuple after) when before.Items.Length == after.Items.Length:
                foreach (var (i, item) in before.Items.Index())
                {
                    Replace(FormattableString.Invariant($"{path}.{i}"), item, after.Items[i]);
                }

                return;
            case (Datum.List before, Datum.List after):
                Collection(path, before.Items.Now!, after.Items.Now!);
                return;
            case (Datum.Dict before, Datum.Dict after):
                Collection(path, before.Items.Now!, after.Items.Now!);
                return;
            default:
                throw Changes(path, $"{first.Kind} at first and {now.Kind} after a run");
        }
    }

    private void Mutate(ScriptValue.Tensor tensor, GraphInput input, Argument now)
    {
        var (before, after) = ((GraphType.Tensor)input.Value.Type, (GraphType.Tensor)((Argument.OfValue)now).Value.Type);
        if (before.Type != after.Type || !before.Shape!.Value.SequenceEqual(after.Shape!.Value))
        {
            throw Changes(input.Name, $"{GraphPrinter.Text(before)} at first and {GraphPrinter.Text(after)} after a run");
        }

        written.Add(tensor);
        graph.Mutations.Add((input.Value, now));
    }

    private static SconceException Changes(string path, string how) => SconceException.Unsupported(
        $"the attribute '{path}', which the model writes, is {how}", hint: "let the attribute have its dtype and sizes from the beginning, as a tensor");
}
