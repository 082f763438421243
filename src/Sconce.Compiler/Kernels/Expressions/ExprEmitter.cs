using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>
/// Turns expressions into code, given where buffers, symbols and axes are found. Emitters nest as the code's regions do: what one has
/// computed, those within it use, so that each shared subexpression stands once; <c>Hoist</c>, called before a loop is opened, computes
/// there all that the loop does not change. With an axis to vectorise along, <see cref="Vector"/> gives the values at four points in a row.
/// </summary>
public sealed partial class ExprEmitter
{
    private readonly ExprEmitter? parent;
    private readonly FunctionBuilder f;
    private readonly KernelModule module;
    private readonly ScalarOps scalarOps;
    private readonly VectorOps vectorOps;
    private readonly NarrowFloats half;
    private readonly Axis? along;
    private readonly Dictionary<Atom, I32> leaves = [];
    private readonly Dictionary<TensorBuffer, I32> addresses = [];
    private readonly Dictionary<int, Code> accumulators = [];
    private readonly Dictionary<int, Vector> vectorAccumulators = [];
    private readonly Remembered<Dim, I32> indices;
    private readonly Remembered<(TensorBuffer Buffer, Dim Bytes), I32> pointers;
    private readonly Remembered<Expr, Code> scalars;
    private readonly Remembered<Expr, Vector> vectors;
    private readonly Dictionary<Expr, int> uses;
    private readonly Dictionary<Expr, bool> varies;

    /// <summary>How many roundings the expression is in.</summary>
    private int roundings;

    /// <summary>An emitter for a whole function.</summary>
    public ExprEmitter(FunctionBuilder function, KernelModule module, Axis? along = null)
    {
        f = function;
        this.module = module;
        this.along = along;
        scalarOps = new(f, module);
        vectorOps = new(f, module);
        half = new(f);
        (indices, pointers, scalars, vectors) = (new(f), new(f), new(f), new(f));
        uses = [];
        varies = [];
    }

    private ExprEmitter(ExprEmitter parent, Axis? along)
    {
        (this.parent, this.along) = (parent, along);
        (f, module, scalarOps, vectorOps, half) = (parent.f, parent.module, parent.scalarOps, parent.vectorOps, parent.half);
        (indices, pointers, scalars, vectors) = (new(f), new(f), new(f), new(f));
        uses = parent.uses;
        varies = ReferenceEquals(along, parent.along) ? parent.varies : [];
    }

    public FunctionBuilder Function => f;

    /// <summary>The axis whose next four points a <see cref="Vector"/> holds.</summary>
    public Axis? Along => along;

    /// <summary>An emitter for a region within this one's (a loop's body, a branch), or for the next of several variants in a row.</summary>
    public ExprEmitter Nested() => new(this, along);

    /// <summary>The same, vectorising along another axis, or (null) not at all.</summary>
    public ExprEmitter Nested(Axis? along) => new(this, along);

    public void Bind(TensorBuffer buffer, I32 address) => addresses[buffer] = address;

    /// <summary>Where a symbol or axis has its value: a local that holds it while this emitter is used.</summary>
    public void Bind(Atom leaf, I32 value) => leaves[leaf] = value;

    public void BindAccumulator(int number, Code value) => accumulators[number] = value;

    public void BindAccumulator(int number, Vector value) => vectorAccumulators[number] = value;

    /// <summary>Announces what will be evaluated, so that what occurs once is not kept in a local.</summary>
    public void Expect(params IEnumerable<Expr> exprs)
    {
        foreach (var expr in exprs)
        {
            CountUses(expr);
        }
    }

    /// <summary>Computes here what the expressions hold that depends on nothing unbound: call it before opening a loop over the rest.</summary>
    public void Hoist(params IReadOnlyCollection<Expr> exprs)
    {
        Expect(exprs);
        var seen = new HashSet<Expr>();
        foreach (var expr in exprs)
        {
            Hoist(expr, along is not null, always: true, seen);
        }
    }

    /// <summary>Hoists the parts of a store's address.</summary>
    public void Hoist(Target target) => HoistAddress(target.Buffer, target.Buffer.Offset(target.Index), always: true);

    private void Hoist(Expr expr, bool asVector, bool always, HashSet<Expr> seen)
    {
        if (!seen.Add(expr))
        {
            return;
        }

        if (expr is ConstExpr constant)
        {
            // Other numbers are loaded; an immediate vector takes eighteen bytes.
            if (asVector && constant is { Type: DType.Float32, Bits: 0 })
            {
                if (!vectors.TryGetValue(expr, out _))
                {
                    vectors[expr] = vectorOps.Let(vectorOps.Constant(constant));
                }
            }

            return;
        }

        if (IsBound(expr) && (always || !MayFail(expr)))
        {
            if (asVector)
            {
                Vector(expr);
            }
            else
            {
                Scalar(expr);
            }

            return;
        }

        switch (expr)
        {
            case LoadExpr load:
                foreach (var number in load.Index.SelectMany(ExprWalk.LoadedNumbers))
                {
                    Hoist(number, asVector: false, always, seen);
                }

                HoistAddress(load.Buffer, load.Buffer.Offset(load.Index), always);
                break;
            case GuardExpr guard:
                Hoist(guard.Condition, asVector && Varies(guard.Condition), always, seen);
                Hoist(guard.Inside, asVector, always: false, seen);
                Hoist(guard.Outside, asVector, always: false, seen);
                break;
            default:
                foreach (var operand in expr.Operands)
                {
                    Hoist(operand, asVector, always, seen);
                }

                break;
        }
    }

    private void HoistAddress(TensorBuffer buffer, Dim elements, bool always)
    {
        if (HasUnboundedGather(elements))
        {
            return;
        }

        var bytes = elements * buffer.Type.Size();
        var bound = OuterPart(bytes, atom => (always || !Dim.Of(atom).HasLoads()) && IsBound(Dim.Of(atom)));
        if (!bound.IsConstant)
        {
            Pointer(buffer, IsImmediate(bytes) ? bound - bound.ConstantTerm : bound);
        }
    }

    private void CountUses(Expr expr)
    {
        uses[expr] = uses.GetValueOrDefault(expr) + 1;
        if (uses[expr] > 1)
        {
            return;
        }

        foreach (var operand in expr.Operands)
        {
            CountUses(operand);
        }

        foreach (var number in expr.Indices().SelectMany(ExprWalk.LoadedNumbers))
        {
            CountUses(number);
        }
    }

    /// <summary>Loads (which guards keep within their buffers).</summary>
    private static bool MayFail(Expr expr) => expr.OwnNodes().Any(node => node is LoadExpr || node.Indices().Any(ExprWalk.HasLoads));

    /// <summary>Whether everything the expression needs has a value here.</summary>
    private bool IsBound(Expr expr) =>
        expr is AccumulatorExpr accumulator
            ? Find(e => e.accumulators.ContainsKey(accumulator.Number) || e.vectorAccumulators.ContainsKey(accumulator.Number)) is not null
            : expr.Operands.All(IsBound) && expr.Indices().All(IsBound);

    private bool IsBound(Dim dim) =>
        !dim.Any(leaf => leaf is LoadedIndex loaded ? !IsBound(loaded.Value) : Find(e => e.leaves.ContainsKey(leaf)) is null);

    /// <summary>Whether the expression changes along the vector's axis.</summary>
    private bool Varies(Expr expr)
    {
        if (along is null)
        {
            return false;
        }

        if (!varies.TryGetValue(expr, out var result))
        {
            result = expr is AccumulatorExpr accumulator
                ? Find(e => e.vectorAccumulators.ContainsKey(accumulator.Number)) is not null
                : expr.Operands.Any(Varies) || expr.Indices().Any(Varies);
            varies.Add(expr, result);
        }

        return result;
    }

    private bool Varies(Dim dim) => dim.Any(leaf => leaf is LoadedIndex loaded ? Varies(loaded.Value) : ReferenceEquals(leaf, along));

    private ExprEmitter? Find(Func<ExprEmitter, bool> has)
    {
        for (var emitter = this; emitter is not null; emitter = emitter.parent)
        {
            if (has(emitter))
            {
                return emitter;
            }
        }

        return null;
    }

    private bool TryFind<TKey, TValue>(Func<ExprEmitter, Remembered<TKey, TValue>> table, TKey key, out TValue value)
        where TKey : notnull
    {
        for (var emitter = this; emitter is not null; emitter = emitter.parent)
        {
            if (table(emitter).TryGetValue(key, out value!))
            {
                return true;
            }
        }

        value = default!;
        return false;
    }

    private bool TryFind<TKey, TValue>(Func<ExprEmitter, Dictionary<TKey, TValue>> table, TKey key, out TValue value)
        where TKey : notnull
    {
        for (var emitter = this; emitter is not null; emitter = emitter.parent)
        {
            if (table(emitter).TryGetValue(key, out value!))
            {
                return true;
            }
        }

        value = default!;
        return false;
    }
}
