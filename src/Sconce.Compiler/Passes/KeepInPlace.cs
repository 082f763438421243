using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// A state that a run copies, changes in some places and keeps is changed where it lies: the keys and values of a language model, of which each run writes one row. A copy of a part of it
/// (one layer's) lies there too, and so does the copy that takes the changed part over.
/// <para>Each name of such memory is followed through the steps: what is written by one name is out of date in the others, until it is copied there as well. Where a step reads what is
/// out of date, or a check that may end the run follows a change, the state stays as it is.</para>
/// </summary>
internal static class KeepInPlace
{
    public static void Run(TensorProgram program)
    {
        var lastCheck = program.Steps.FindLastIndex(step => StepTree.All([step]).OfType<CheckStep>().Any());
        foreach (var (_, state) in program.States)
        {
            if (!ReferenceEquals(state, program.Seed) && new Names(state).Follow(program.Steps, lastCheck) is { } names)
            {
                Rename(program, names);
            }
        }
    }

    private static void Rename(TensorProgram program, Names names)
    {
        var rewriter = new ExprRewriter(loads: load => names.PlaceOf(load.Buffer) is { } place ? new LoadExpr(names.State, place.At(load.Index)) : null);
        StepTree.Replace(program, step => names.Copies.Contains(step) ? [] : [Moved(step.Rewrite(rewriter.Rewrite), names)]);
    }

    private static Step Moved(Step step, Names names) => step.Targets.Any(target => names.PlaceOf(target.Buffer) is not null)
        ? step.With(step.Expressions, [.. step.Targets.Select(target => names.PlaceOf(target.Buffer) is { } place ? new Target(names.State, place.At(target.Index)) : target)])
        : step;

    /// <summary>A part of a state: at each of its dims one index, or all of them, which are the dims of the buffer that stands for it in order.</summary>
    private sealed record Place(ImmutableArray<Dim?> Fixed)
    {
        public ImmutableArray<Dim> At(ImmutableArray<Dim> index)
        {
            var next = 0;
            return [.. Fixed.Select(one => one ?? index[next++])];
        }

        /// <summary>The part of this part that a load or a target takes whole, its axes in order; null where it is another.</summary>
        public Place? Within(ImmutableArray<Dim> index, ImmutableArray<Axis> axes, TensorBuffer buffer)
        {
            var places = new Dim?[index.Length];
            var next = 0;
            for (var i = 0; i < index.Length; i++)
            {
                if (next < axes.Length && axes[next].Extent.Equals(buffer.Dims[i]) && (ReferenceEquals(index[i].AsAtom, axes[next]) || (buffer.Dims[i].Equals(1) && index[i].Equals(0))))
                {
                    next++;
                }
                else if (index[i].IsConstant)
                {
                    places[i] = index[i];
                }
                else
                {
                    return null;
                }
            }

            var inner = 0;
            return next == axes.Length ? new([.. Fixed.Select(one => one ?? places[inner++])]) : null;
        }

        public bool Meets(Place other) => !Fixed.Zip(other.Fixed).Any(pair => pair is ({ } one, { } two) && !one.Equals(two));

        public bool Holds(Place other) => Fixed.Zip(other.Fixed).All(pair => pair.First is not { } one || (pair.Second is { } two && one.Equals(two)));

        public bool Is(Place other) => Holds(other) && other.Holds(this);
    }

    /// <summary>A buffer that stands for a part of the state, and where what the state holds by now is not what this buffer should.</summary>
    private sealed record Name(Place Place)
    {
        public List<Place> OutOfDate { get; } = [];
    }

    private sealed class Names(TensorBuffer state)
    {
        private readonly Dictionary<TensorBuffer, Name> names = new(ReferenceEqualityComparer.Instance) { [state] = new(new([.. state.Dims.Select(_ => (Dim?)null)])) };

        public TensorBuffer State => state;

        /// <summary>Steps that need not be done any more.</summary>
        public HashSet<Step> Copies { get; } = new(ReferenceEqualityComparer.Instance);

        public Place? PlaceOf(TensorBuffer buffer) => ReferenceEquals(buffer, state) ? null : names.GetValueOrDefault(buffer)?.Place;

        /// <summary>Goes through the steps; null where they cannot all be done in the state's own memory, or nothing would be saved.</summary>
        public Names? Follow(IReadOnlyList<Step> steps, int lastCheck)
        {
            for (var position = 0; position < steps.Count; position++)
            {
                var step = steps[position];
                if (step is MapStep map && (Begins(map, steps, position) || TakesOver(map)))
                {
                    Copies.Add(map);
                }
                else if (!(step is RegionStep ? MayRun(step) : MayRun(step, position > lastCheck)))
                {
                    return null;
                }
            }

            // What is out of date at the end would be lost.
            return names.Count > 1 && names[state].OutOfDate.Count == 0 ? this : null;
        }

        /// <summary>A copy of a part into a buffer of its own, which begins as a name for it.</summary>
        private bool Begins(MapStep map, IReadOnlyList<Step> steps, int position)
        {
            if (map.Target is not { Buffer: { Kind: BufferKind.Temporary } copy } || names.ContainsKey(copy) || !map.Target.IsWhole(map.Axes) || Source(map) is not var (source, part)
                || !copy.Dims.SequenceEqual(part.Fixed.Zip(state.Dims).Where(pair => pair.First is null).Select(pair => pair.Second))
                || steps.Take(position).Any(before => StepTree.All([before]).Any(each => each.Targets.Any(target => ReferenceEquals(target.Buffer, copy)))))
            {
                return false;
            }

            var name = new Name(part);
            name.OutOfDate.AddRange(source.OutOfDate.Where(part.Meets));
            names.Add(copy, name);
            return true;
        }

        /// <summary>A copy of a part from one name to another: nothing has to be done for it, and the other is up to date there.</summary>
        private bool TakesOver(MapStep map)
        {
            if (!names.TryGetValue(map.Target.Buffer, out var taker) || Source(map) is not var (source, part) || source.OutOfDate.Any(part.Meets)
                || taker.Place.Within(map.Target.Index, map.Axes, map.Target.Buffer) is not { } taken || !taken.Is(part))
            {
                return false;
            }

            taker.OutOfDate.RemoveAll(part.Holds);
            return true;
        }

        /// <summary>The name that a map copies a part of as it is, and which part that is.</summary>
        private (Name Name, Place Part)? Source(MapStep map) =>
            map.Body is LoadExpr load && load.Type == map.Target.Buffer.Type && names.TryGetValue(load.Buffer, out var name) && name.Place.Within(load.Index, map.Axes, load.Buffer) is { } part
                ? (name, part)
                : null;

        /// <summary>Whether a region, which may run a step of it any number of times, leaves all names alone, or reads only those that are up to date.</summary>
        private bool MayRun(Step region) => StepTree.All([region]).All(step => step.Targets.All(target => !names.ContainsKey(target.Buffer))
            && step.BuffersRead.All(buffer => !names.TryGetValue(buffer, out var name) || name.OutOfDate.Count == 0));

        private bool MayRun(Step step, bool changesAllowed)
        {
            var read = step.BuffersRead.Where(names.ContainsKey).ToHashSet();
            var written = step.Targets.Select(target => target.Buffer).Where(names.ContainsKey).ToHashSet();
            if (read.Any(buffer => names[buffer].OutOfDate.Count > 0))
            {
                return false;
            }

            if (written.Count == 0)
            {
                return true;
            }

            if (!changesAllowed || written.Count > 1 || written.Any(buffer => names[buffer].OutOfDate.Count > 0))
            {
                return false;
            }

            // Elements that are still to be read by one name may be overwritten by another.
            var writer = names[written.Single()];
            if (read.Any(buffer => !written.Contains(buffer) && names[buffer].Place.Meets(writer.Place)))
            {
                return false;
            }

            foreach (var other in names.Values.Where(other => !ReferenceEquals(other, writer) && other.Place.Meets(writer.Place)))
            {
                other.OutOfDate.Add(writer.Place);
            }

            return true;
        }
    }
}
