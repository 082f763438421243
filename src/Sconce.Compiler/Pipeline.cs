using Sconce.Compiler.Graphs;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Passes.Functionalisation;
using Sconce.Compiler.Passes.Integers;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler;

/// <summary>A pass by its name and what it does in one line.</summary>
internal sealed record ProgramPass(string Name, string Description, Action<TensorProgram> Run);

/// <summary>A pass over the graph.</summary>
internal sealed record GraphPass(string Name, string Description, Action<Graph> Run);

/// <summary>The passes between frontend and code, in this order: passes over its graph, lowering, passes over its tensor program.</summary>
internal static class Pipeline
{
    public static IReadOnlyList<GraphPass> GraphPasses { get; } =
    [
        new("functionalise", "in-place operators and writes through views become pure nodes and buffer mutations", Functionalise.Run),
        new("dead-code", "removes nodes that no output and no state needs", DeadCode.Run),
    ];

    public static IReadOnlyList<ProgramPass> ProgramPasses { get; } =
    [
        // Before anything tells two names of one weight apart.
        new("merge-constants", "constants with the same contents become one", MergeConstants.Run),
        new("inline-views", "views become index maps of what reads them", InlineMaps.Views),

        // Before constants are folded: that evaluates the checks of constants, slowly.
        new("settle-checks", "checks that cannot fail go; what several operators check is checked once", SettleChecks.Run),

        // Before pointwise inlining: what depends on constants alone must be computed here, not at every element of a consumer.
        new("fold-constants", "computes what depends on constants alone", FoldConstants.Run),

        // Before epilogues join scales and masks to other products, and while every map stands for itself.
        new("fuse-attention", "product, softmax and product become attention, which keeps no matrix of scores", FuseAttention.Run),

        // While what quantises and what gives floats again are maps of their own, and before either joins another product.
        new("multiply-integers", "products of quantised numbers are made of the integers", MultiplyIntegers.Run),

        // Before pointwise inlining: an activation belongs to the product that feeds it, not to the operand of the next one.
        new("fuse-epilogues", "products, convolutions and reductions finish with the maps that follow", FuseEpilogues.Run),

        // An activation that a model writes out (gelu by tanh) reads its product in several steps. Once they are one map, it can follow.
        new("join-maps", "chains of maps become one map", InlineMaps.Chains),
        new("fuse-epilogues", "products, convolutions and reductions finish with the maps that follow", FuseEpilogues.Run),
        new("inline-pointwise", "chains of pointwise operators become one loop", InlineMaps.Pointwise),

        // Again: inlining has joined chains, whose head may follow a product.
        new("fuse-epilogues", "products, convolutions and reductions finish with the maps that follow", FuseEpilogues.Run),

        // While buffers lie as their dims are counted, as outputs do.
        new("write-outputs", "what would only be copied into an output is written there", WriteOutputs.Run),
        new("carry-in-place", "what a loop's body copies, changes and copies back is changed where it lies", CarryInPlace.Run),
        new("keep-in-place", "what a run copies of a state, changes and keeps is changed where it lies", KeepInPlace.Run),
        new("layouts", "the order of dims in memory: channels-last around convolutions", AssignLayouts.Run),
        new("prepare-kernels", "operands in the order in which the kernels read them", PrepareKernels),
        new("hoist-from-loops", "what no turn of a loop changes is computed before it", HoistFromLoops.Run),

        // While packing is still a step, which says where each element goes.
        new("read-packed", "who reads a weight that a product has packed reads the packed one", ReadPacked.Run),

        // Again: packed weights.
        new("fold-constants", "computes what depends on constants alone", FoldConstants.Run),
        new("dead-steps", "removes what nobody reads", DeadSteps.Remove),

        // Last: what is tiny alone may be large once it is folded with something else.
        new("flush-subnormals", "constants too small for normal numbers become zero", FlushSubnormals.Run),
    ];

    /// <summary>All passes over a graph; after each, where asked, the verifier.</summary>
    public static void Run(Graph graph, bool verify, Action<string>? progress = null)
    {
        IReadOnlyList<GraphRule> rules = [];
        foreach (var pass in GraphPasses)
        {
            progress?.Invoke(pass.Name);
            pass.Run(graph);
            if (verify)
            {
                rules = [.. rules, .. GraphRules.All.Where(rule => rule.After == pass.Name)];
                GraphVerifier.Verify(graph, pass.Name, rules);
            }
        }
    }

    /// <summary>All passes over a program, or so many of them; after each, where asked, the verifier.</summary>
    public static void Run(TensorProgram program, bool verify, Action<string>? progress = null, int? count = null)
    {
        IReadOnlyList<ProgramRule> rules = [];
        Check("lowering");
        foreach (var pass in ProgramPasses.Take(count ?? ProgramPasses.Count))
        {
            progress?.Invoke(pass.Name);
            pass.Run(program);
            rules = ProgramRules.After(pass.Name, rules);
            Check(pass.Name);
        }

        void Check(string after)
        {
            if (verify)
            {
                ProgramVerifier.Verify(program, after, rules);
            }
        }
    }

    private static void PrepareKernels(TensorProgram program) => StepTree.Replace(program, step => KernelPreparation.Prepare(step, program.Exact));
}
