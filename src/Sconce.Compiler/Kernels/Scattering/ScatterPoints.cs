using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Scattering;

/// <summary>The loops over a scatter's points, and what is done at each: a place outside the step's buffer is left alone.</summary>
/// <param name="f">The kernel.</param>
/// <param name="step">Whose points they are.</param>
/// <param name="target">Where they are written: to the step's own target, or to a copy of it.</param>
/// <param name="along">The innermost axis, where four points are written at once.</param>
internal sealed class ScatterPoints(FunctionBuilder f, ScatterStep step, Target target, Axis? along)
{
    private readonly Expr value = Combined(step, target);

    /// <summary>The innermost axis, if four points along it can be written at once.</summary>
    public static Axis? Along(ScatterStep step, Target target) =>
        step.Axes is [.., var inner] && step.Condition is null && step.Axes.Length > step.Axes.TakeWhile(axis => Separates(step, axis)).Count()
            && Separates(step, inner) && VectorLoop.Suits(inner, [target]) ? inner : null;

    /// <summary>Whether points that differ along the axis write to different places whatever the loaded indices are.</summary>
    public static bool Separates(ScatterStep step, Axis axis) => step.Target.Index.Any(index => ReferenceEquals(index.AsAtom, axis));

    /// <summary>Simple operations at each point.</summary>
    public static double Cost(ScatterStep step) => Kernels.Loops.Cost.Of(step.Value) + (step.Mode == ScatterMode.Set ? 4 : 5);

    /// <summary>A loop over some points of an axis.</summary>
    public sealed record Loop(Axis Axis, Func<ExprEmitter, (I32 From, I32 To)> Range);

    /// <summary>Loops over axes of which the first has a range.</summary>
    public static IEnumerable<Loop> Loops(ImmutableArray<Axis> axes, I32 from, I32 to) =>
        axes.IsEmpty ? [] : [new Loop(axes[0], _ => (from, to)), .. Loops(axes[1..])];

    /// <summary>Loops over whole axes.</summary>
    public static IEnumerable<Loop> Loops(ImmutableArray<Axis> axes) => axes.Select(axis => new Loop(axis, e => (0, e.Index(axis.Extent))));

    /// <summary>Whether the places that tensors hold are others from one point of the axis to the next.</summary>
    private static bool IndexDependsOn(ScatterStep step, Axis axis)
    {
        var found = false;
        foreach (var index in step.Target.Index.Where(Holds))
        {
            found |= index.DependsOn(axis);
            index.VisitLeaves(leaf => found |= leaf is LoadedIndex loaded && IterationSpace.AccessesOf(loaded.Value).Any(inner => inner.DependsOn(axis)));
        }

        return found;
    }

    public void Over(ExprEmitter emitter, ImmutableArray<Loop> loops) => Over(emitter, loops, isInside: false);

    private void Over(ExprEmitter emitter, ImmutableArray<Loop> loops, bool isInside)
    {
        emitter.Hoist(step.Expressions);

        // Once for a row, where that is possible.
        if (!isInside && step.Condition is null && !loops.Any(loop => IndexDependsOn(step, loop.Axis)))
        {
            IfInside(emitter, inside => Over(inside, loops, isInside: true));
            return;
        }

        if (loops.IsEmpty)
        {
            Point(emitter, asVector: false, isInside);
            return;
        }

        var (axis, (from, to)) = (loops[0].Axis, loops[0].Range(emitter));
        if (ReferenceEquals(axis, along))
        {
            VectorLoop.Emit(emitter, along, from, to, 1, vectorised: true, (at, _, asVector) => Point(at, asVector, isInside));
            return;
        }

        var counter = f.I32(axis.Name);
        f.For(counter, from, to, 1, () =>
        {
            var inside = emitter.Nested();
            inside.Bind(axis, counter);
            Over(inside, loops[1..], isInside);
        });
    }

    private void Point(ExprEmitter at, bool asVector, bool isInside)
    {
        if (isInside)
        {
            Write(at.Nested(), asVector);
        }
        else if (step.Condition is null)
        {
            IfInside(at, inside => Write(inside, asVector));
        }
        else
        {
            f.If(at.Scalar(step.Condition).AsI32(), () => IfInside(at, inside => Write(inside, asVector)));
        }
    }

    private void IfInside(ExprEmitter at, Action<ExprEmitter> write)
    {
        var inside = at.Nested();
        I32? within = null;
        for (var i = 0; i < step.Target.Index.Length; i++)
        {
            if (Holds(step.Target.Index[i]))
            {
                var check = inside.Index(step.Target.Index[i]).LtU(inside.Index(step.Target.Buffer.Dims[i]));
                within = within is null ? check : within & check;
            }
        }

        if (within is null)
        {
            write(inside);
        }
        else
        {
            f.If(within, () => write(inside.Nested()));
        }
    }

    private void Write(ExprEmitter inside, bool asVector)
    {
        if (asVector)
        {
            inside.StoreVector(target, value);
        }
        else
        {
            inside.Store(target, value);
        }
    }

    private static Expr Combined(ScatterStep step, Target target) =>
        step.Mode == ScatterMode.Set ? step.Value : new LoadExpr(target.Buffer, target.Index).Apply(Operator(step.Mode), step.Value);

    /// <summary>How a value joins the one that it meets.</summary>
    public static BinaryOp Operator(ScatterMode mode) => mode switch
    {
        ScatterMode.Add => BinaryOp.Add,
        ScatterMode.Multiply => BinaryOp.Mul,
        ScatterMode.Min => BinaryOp.Min,
        ScatterMode.Max => BinaryOp.Max,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A value that is set joins none."),
    };

    private static bool Holds(Dim dim)
    {
        var found = false;
        dim.VisitLeaves(leaf => found |= leaf is LoadedIndex);
        return found;
    }
}
