using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// Lets whoever reads a weight that a product has packed read the packed one: the embedding of a language model is mostly its output layer too, and is in the file
/// once. A weight that is packed twice in the same way is packed once.
/// </summary>
internal static class ReadPacked
{
    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var packings = program.Steps.OfType<MapStep>().Select(map => Packing.Of(map, uses)).OfType<Packing>()
            .ToLookup<Packing, TensorBuffer>(packing => packing.From, ReferenceEqualityComparer.Instance);
        var instead = new Dictionary<TensorBuffer, Func<LoadExpr, Expr>>(ReferenceEqualityComparer.Instance);
        var first = new List<Step>();
        var gone = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        foreach (var group in packings)
        {
            var distinct = new List<Packing>();
            foreach (var packing in group)
            {
                if (distinct.Find(packing.IsSameAs) is { } same)
                {
                    gone.Add(packing.Step);
                    Move(same);
                    instead.Add(packing.Step.Target.Buffer, load => new LoadExpr(same.Step.Target.Buffer, load.Index));
                }
                else
                {
                    distinct.Add(packing);
                }
            }

            // What is made of constants alone is folded, and then reads nothing.
            var others = uses.Readers(group.Key).Select(use => use.Step).Where(step => step.BuffersRead.Any(read => read.Kind != BufferKind.Constant)).ToArray();
            if (others.Length > 0 && others.All(step => !step.ReadInPlace.Any(expr => expr.Reads(group.Key))))
            {
                Move(distinct[0]);
                instead.Add(group.Key, distinct[0].Unpacked);
            }
        }

        if (instead.Count == 0)
        {
            return;
        }

        var rewriter = new ExprRewriter(loads: load => instead.TryGetValue(load.Buffer, out var read) ? read(load) : null);
        program.Steps = [.. first, .. program.Steps.Where(step => !gone.Contains(step) && !first.Contains(step))];
        StepTree.Replace(program, step =>
            [!step.BuffersRead.Any(instead.ContainsKey) || step.BuffersRead.All(read => read.Kind == BufferKind.Constant) ? step : step.Rewrite(rewriter.Rewrite)]);

        // The first reader may come before the product.
        void Move(Packing packing)
        {
            if (!first.Contains(packing.Step))
            {
                first.Add(packing.Step);
            }
        }
    }

    /// <summary>A map that puts each element of a constant into a place of its own.</summary>
    /// <param name="Step">The map.</param>
    /// <param name="From">The constant.</param>
    /// <param name="Axes">Those of the map, and where several elements share one of what it writes that of the element among these.</param>
    /// <param name="Index">The element, over these.</param>
    /// <param name="Unpack">An element, of where it is by the axes.</param>
    private sealed record Packing(MapStep Step, TensorBuffer From, ImmutableArray<Axis> Axes, ImmutableArray<Dim> Index, Func<ImmutableArray<Dim>, Expr> Unpack)
    {
        public static Packing? Of(MapStep map, ProgramUses uses)
        {
            var body = map.Body is GuardExpr { Outside: ConstExpr { Value: 0 } } padded ? padded.Inside : map.Body;
            return map.Target.IsWhole(map.Axes) && map.Target.Buffer.Kind == BufferKind.Temporary && uses.Writers(map.Target.Buffer).Count == 1
                && (OfElements(map, body) ?? OfWords(map, body)) is { From.Kind: BufferKind.Constant } packing && FoldConstants.IsWorthStoring(map)
                && packing.Places([.. packing.From.Dims.Select(dim => Dim.Of(new Axis(dim, "place")))]) is not null
                ? packing
                : null;
        }

        private static Packing? OfElements(MapStep map, Expr body) => Storage.OfStored(body) is var (elements, load)
            ? new(map, load.Buffer, map.Axes, load.Index, places => elements.Unpack(new LoadExpr(map.Target.Buffer, places)))
            : null;

        /// <summary>Codes that follow one another along a dim share a word.</summary>
        private static Packing? OfWords(MapStep map, Expr body)
        {
            if (Storage.Integers.CodesOf(body) is not var (width, loads, offset))
            {
                return null;
            }

            var (first, elements) = (loads[0], new Storage.Integers(width, 0));
            var along = first.Index.Zip(loads[1].Index).ToList().FindIndex(pair => !pair.First.Equals(pair.Second));
            if (along < 0 || loads.Index().Any(load => !load.Item.Index.AsSpan().SequenceEqual(first.Index.SetItem(along, first.Index[along] + load.Index).AsSpan())))
            {
                return null;
            }

            var place = new Axis(elements.PerWord, "place");
            return new(
                map, first.Buffer, map.Axes.Add(place), first.Index.SetItem(along, first.Index[along] + Dim.Of(place)),
                places => elements.Widen(new LoadExpr(map.Target.Buffer, places[..^1]), places[^1], Expr.Const(DType.Int32, offset), scale: null).As(first.Type));
        }

        public bool IsSameAs(Packing other)
        {
            var map = Step.Axes.Zip(other.Step.Axes).ToDictionary(pair => (Atom)pair.First, pair => Dim.Of(pair.Second));
            return Step.Axes.Length == other.Step.Axes.Length && Step.Target.Buffer.Dims.AsSpan().SequenceEqual(other.Step.Target.Buffer.Dims.AsSpan())
                && Step.Target.Buffer.Order.AsSpan().SequenceEqual(other.Step.Target.Buffer.Order.AsSpan())
                && Step.Target.Buffer.Type == other.Step.Target.Buffer.Type && Step.Body.Substitute(map).Equals(other.Step.Body);
        }

        /// <summary>The load of the packed constant that stands for one of the constant.</summary>
        public Expr Unpacked(LoadExpr load) => Unpack(Places(load.Index)!.Value);

        /// <summary>
        /// The place of an element, by axis: an index that is 8 · panel + lane says which panel, and which lane. Null where the axes do not go through each element once.
        /// </summary>
        private ImmutableArray<Dim>? Places(ImmutableArray<Dim> element)
        {
            var places = new Dim?[Axes.Length];
            for (var i = 0; i < Index.Length; i++)
            {
                var covered = 1L;
                Term[] terms = [.. Index[i].Terms.OrderBy(term => term.Coefficient)];
                foreach (var (number, (coefficient, factors)) in terms.Index())
                {
                    if (coefficient != covered || factors is not [Axis { Extent: { IsConstant: true } extent } axis]
                        || Axes.IndexOf(axis) is not (>= 0 and var place) || places[place] is not null)
                    {
                        return null;
                    }

                    var above = element[i].FloorDiv(coefficient);
                    places[place] = number == terms.Length - 1 ? above : above.Mod(extent);
                    covered *= extent.Value;
                }

                if (Index[i].ConstantTerm != 0 || From.Dims[i] is not { IsConstant: true } size || covered < size.Value)
                {
                    return null;
                }
            }

            for (var i = 0; i < places.Length; i++)
            {
                if (places[i] is null && !Axes[i].Extent.Equals(Dim.One))
                {
                    return null;
                }
            }

            return [.. places.Select(place => place ?? Dim.Zero)];
        }
    }
}
