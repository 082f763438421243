using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

/// <summary>What functions do when they run: loops, calls, variables.</summary>
public class FunctionTests
{
    private readonly Module module = new();

    public FunctionTests() => module.ImportMemory("env", "memory", 1, 65536);

    [Fact]
    public void Loops_run_as_often_as_they_say()
    {
        var calls = new List<object[]>();
        var expected = new List<double>();
        foreach (int step in (int[])[1, 3, -1, -4])
        {
            string name = $"sum by {step}";
            FunctionBuilder f = module.Define(name, [WasmType.I32, WasmType.I32], WasmType.I32);
            LocalI32 sum = f.I32(), i = f.I32();
            f.For(i, f.Parameters[0].AsI32(), f.Parameters[1].AsI32() + 1, step, () => f.Set(sum, sum * 31 + i));
            f.Return(sum);
            module.ExportFunction(name, f);
            foreach ((int from, int to) in ((int, int)[])[(0, 10), (5, 5), (7, -8), (-3, 2), (4, 3)])
            {
                calls.Add([name, from, to]);
                int value = 0;
                for (int k = from; step > 0 ? k < to + 1 : k > to + 1; k += step)
                {
                    value = (value * 31) + k;
                }

                expected.Add(value);
            }
        }

        AssertRuns(expected, calls);
    }

    [Fact]
    public void Loops_with_known_bounds_need_no_test_at_their_start()
    {
        FunctionBuilder f = module.Define("f", [], WasmType.I32);
        LocalI32 sum = f.I32("sum"), i = f.I32("i");
        f.For(i, 0, 10, 4, () => f.Set(sum, sum + i));
        f.For(i, 3, 3, 1, f.Unreachable);
        f.ForAtLeastOnce(i, 5, sum - 100, 1, () => f.Set(sum, sum + 1));
        int n = 0;
        f.While(i.LtS(20), () =>
        {
            n++;
            f.Set(i, i + 1);
        });
        f.Return(sum * 100 + i);
        module.ExportFunction("f", f);

        Assert.Equal(1, n);
        Assert.DoesNotContain("(if", WatPrinter.Print(f));
        AssertRuns([(12 + 1) * 100 + 20], [["f"]]);
    }

    [Fact]
    public void Functions_call_each_other_before_they_have_bodies()
    {
        FunctionBuilder even = module.Define("even", [WasmType.I32], WasmType.I32);
        FunctionBuilder odd = module.Define("odd", [WasmType.I32], WasmType.I32);
        foreach ((FunctionBuilder self, FunctionBuilder other, int end) in ((FunctionBuilder, FunctionBuilder, int)[])[(even, odd, 1), (odd, even, 0)])
        {
            LocalI32 n = self.Parameter(0, "n").AsI32();
            self.If(n.Eqz(), () => self.Return(end), () => self.Return(self.CallResult(other, n - 1)));
        }

        module.ExportFunction("even", even);
        AssertRuns([1, 0], [["even", 10], ["even", 7]]);
    }

    [Fact]
    public void The_table_gives_functions_by_number()
    {
        FunctionBuilder twice = Unary("twice", x => x * 2);
        FunctionBuilder square = Unary("square", x => x * x);
        Assert.Equal(0, module.AddToTable(twice));
        Assert.Equal(1, module.AddToTable(square));
        Assert.Equal(0, module.AddToTable(twice));
        FunctionBuilder apply = module.Define("apply", [WasmType.I32, WasmType.I32], WasmType.I32);
        apply.Return(apply.CallIndirectResult(twice.Type, apply.Parameters[0].AsI32(), apply.Parameters[1].Get));
        module.ExportFunction("apply", apply);

        AssertRuns([18, 81], [["apply", 0, 9], ["apply", 1, 9]]);
    }

    [Fact]
    public void Globals_keep_their_values_between_calls()
    {
        Global total = module.DefineGlobal("total", WasmType.F64, true, F64.Const(0.5));
        FunctionBuilder add = module.Define("add", [WasmType.F64], WasmType.F64);
        add.Set(total, total.Get.AsF64() + add.Parameters[0].AsF64());
        add.Return(total.Get);
        module.ExportFunction("add", add);

        AssertRuns([2, -1], [["add", 1.5], ["add", -3]]);
    }

    [Fact]
    public void Variables_of_a_scope_serve_the_next()
    {
        FunctionBuilder f = module.Define("f", [], WasmType.F32);
        LocalF32 kept = f.F32("kept");
        for (int round = 0; round < 3; round++)
        {
            using (f.Scope())
            {
                LocalF32 a = f.Let(1.5f * round, "a");
                LocalI32 b = f.Let((I32)round, "b");
                f.Set(kept, kept + a + F32.ConvertI32S(b));
            }
        }

        f.Return(kept);
        module.ExportFunction("f", f);

        Assert.Equal(["kept", "a", "b"], f.Locals.Select(l => l.Name));
        AssertRuns([7.5], [["f"]]);
    }

    [Fact]
    public void Variables_are_numbered_by_type_whatever_order_they_were_made_in()
    {
        FunctionBuilder f = module.Define("f", [WasmType.I32], WasmType.F64);
        var parts = new List<Code>();
        for (int i = 0; i < 4; i++)
        {
            f.Let(F32.Const(i));
            parts.Add(f.Let(F64.Const(1 << (2 * i))));
            f.Let(V128.Zero);
        }

        f.Return(parts.Aggregate((a, b) => a.AsF64() + b.AsF64()));
        module.ExportFunction("f", f);

        AssertRuns([85], [["f", 0]]);
    }

    [Fact]
    public void Branch_tables_choose()
    {
        FunctionBuilder f = module.Define("f", [WasmType.I32], WasmType.I32);
        f.Block(other =>
        {
            f.Block(one =>
            {
                f.Block(zero => f.BranchTable(f.Parameters[0].AsI32(), [zero, one], other));
                f.Return(100);
            });
            f.Return(101);
        });
        f.Return(-1);
        module.ExportFunction("f", f);

        AssertRuns([100, 101, -1, -1], [["f", 0], ["f", 1], ["f", 2], ["f", -1]]);
    }

    [Fact]
    public void A_function_like_one_that_was_shared_is_that_one()
    {
        FunctionBuilder helper = Unary("helper", x => x + 1);
        FunctionBuilder first = module.Share(Calls("first", helper, 3));
        Assert.Same(first, module.Share(Calls("second", helper, 3)));
        Assert.NotSame(first, module.Share(Calls("third", helper, 4)));
        Assert.Equal(3, module.Functions.Count);

        FunctionBuilder Calls(string name, FunctionBuilder callee, int argument)
        {
            var f = new FunctionBuilder(name, [WasmType.I64], WasmType.I32);
            f.Return(f.CallResult(callee, argument));
            return f;
        }
    }

    private FunctionBuilder Unary(string name, Func<I32, I32> apply)
    {
        FunctionBuilder f = module.Define(name, [WasmType.I32], WasmType.I32);
        f.Return(apply(f.Parameters[0].AsI32()));
        return f;
    }

    private void AssertRuns(IEnumerable<double> expected, IEnumerable<object[]> calls)
    {
        NodeEngine.Answer answer = NodeEngine.Run(NodeEngine.Job.Of(module, [.. calls]))[0];
        Assert.Equal("", answer.Error);
        Assert.Equal(expected, answer.Results);
    }
}
