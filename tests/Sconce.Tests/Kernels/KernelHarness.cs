using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using Sconce.Tests.Wasm;

namespace Sconce.Tests.Kernels;

/// <summary>
/// Runs steps both ways, as kernels in Node (each tile by a call of its own, the last tile first) and in the evaluator, and compares what they
/// wrote. All cases of a harness share one module and one process.
/// </summary>
internal sealed class KernelHarness
{
    private const uint Start = 4096;

    /// <summary>How many kernels are told that there are.</summary>
    private const int Threads = 3;

    private readonly Module module = new();
    private readonly KernelModule kernels;
    private readonly List<object[]> calls = [];
    private readonly List<(string Name, TensorBuffer Buffer, TensorValue Expected, uint Address, double Tolerance)> checks = [];
    private readonly List<(uint Start, uint End)> used = [];
    private readonly Random random = new(1);
    private uint end = Start;

    /// <param name="options">What kernels may use.</param>
    /// <param name="prepare">Gives the module functions that kernels would else make.</param>
    public KernelHarness(KernelOptions? options = null, Action<KernelModule>? prepare = null)
    {
        kernels = new KernelModule(module, options ?? new KernelOptions());
        prepare?.Invoke(kernels);
    }

    /// <inheritdoc cref="NodeEngine.Job"/>
    public bool Optimised { get; init; }

    public int Functions => module.Functions.Count;

    /// <summary>Values drawn for a buffer: small integers where it holds integers, else numbers around 0.</summary>
    public TensorValue Draw(TensorBuffer buffer, Func<Dim, long> evaluate)
    {
        var value = new TensorValue(buffer.Type, [.. buffer.Dims.Select(evaluate)]);
        for (var i = 0; i < value.Count; i++)
        {
            if (buffer.Type.IsFloat())
            {
                value.SetFloat(i, (random.NextDouble() * 6) - 3);
            }
            else
            {
                value.SetInteger(i, buffer.Type == DType.Bool ? random.Next(2) : random.Next(buffer.Type == DType.UInt8 ? 0 : -100, 100));
            }
        }

        return value;
    }

    /// <summary>Adds steps that run in order. Buffers they read and no step writes are inputs: given, or drawn.</summary>
    public void Add(
        string name, IReadOnlyList<Step> steps, double tolerance = 0, IReadOnlyDictionary<Symbol, long>? symbols = null,
        IReadOnlyDictionary<TensorBuffer, TensorValue>? inputs = null, bool evaluate = true)
    {
        steps = [.. steps.SelectMany(step => KernelPreparation.Prepare(step))];
        var evaluator = new Evaluator();
        symbols = new Dictionary<Symbol, long>(symbols ?? new Dictionary<Symbol, long>()) { [KernelCall.Threads] = Threads };
        foreach (var (symbol, value) in symbols)
        {
            evaluator.Bind(symbol, value);
        }

        var addresses = new Dictionary<TensorBuffer, uint>();
        var generated = steps.Select(step => (Step: step, Call: KernelGenerator.Generate(step, kernels))).ToArray();
        foreach (var buffer in generated.SelectMany(g => g.Call.Buffers.Concat(g.Call.Before?.Buffers ?? [])))
        {
            if (addresses.ContainsKey(buffer))
            {
                continue;
            }

            var count = evaluator.Evaluate(buffer.ElementCount);
            addresses[buffer] = end;
            var written = steps.Any(step => step.Targets.Any(target => target.Buffer == buffer) || step.Scratch.Contains(buffer) || step.ThreadScratch == buffer);
            if (!written || (inputs?.ContainsKey(buffer) ?? false))
            {
                var value = inputs?.GetValueOrDefault(buffer) ?? (buffer.Data is { } data ? TensorValue.Of(data) : Draw(buffer, evaluator.Evaluate));
                evaluator.Set(buffer, value);
                module.AddData(end, InMemoryOrder(buffer, value));
            }

            // A gap of zeros, which must stay so.
            used.Add((end, end + (uint)(count * buffer.Type.Size())));
            end += ((uint)(count * buffer.Type.Size()) + 63) / 16 * 16;
        }

        foreach (var (step, call) in generated)
        {
            foreach (var phase in call.Before is { } before ? [before, call] : new[] { call })
            {
                AddCalls(phase);
            }

            if (evaluate)
            {
                evaluator.Run(step);
            }
        }

        foreach (var target in steps.SelectMany(step => step.Targets).DistinctBy(target => target.Buffer))
        {
            checks.Add((name, target.Buffer, Copy(evaluator.Get(target.Buffer)), addresses[target.Buffer], tolerance));
        }

        void AddCalls(KernelCall call)
        {
            var exported = $"f{calls.Count}";
            var function = module.Share(call.Function);
            module.ExportFunction(exported, function);
            for (var tile = evaluator.Evaluate(call.Tiles) - 1; tile >= 0; tile--)
            {
                calls.Add([
                    exported, .. call.Buffers.Select((buffer, i) => (object)(addresses[buffer] + (i == 0 ? call.TargetOffset : 0))),
                    .. call.Symbols.Select(symbol => (object)symbols[symbol]), tile]);
            }

            if (evaluator.Evaluate(call.Tiles) == 0)
            {
                calls.Add([]);
            }
        }
    }

    /// <summary>Runs everything and fails with a list of what differs.</summary>
    public void Run()
    {
        var memory = Execute();
        var failures = checks.Select(check => Compare(check, memory)).OfType<string>().ToArray();
        Assert.True(failures.Length == 0, $"{failures.Length} of {checks.Count} differ:\n{string.Join("\n", failures.Take(40))}");
    }

    /// <summary>Runs everything and gives what the buffers hold afterwards, by the names of their cases.</summary>
    public IReadOnlyList<(string Name, TensorBuffer Buffer, TensorValue Value)> Results()
    {
        var memory = Execute();
        return [.. checks.Select(check => (check.Name, check.Buffer, FromMemory(check.Buffer, check.Expected, memory.AsSpan((int)check.Address))))];
    }

    private byte[] Execute()
    {
        var pages = (end / 65536) + 1;
        module.ImportMemory("env", "memory", pages, 65536);
        module.AddData(NumberTable.Start, kernels.Numbers.Bytes);
        module.WriteNames = true;
        var problem = NodeEngine.Run(new NodeEngine.Job(module.ToArray(), [.. calls.Where(call => call.Length > 0)], (int)end, (int)pages, Optimised))[0];
        Assert.True(problem.Error == "", problem.Error);
        for (var i = 0; i < used.Count; i++)
        {
            var next = i + 1 < used.Count ? used[i + 1].Start : end;
            var stray = problem.Memory.AsSpan((int)used[i].End..(int)next).IndexOfAnyExcept((byte)0);
            Assert.True(stray < 0, $"A kernel wrote {stray} bytes past the end of a buffer.");
        }

        return problem.Memory;
    }

    private static string? Compare((string Name, TensorBuffer Buffer, TensorValue Expected, uint Address, double Tolerance) check, byte[] memory)
    {
        var actual = FromMemory(check.Buffer, check.Expected, memory.AsSpan((int)check.Address));
        for (var i = 0; i < check.Expected.Count; i++)
        {
            if (check.Buffer.Type.IsFloat())
            {
                var (wanted, got) = (check.Expected.GetFloat(i), actual.GetFloat(i));
                var scale = check.Tolerance * Math.Max(1, Math.Abs(wanted));
                if (!(wanted.Equals(got) || (wanted == got) || Math.Abs(wanted - got) <= scale))
                {
                    return $"{check.Name}: {check.Buffer}[{i}] is {got:R}, expected {wanted:R}";
                }
            }
            else if (check.Expected.GetInteger(i) != actual.GetInteger(i))
            {
                return $"{check.Name}: {check.Buffer}[{i}] is {actual.GetInteger(i)}, expected {check.Expected.GetInteger(i)}";
            }
        }

        return null;
    }

    private static TensorValue Copy(TensorValue value) => new(value.Type, value.Shape, [.. value.Bytes]);

    private static byte[] InMemoryOrder(TensorBuffer buffer, TensorValue value)
    {
        var result = new byte[value.Bytes.Length];
        ForEachElement(buffer, value, (from, to, size) => value.Bytes.Slice(from, size).CopyTo(result.AsSpan(to)));
        return result;
    }

    private static TensorValue FromMemory(TensorBuffer buffer, TensorValue like, ReadOnlySpan<byte> memory)
    {
        var bytes = memory[..like.Bytes.Length].ToArray();
        var result = new TensorValue(like.Type, like.Shape);
        ForEachElement(buffer, result, (logical, stored, size) => bytes.AsSpan(stored, size).CopyTo(result.Bytes[logical..]));
        return result;
    }

    private static void ForEachElement(TensorBuffer buffer, TensorValue value, Action<int, int, int> visit)
    {
        var shape = value.Shape;
        var strides = new long[shape.Length];
        var step = 1L;
        foreach (var dim in buffer.Order.Reverse())
        {
            strides[dim] = step;
            step *= shape[dim];
        }

        var size = value.Type.Size();
        for (var i = 0; i < value.Count; i++)
        {
            var (left, place) = ((long)i, 0L);
            for (var dim = shape.Length - 1; dim >= 0; dim--)
            {
                place += left % shape[dim] * strides[dim];
                left /= shape[dim];
            }

            visit(i * size, (int)place * size, size);
        }
    }
}
