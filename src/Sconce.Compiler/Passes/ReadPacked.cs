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

            var others = uses.Readers(group.Key).Select(use => use.Step).Where(step => step is not MapStep map || !group.Any(packing => packing.Step == map)).ToArray();
            if (others.Length > 0 && others.All(step => MayRead(step, group.Key)))
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
        StepTree.Replace(program, step => [first.Contains(step) || IsPacking(step) || !step.BuffersRead.Any(instead.ContainsKey) ? step : step.Rewrite(rewriter.Rewrite)]);

        // The first reader may come before the product.
        void Move(Packing packing)
        {
            if (!first.Contains(packing.Step))
            {
                first.Add(packing.Step);
            }
        }

        bool IsPacking(Step step) => packings.Any(group => group.Any(packing => packing.Step == step));
    }

    /// <summary>Whether the step could as well read another form: it is not an operand that a kernel wants as it is, nor a step that is folded anyway.</summary>
    private static bool MayRead(Step step, TensorBuffer buffer) =>
        step.BuffersRead.Any(read => read.Kind != BufferKind.Constant)
        && !step.ReadInPlace.Any(expr => expr.Reads(buffer));

    /// <summary>A map that puts each element of a constant into a place of its own.</summary>
    private sealed record Packing(MapStep Step, TensorBuffer From, ImmutableArray<Dim> Index, Storage.Elementwise Elements)
    {
        public static Packing? Of(MapStep map, ProgramUses uses)
        {
            var body = map.Body is GuardExpr { Outside: ConstExpr { Value: 0 } } padded ? padded.Inside : map.Body;
            var stored = Storage.OfStored(body);
            return map.Target.IsWhole(map.Axes) && map.Target.Buffer.Kind == BufferKind.Temporary && uses.Writers(map.Target.Buffer).Count == 1
                && stored is var (elements, load) && load.Buffer.Kind == BufferKind.Constant && FoldConstants.IsWorthStoring(map)
                && new Packing(map, load.Buffer, load.Index, elements) is var packing && packing.Places([.. load.Buffer.Dims.Select(dim => Dim.Of(new Axis(dim, "place")))]) is not null
                ? packing
                : null;
        }

        public bool IsSameAs(Packing other)
        {
            var map = Step.Axes.Zip(other.Step.Axes).ToDictionary(pair => (Atom)pair.First, pair => Dim.Of(pair.Second));
            return Step.Axes.Length == other.Step.Axes.Length && Step.Target.Buffer.Dims.AsSpan().SequenceEqual(other.Step.Target.Buffer.Dims.AsSpan())
                && Step.Target.Buffer.Order.AsSpan().SequenceEqual(other.Step.Target.Buffer.Order.AsSpan())
                && Step.Target.Buffer.Type == other.Step.Target.Buffer.Type && Step.Body.Substitute(map).Equals(other.Step.Body);
        }

        /// <summary>The load of the packed constant that stands for one of the constant.</summary>
        public Expr Unpacked(LoadExpr load) => Elements.Unpack(new LoadExpr(Step.Target.Buffer, Places(load.Index)!.Value));

        /// <summary>
        /// The place of an element, by axis: an index that is 8 · panel + lane says which panel, and which lane. Null where the axes do not go through each element once.
        /// </summary>
        private ImmutableArray<Dim>? Places(ImmutableArray<Dim> element)
        {
            var places = new Dim?[Step.Axes.Length];
            for (var i = 0; i < Index.Length; i++)
            {
                var covered = 1L;
                Term[] terms = [.. Index[i].Terms.OrderBy(term => term.Coefficient)];
                foreach (var (number, (coefficient, factors)) in terms.Index())
                {
                    if (coefficient != covered || factors is not [Axis { Extent: { IsConstant: true } extent } axis]
                        || Step.Axes.IndexOf(axis) is not (>= 0 and var place) || places[place] is not null)
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
                if (places[i] is null && !Step.Axes[i].Extent.Equals(Dim.One))
                {
                    return null;
                }
            }

            return [.. places.Select(place => place ?? Dim.Zero)];
        }
    }
}
