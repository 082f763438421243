using System.Collections.Immutable;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Tensors;

namespace Sconce.Cli.Pictures;

/// <summary>A tensor of a run: its bytes, at the least of open sizes, and the first and the last step at which it holds something.</summary>
internal sealed record BufferLife(string Name, long Bytes, int First, int Last);

/// <summary>Which tensors of a program live when, by its outermost steps: what a loop touches lives as long as the loop.</summary>
internal static class BufferLives
{
    public static IReadOnlyList<BufferLife> Of(TensorProgram program)
    {
        var lives = new Dictionary<TensorBuffer, (int First, int Last)>(ReferenceEqualityComparer.Instance);
        var last = program.Steps.Count - 1;
        foreach (var buffer in program.Inputs.Concat(program.Outputs).Select(port => port.Buffer))
        {
            lives[buffer] = (0, last);
        }

        for (var number = 0; number <= last; number++)
        {
            foreach (var buffer in BuffersOf(program.Steps[number]))
            {
                if (buffer.Kind == BufferKind.Temporary)
                {
                    lives[buffer] = lives.TryGetValue(buffer, out var life) ? (life.First, number) : (number, number);
                }
            }
        }

        return [.. lives.Select(life => new BufferLife(life.Key.Name, UsualSizes.AtLeast(life.Key.ByteCount), life.Value.First, life.Value.Last))];
    }

    /// <summary>The bytes that are alive at each step.</summary>
    public static ImmutableArray<long> Alive(IReadOnlyList<BufferLife> lives, int steps)
    {
        var changes = new Int128[steps + 1];
        foreach (var life in lives)
        {
            changes[life.First] += life.Bytes;
            changes[life.Last + 1] -= life.Bytes;
        }

        var alive = ImmutableArray.CreateBuilder<long>(steps);
        Int128 now = 0;
        for (var step = 0; step < steps; step++)
        {
            now += changes[step];
            alive.Add((long)Int128.Min(now, long.MaxValue));
        }

        return alive.MoveToImmutable();
    }

    private static IEnumerable<TensorBuffer> BuffersOf(Step step)
    {
        var own = step.BuffersRead.Concat(step.Scratch).Concat(step.ThreadScratch is { } scratch ? [scratch] : []);
        return step is RegionStep region
            ? own.Concat(region.Blocks.SelectMany(block => block.Steps).SelectMany(BuffersOf))
            : own.Concat(step.Targets.Select(target => target.Buffer));
    }
}
