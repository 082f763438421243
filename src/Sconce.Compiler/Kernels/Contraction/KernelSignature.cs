using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using ValueType = Sconce.Compiler.Wasm.ValueType;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>Collects which buffers and symbols a kernel's function needs as parameters.</summary>
internal sealed class KernelSignature
{
    private readonly List<Tensors.Buffer> buffers = [];
    private readonly List<Symbol> symbols = [];

    public ImmutableArray<Tensors.Buffer> Buffers => [.. buffers];

    public ImmutableArray<Symbol> Symbols => [.. symbols];

    /// <summary>The function, with an emitter that knows its parameters; <paramref name="tile"/> is the last of them.</summary>
    public ExprEmitter Open(string name, KernelModule module, Axis tile, Axis lane)
    {
        Add(Dim.Of(tile));
        var f = new FunctionBuilder(name, [.. Enumerable.Repeat(ValueType.I32, buffers.Count + symbols.Count + 1)]);
        var root = new ExprEmitter(f, module, lane);
        root.Bind(lane, 0);
        for (var i = 0; i < buffers.Count; i++)
        {
            root.Bind(buffers[i], f.Parameter(i, buffers[i].Name).AsI32());
        }

        for (var i = 0; i < symbols.Count; i++)
        {
            root.Bind(symbols[i], f.Parameter(buffers.Count + i, symbols[i].Name).AsI32());
        }

        root.Bind(tile, f.Parameter(buffers.Count + symbols.Count, "tile").AsI32());
        return root;
    }

    public void Add(Tensors.Buffer buffer)
    {
        if (!buffers.Contains(buffer))
        {
            buffers.Add(buffer);
        }
    }

    public void Add(Dim dim) => dim.VisitLeaves(leaf =>
    {
        if (leaf is Symbol symbol && !symbols.Contains(symbol))
        {
            symbols.Add(symbol);
        }
        else if (leaf is Axis axis)
        {
            Add(axis.Extent);
        }
        else if (leaf is LoadedIndex loaded)
        {
            Add(loaded.Value);
        }
    });

    public void Add(Target target)
    {
        Add(target.Buffer);
        Add(target.Buffer.Offset(target.Index));
    }

    public void Add(Expr expr)
    {
        switch (expr)
        {
            case LoadExpr load:
                Add(load.Buffer);
                Add(load.Buffer.Offset(load.Index));
                break;
            case IndexExpr index:
                Add(index.Value);
                break;
            default:
                foreach (var operand in expr.Operands)
                {
                    Add(operand);
                }

                break;
        }
    }
}
