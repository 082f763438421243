using System.Collections.Immutable;
using FsCheck.Xunit;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Operators;

public sealed class ReshapingTests
{
    private static readonly Dim batch = new Symbol("batch", 1, 64), length = new Symbol("length", 2, 512);

    private readonly LoweringContext context = new(new TensorProgram());

    [Fact]
    public void SplittingTheLastDimNeedsNoDivision()
    {
        var (_, index) = context.Axes([batch, length, 4, 8]);
        var mapped = Reshaping.MapIndex(context.Facts, [batch, length, 32], [batch, length, 4, 8], index);
        Assert.Equal([index[0], index[1], (index[2] * 8) + index[3]], mapped);
    }

    [Fact]
    public void JoiningDimsTellsThemApartAgain()
    {
        var (_, index) = context.Axes([batch * length, 32]);
        var mapped = Reshaping.MapIndex(context.Facts, [batch, length, 32], [batch * length, 32], index);
        Assert.Equal([index[0].FloorDiv(length), index[0].Mod(length), index[1]], mapped);
    }

    [Fact]
    public void DimsOfOneComeAndGo()
    {
        var (_, index) = context.Axes([1, batch, 1, 5]);
        Assert.Equal([index[1], index[3], Dim.Zero], Reshaping.MapIndex(context.Facts, [batch, 5, 1], [1, batch, 1, 5], index));
    }

    [Fact]
    public void MinusOneIsWhatIsLeft()
    {
        Assert.Equal([batch, length * 4], Reshaping.Resolve(context, [batch, length, 4], [batch, -1]));
        Assert.Throws<SconceException>(() => Reshaping.Resolve(context, [2, 3], [4, 2]));
    }

    /// <summary>Any two shapes of one size: the element with the same number in row-major order.</summary>
    [Property]
    public bool ElementsKeepTheirNumber(byte[] factors, byte cutsOld, byte cutsNew)
    {
        var sizes = factors.Take(5).Select(f => 1 + (f % 4)).ToArray();
        var (from, to) = (Group(sizes, cutsOld), Group(sizes, cutsNew));
        for (var number = 0L; number < sizes.Aggregate(1L, (a, b) => a * b); number++)
        {
            var mapped = Reshaping.MapIndex(context.Facts, from, to, Reshaping.Unflatten(to.AsSpan(), number));
            if (!Reshaping.Flatten(from.AsSpan(), mapped.AsSpan()).Equals((Dim)number))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Neighbouring sizes multiplied together, where a bit says so.</summary>
    private static ImmutableArray<Dim> Group(int[] sizes, int cuts)
    {
        var dims = new List<Dim>();
        for (var i = 0; i < sizes.Length; i++)
        {
            if (i > 0 && (cuts & (1 << i)) != 0)
            {
                dims[^1] *= sizes[i];
            }
            else
            {
                dims.Add(sizes[i]);
            }
        }

        return [.. dims];
    }
}
