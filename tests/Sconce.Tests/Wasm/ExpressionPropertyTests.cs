using FsCheck;
using FsCheck.Fluent;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

public class ExpressionPropertyTests
{
    private const int Count = 1500;
    private const float X = 1.5f;
    private const float Y = -3.25e-3f;
    private const int A = 1000003;
    private const int B = -7;

    private static readonly ILookup<WasmType, Opcode> ByResult = Interpreter.Known.Where(o => o != Opcode.Select).ToLookup(o => o.Result);

    private static readonly Opcode[] Rewritten32 =
        [Opcode.I32Add, Opcode.I32Sub, Opcode.I32Mul, Opcode.I32Shl, Opcode.I32ShrS, Opcode.I32ShrU, Opcode.I32And, Opcode.I32Or];

    private static readonly Opcode[] Rewritten64 =
        [Opcode.I64Add, Opcode.I64Sub, Opcode.I64Mul, Opcode.I64Shl, Opcode.I64ShrS, Opcode.I64ShrU, Opcode.I64And, Opcode.I64Or];

    [Fact]
    public void Random_trees_give_in_an_engine_what_they_mean()
    {
        Tree[] trees = [.. Gen.Sized(size => Roots(Math.Min(size, 40))).Sample(Count, Count)];
        var module = new Module();
        module.ImportMemory("env", "memory", 1, 65536);
        FunctionBuilder run = module.Define("run", [.. Tree.ParameterTypes]);
        module.ExportFunction("run", run);
        for (int i = 0; i < trees.Length; i++)
        {
            FunctionBuilder store = module.Define($"tree {i}", [.. Tree.ParameterTypes]);
            Code value = trees[i].Build(store.Parameters);
            store.Store(StoreOf(value.Type), 16 * i, value);
            run.Call(store, [.. run.Parameters.Select(p => p.Get)]);
        }

        NodeEngine.Answer answer = NodeEngine.Run(new NodeEngine.Job(module.ToArray(), [["run", A, B, X, Y]], Read: 16 * Count))[0];

        Assert.Equal("", answer.Error);
        int compared = 0;
        for (int i = 0; i < trees.Length; i++)
        {
            var interpreter = new Interpreter([(uint)A, unchecked((uint)B), BitConverter.SingleToUInt32Bits(X), BitConverter.SingleToUInt32Bits(Y)]);
            UInt128 expected = interpreter.Evaluate(trees[i]);
            UInt128 actual = BinaryPrimitives.ReadUInt128LittleEndian(answer.Memory.AsSpan(16 * i));
            if (!interpreter.SawNaN)
            {
                compared++;
                Assert.True(expected == actual, $"{trees[i]}: expected {expected:x}, got {actual:x}");
            }
        }

        Assert.InRange(compared, Count / 3, Count);
    }

    private static Gen<Tree> Roots(int size) =>
        Gen.Elements(WasmType.I32, WasmType.I64, WasmType.F32, WasmType.V128).SelectMany(type => Trees(type, size));

    private static Gen<Tree> Trees(WasmType type, int size)
    {
        if (size <= 1)
        {
            return Leaves(type);
        }

        Gen<Tree> select = Operation(Opcode.Select, [type, type, WasmType.I32], size);
        Gen<Tree> operation = Gen.Elements(ByResult[type].ToArray()).SelectMany(opcode => Operation(opcode, [.. opcode.Operands], size));

        // Sums and products with constants are what the builder rewrites.
        return type switch
        {
            WasmType.I32 => Gen.Frequency((6, operation), (1, select), (4, WithConstant(type, Rewritten32, size))),
            WasmType.I64 => Gen.Frequency((6, operation), (1, select), (4, WithConstant(type, Rewritten64, size))),
            WasmType.V128 => Gen.Frequency((8, operation), (1, select), (1, Shuffles(size))),
            _ => Gen.Frequency((8, operation), (1, select)),
        };
    }

    private static Gen<Tree> Leaves(WasmType type) => type switch
    {
        WasmType.I32 => Gen.OneOf(Gen.Choose(0, 1).Select(p => Parameter(p)), Constants(type)),
        WasmType.I64 => Gen.OneOf(Leaves(WasmType.I32).Select(l => new Tree(Opcode.I64ExtendI32S, [l])), Constants(type)),
        WasmType.F32 => Gen.OneOf(Gen.Choose(2, 3).Select(p => Parameter(p)), Gen.Choose(-1000, 1000).Select(n => Tree.Constant(n / 16f))),
        _ => Gen.Choose(int.MinValue, int.MaxValue).Four()
            .Select(l => new Tree(Opcode.V128Const, [], MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes<int>([l.Item1 >> 20, l.Item2 >> 4, l.Item3, l.Item4])))),
    };

    private static Tree Parameter(int number) => new(Opcode.LocalGet, [], Parameter: number);

    private static Gen<Tree> Constants(WasmType type) => type == WasmType.I32
        ? Gen.Elements(0, 1, -1, 2, 3, 4, 8, 12, 31, 32, 64, 255, 1024, int.MinValue, int.MaxValue).Select(Tree.Constant)
        : Gen.Elements(0, 1, -1, 2, 3, 8, 12, 32, 63, 64, 1024, 1L << 32, uint.MaxValue, long.MinValue, long.MaxValue).Select(Tree.Constant);

    private static Gen<Tree> Operation(Opcode opcode, WasmType[] operands, int size)
    {
        Gen<Tree>[] parts = [.. operands.Select(t => Trees(t, (size - 1) / operands.Length))];
        if (opcode.Name.EndsWith("div_u", StringComparison.Ordinal) || opcode.Name.EndsWith("rem_u", StringComparison.Ordinal))
        {
            parts[1] = Constants(operands[1]).Where(c => c.Bits != 0);
        }

        if (opcode == Opcode.F32Sqrt)
        {
            parts[0] = parts[0].Select(p => new Tree(Opcode.F32Abs, [p]));
        }

        Gen<int> lane = Gen.Choose(0, Math.Max(opcode.Lanes - 1, 0));
        return Gen.CollectToArray(parts, p => p).SelectMany(made => lane, (made, l) => new Tree(opcode, made, Lane: l));
    }

    private static Gen<Tree> WithConstant(WasmType type, Opcode[] opcodes, int size) =>
        from opcode in Gen.Elements(opcodes)
        from inner in Trees(type, size - 2)
        from constant in Constants(type)
        from swap in Gen.Elements(false, false, true)
        select new Tree(opcode, swap ? [constant, inner] : [inner, constant]);

    private static Gen<Tree> Shuffles(int size) =>
        from lanes in Gen.Choose(0, 31).ArrayOf(16)
        from first in Trees(WasmType.V128, size / 2)
        from second in Trees(WasmType.V128, size / 2)
        select new Tree(Opcode.I8x16Shuffle, [first, second], BinaryPrimitives.ReadUInt128LittleEndian([.. lanes.Select(l => (byte)l)]));

    private static Opcode StoreOf(WasmType type) =>
        type == WasmType.I32 ? Opcode.I32Store : type == WasmType.I64 ? Opcode.I64Store : type == WasmType.F32 ? Opcode.F32Store : Opcode.V128Store;
}
