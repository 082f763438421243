using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>A kernel's function with its parameters: the addresses, symbols and the tile that its body can use.</summary>
internal sealed class KernelFrame
{
    private readonly List<TensorBuffer> buffers = [];
    private readonly List<Symbol> symbols = [];

    /// <summary>The kernel accesses the step's targets, expressions and scratch; the dims are extents and other sizes that it needs.</summary>
    public KernelFrame(string name, Step step, IEnumerable<Dim> dims, KernelModule module, Axis? along = null)
    {
        foreach (var target in step.Targets)
        {
            Use(target.Buffer);
            Use(target.Buffer.Offset(target.Index));
        }

        Use(step.Expressions);
        foreach (var scratch in step.Scratch)
        {
            Use(scratch);
        }

        if (step.ThreadScratch is { } own)
        {
            Use(own);
        }

        foreach (var dim in dims)
        {
            Use(dim);
        }

        Function = new FunctionBuilder(name, [.. Enumerable.Repeat(WasmType.I32, buffers.Count + symbols.Count + 1)]);
        Emitter = new ExprEmitter(Function, module, along);
        for (var i = 0; i < buffers.Count; i++)
        {
            Emitter.Bind(buffers[i], Function.Parameter(i, $"buffer{i}").AsI32());
        }

        for (var i = 0; i < symbols.Count; i++)
        {
            Emitter.Bind(symbols[i], Function.Parameter(buffers.Count + i, symbols[i].Name).AsI32());
        }

        Tile = Function.Parameter(buffers.Count + symbols.Count, "tile").AsI32();
    }

    public FunctionBuilder Function { get; }

    public ExprEmitter Emitter { get; }

    public LocalI32 Tile { get; }

    public KernelCall Finish(Dim tiles, string name) => new(Function, [.. buffers], [.. symbols], tiles, name);

    private void Use(TensorBuffer buffer)
    {
        if (!buffers.Contains(buffer))
        {
            buffers.Add(buffer);
        }
    }

    private void Use(IEnumerable<Expr> exprs)
    {
        foreach (var node in exprs.Nodes())
        {
            switch (node)
            {
                case LoadExpr load:
                    Use(load.Buffer);
                    UseSymbols(load.Buffer.Offset(load.Index));
                    UseSymbols(load.Buffer.ElementCount);
                    break;
                case IndexExpr index:
                    UseSymbols(index.Value);
                    break;
            }
        }
    }

    private void Use(Dim dim)
    {
        UseSymbols(dim);
        Use(dim.LoadedNumbers());
    }

    private void UseSymbols(Dim dim) => dim.VisitLeaves(leaf =>
    {
        if (leaf is Symbol symbol && !symbols.Contains(symbol))
        {
            symbols.Add(symbol);
        }
    });
}
