using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Random bits: all words of a counter that are used come from one call.
public sealed partial class ExprEmitter
{
    private Vector RandomVector(RandomExpr random)
    {
        var made = RandomWords.Of(f, module, [.. random.Operands.Select(operand => Vector(operand).Low)], Wanted(random));
        for (var word = 0; word < made.Length; word++)
        {
            if (made[word] is { } value)
            {
                vectors[random.Other(word)] = new(value);
            }
        }

        return vectors[random];
    }

    /// <summary>A single point's, by the same function: its first lane.</summary>
    private I32 RandomWord(RandomExpr random)
    {
        var made = RandomWords.Of(f, module, [.. random.Operands.Select(operand => I32x4.Splat(Scalar(operand).AsI32()))], Wanted(random));
        for (var word = 0; word < made.Length; word++)
        {
            if (made[word] is { } value)
            {
                scalars[random.Other(word)] = f.Let(I32x4.ExtractLane(value, 0));
            }
        }

        return scalars[random].AsI32();
    }

    private bool[] Wanted(RandomExpr random) => [.. Enumerable.Range(0, RandomExpr.Words).Select(word => word == random.Word || uses.ContainsKey(random.Other(word)))];
}
