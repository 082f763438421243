using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Indices and addresses. A sum is computed from the outside in: the part that outer loops settle is found where they left it.
public sealed partial class ExprEmitter
{
    /// <summary>The value of an index expression.</summary>
    public I32 Index(Dim dim)
    {
        var constant = dim.ConstantTerm;
        var variable = dim - constant;
        return variable.IsConstant ? I32.Const((int)constant) : Sum(variable) + (int)constant;
    }

    /// <summary>The address of an element, as a pointer and an offset that the access adds.</summary>
    public (I32 Pointer, uint Offset) Address(TensorBuffer buffer, Dim elements)
    {
        if (HasUnboundedGather(elements))
        {
            // No index that a model computed wrongly may reach outside the buffer.
            var (place, last) = (f.Let(Index(elements)), f.Let(Index(buffer.ElementCount - 1)));
            return (Pointer(buffer, Dim.Zero) + (place.LeU(last).Select(place, last) * buffer.Type.Size()), 0);
        }

        var bytes = elements * buffer.Type.Size();
        return IsImmediate(bytes)
            ? (Pointer(buffer, bytes - bytes.ConstantTerm), (uint)bytes.ConstantTerm)
            : (Pointer(buffer, bytes), 0);
    }

    /// <summary>The constant may stand in the access only where the rest is no address below the buffer: that addition does not wrap.</summary>
    private static bool IsImmediate(Dim bytes) =>
        bytes.ConstantTerm is >= 0 and < int.MaxValue && (bytes - bytes.ConstantTerm).IsNonNegative;

    private static bool HasUnboundedGather(Dim dim) => dim.Any(leaf => leaf is LoadedIndex && leaf.Bounds.Max >= int.MaxValue);

    private I32 Pointer(TensorBuffer buffer, Dim bytes)
    {
        if (TryFind(e => e.pointers, (buffer, bytes), out var known))
        {
            return known;
        }

        var outer = SettledOutside(bytes);
        if (!TryFind(e => e.addresses, buffer, out var start))
        {
            throw new InvalidOperationException($"{buffer} has no address here.");
        }

        var address = outer.IsConstant ? start + Index(bytes) : Pointer(buffer, outer) + Index(bytes - outer);
        var pointer = address is LocalI32 ? address : f.Let(address);
        pointers[(buffer, bytes)] = pointer;
        return pointer;
    }

    private I32 Sum(Dim variable)
    {
        if (TryFind(e => e.indices, variable, out var known))
        {
            return known;
        }

        var outer = SettledOutside(variable);
        var total = outer.IsConstant ? null : Sum(outer);
        foreach (var term in (total is null ? variable : variable - outer).Terms)
        {
            total = Add(total, term);
        }

        if (total is not LocalI32)
        {
            total = f.Let(total!);
        }

        indices[variable] = total;
        return total;
    }

    private I32 Add(I32? total, Term term)
    {
        var product = Atom(term.Factors[0]);
        foreach (var factor in term.Factors.AsSpan()[1..])
        {
            product *= Atom(factor);
        }

        return total is null ? product * (int)term.Coefficient
            : term.Coefficient < 0 ? total - (product * (int)-term.Coefficient)
            : total + (product * (int)term.Coefficient);
    }

    /// <summary>The terms (with the constant) whose atoms all satisfy the condition.</summary>
    private static Dim OuterPart(Dim dim, Func<Atom, bool> condition)
    {
        var terms = dim.Terms.Where(term => term.Factors.All(condition)).ToArray();
        return terms.Length == dim.Terms.Length ? dim : Dim.FromTerms([.. terms], dim.ConstantTerm);
    }

    /// <summary>The part of a sum that was known before the innermost loop which the rest needs was opened.</summary>
    private Dim SettledOutside(Dim dim)
    {
        for (var emitter = this; emitter.parent is { } outside; emitter = outside)
        {
            var part = OuterPart(dim, atom => outside.IsBound(Dim.Of(atom)));
            if (!part.Equals(dim))
            {
                return part;
            }
        }

        return Dim.Zero;
    }

    private I32 Atom(Atom atom)
    {
        if (TryFind(e => e.leaves, atom, out var bound))
        {
            return bound;
        }

        var key = Dim.Of(atom);
        if (TryFind(e => e.indices, key, out var known))
        {
            return known;
        }

        var value = f.Let(atom switch
        {
            LoadedIndex loaded => Clamp(I32.WrapI64(Scalar(loaded.Value).AsI64()), loaded.Bounds),
            BinaryAtom binary => Binary(binary),
            _ => throw new InvalidOperationException($"{atom} has no value here."),
        });
        indices[key] = value;
        return value;
    }

    private I32 Clamp(I32 value, Interval bounds)
    {
        var v = f.Let(value);
        if (bounds.Min == 0)
        {
            return bounds.Max >= int.MaxValue ? v : v.LeU((int)bounds.Max).Select(v, (int)bounds.Max);
        }

        if (bounds.Min > int.MinValue)
        {
            v = f.Let(v.GtS((int)bounds.Min).Select(v, (int)bounds.Min));
        }

        return bounds.Max >= int.MaxValue ? v : v.LtS((int)bounds.Max).Select(v, (int)bounds.Max);
    }

    private I32 Binary(BinaryAtom atom)
    {
        var (a, b) = (Index(atom.Left), Index(atom.Right));
        switch (atom.Operator)
        {
            case DimOperator.Min:
                (a, b) = (f.Let(a), f.Let(b));
                return a.LtS(b).Select(a, b);
            case DimOperator.Max:
                (a, b) = (f.Let(a), f.Let(b));
                return a.GtS(b).Select(a, b);
        }

        var divide = atom.Operator == DimOperator.FloorDivide;
        if (b.ConstantInteger is > 0 and var divisor && System.Numerics.BitOperations.IsPow2(divisor))
        {
            // Right for negative numbers too.
            return divide ? a >> System.Numerics.BitOperations.Log2((ulong)divisor) : a & (int)(divisor - 1);
        }

        if (atom.Right.Bounds.Min < 1)
        {
            // A divisor of 0 belongs to an empty space, whose numbers nobody uses.
            b = f.Let(b);
            b = b.Eqz().Select(1, b);
        }

        if (atom.Left.Bounds.Min >= 0 && atom.Right.Bounds.Min >= 0)
        {
            return divide ? a.DivU(b) : a.RemU(b);
        }

        return divide ? IntegerOps.FloorDivide(f, a, b) : IntegerOps.Modulo(f, a, b);
    }
}
