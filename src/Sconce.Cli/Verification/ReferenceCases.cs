using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// Cases for a model without files of PyTorch's numbers: the inputs that the archive keeps, and random ones over the whole range of its sizes, with the
/// outputs that the reference evaluator gives for them.
/// </summary>
internal sealed class ReferenceCases
{
    /// <summary>Operations and bytes moved, of all the cases of a model together: the evaluator takes about half a minute for them.</summary>
    private const long MostWork = 4_000_000_000;

    /// <summary>A size that the model leaves open upwards is tried up to this.</summary>
    private const long OpenEnd = 4096;

    private const long MostInputBytes = 64 << 20;

    /// <summary>So often sizes are drawn anew, from a range that gets smaller, where the model refuses them or they are too large.</summary>
    private const int Attempts = 64;

    /// <summary>Random inputs where nothing else is said.</summary>
    private const int UsualSamples = 3;

    private const string Kept = "the file's sample inputs";

    private readonly ReferenceRun reference;
    private readonly long seed;
    private readonly ManifestView manifest;
    private readonly List<Case> cases = [];
    private readonly List<string> compared = [];
    private string leftOut = "";
    private long workLeft = MostWork;

    private ReferenceCases(ReferenceRun reference, ManifestView manifest, long seed) => (this.reference, this.manifest, this.seed) = (reference, manifest, seed);

    public IReadOnlyList<Case> Cases => cases;

    /// <summary>What the model is held to, and what had to be left out.</summary>
    public string Note => (compared.Count > 0 ? $"compared with the reference evaluator on {string.Join(" and ", compared)}" : "compiled only") + leftOut;

    /// <param name="reference">The model.</param>
    /// <param name="manifest">What it became.</param>
    /// <param name="kept">The inputs that its file keeps, if it does.</param>
    /// <param name="beside">Cases of files beside it, of whose inputs more are made.</param>
    /// <param name="samples">So many random inputs; where null, a few.</param>
    /// <param name="seed">What the model's random numbers are made from.</param>
    /// <param name="patience">After so long no more random inputs are tried; null for any time.</param>
    public static ReferenceCases Make(
        ReferenceRun reference, ManifestView manifest, IReadOnlyDictionary<string, TensorData>? kept, IReadOnlyList<Case> beside, int? samples, long seed = 0, TimeSpan? patience = null)
    {
        var (made, began) = (new ReferenceCases(reference, manifest, seed), Stopwatch.GetTimestamp());
        made.AddKept(kept);
        made.AddBeside(beside);
        made.AddRandom(samples ?? UsualSamples, () => made.cases.Count > 0 && Stopwatch.GetElapsedTime(began) > patience);
        return made;
    }

    private void AddKept(IReadOnlyDictionary<string, TensorData>? kept)
    {
        if (kept is not null)
        {
            if (Add(Kept, [.. kept.Values], SizesOf(kept)))
            {
                compared.Add(Kept);
            }
            else
            {
                leftOut += $"; not on {Kept}, which would take the evaluator too long";
            }
        }
    }

    /// <summary>The inputs of the files that have PyTorch's numbers.</summary>
    private void AddBeside(IReadOnlyList<Case> beside)
    {
        var done = 0;
        foreach (var (file, call) in beside.SelectMany(one => one.Calls.Where(call => !call.Raised).Select(call => (one.File, call))))
        {
            ImmutableArray<TensorData> inputs = [.. call.Inputs.Zip(manifest.Inputs, (input, port) => HalfPrecision.ForType(input, port.Type))];
            done += inputs.Length == manifest.Inputs.Length
                && Add(Path.GetFileName(file), inputs, SizesOf(manifest.Inputs.Zip(inputs).ToDictionary(pair => pair.First.Name, pair => pair.Second))) ? 1 : 0;
        }

        if (done > 0)
        {
            compared.Add($"{done} file{(done == 1 ? "'s" : "s'")} inputs");
        }
    }

    private void AddRandom(int samples, Func<bool> enough)
    {
        // The same ones each time, so that a failure can be looked at again.
        var random = new Random(samples);
        var (done, refused) = (0, 0);
        for (var number = 0; number < samples && !enough(); number++)
        {
            if (Draw(random, least: number == 0) is not { } sizes)
            {
                continue;
            }

            var text = string.Join(", ", sizes.Select(size => $"{size.Key} = {size.Value.ToString(CultureInfo.InvariantCulture)}"));
            done += Add($"random inputs{(text.Length > 0 ? $" of {text}" : "")}", [.. manifest.Inputs.Select(port => RandomInput(random, port, sizes))], sizes) ? 1 : 0;
            refused += cases is [.., { Calls: [{ Raised: true }] }] ? 1 : 0;
        }

        if (done > 0)
        {
            compared.Add($"{done} random one{(done == 1 ? "" : "s")}{(refused > 0 ? $" (of which the model refuses {refused})" : "")}");
        }

        if (done < samples)
        {
            leftOut += $"; {samples - done} random one{(samples - done == 1 ? "" : "s")} left out, which would take the evaluator too long or have sizes that the model refuses";
        }
    }

    /// <summary>What the evaluator gives for inputs; false where that would take too long.</summary>
    private bool Add(string name, ImmutableArray<TensorData> inputs, IReadOnlyDictionary<string, long> sizes)
    {
        var work = WorkOf(sizes);
        if (work > workLeft)
        {
            return false;
        }

        workLeft -= work;
        reference.Reset();
        Call call;
        try
        {
            call = new(inputs, [.. reference.Run(inputs, seed).Outputs], Reset: true);
        }
        catch (SconceException)
        {
            // An index out of range, say: then the model has to refuse them too.
            call = new(inputs, [], Reset: true, Raised: true);
        }

        cases.Add(new(name, [call]));
        return true;
    }

    /// <summary>The least sizes, or any up to the largest: small ones as often as large ones.</summary>
    private Dictionary<string, long>? Draw(Random random, bool least)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var reach = 1 - (attempt / (double)Attempts);
            var sizes = manifest.Symbols.ToDictionary(symbol => symbol.Name, symbol => least && attempt == 0 ? symbol.Min : Between(random, symbol, reach));
            var bytes = manifest.Inputs.Sum(port => (double)UsualSizes.At(Dim.Product(port.Shape), symbol => sizes[symbol.Name]) * port.Type.Size());
            if (bytes <= MostInputBytes && manifest.Checks.All(check => Holds(check.Condition, sizes))
                && WorkOf(sizes) <= workLeft)
            {
                return sizes;
            }
        }

        return null;
    }

    private long WorkOf(IReadOnlyDictionary<string, long> sizes) => UsualSizes.At(reference.Work, symbol => sizes.GetValueOrDefault(symbol.Name, symbol.Min));

    private static long Between(Random random, Symbol symbol, double reach)
    {
        var least = Math.Max(symbol.Min, 0);
        var most = Math.Max(symbol.Max ?? OpenEnd, least);
        var drawn = Math.Exp(random.NextDouble() * reach * Math.Log(most - least + 1.0));
        return Math.Min(least + (long)drawn - 1, most);
    }

    private static bool Holds(SizeCondition condition, Dictionary<string, long> sizes)
    {
        try
        {
            return condition.Holds(leaf => leaf is Symbol symbol ? sizes.GetValueOrDefault(symbol.Name) : 0);
        }
        catch (ArithmeticException)
        {
            return false;
        }
    }

    /// <summary>The sizes that inputs have, as far as a dim names one alone.</summary>
    private Dictionary<string, long> SizesOf(IReadOnlyDictionary<string, TensorData> inputs)
    {
        var sizes = new Dictionary<string, long>();
        foreach (var port in manifest.Inputs)
        {
            var (dims, shape) = manifest.Integers.GetValueOrDefault(port.Name) is { } integer
                ? ([integer], [BitConverter.ToInt64(inputs[port.Name].ToDense().Span)])
                : (port.Shape, inputs[port.Name].Shape);
            foreach (var (dim, size) in dims.Zip(shape))
            {
                foreach (var symbol in manifest.Symbols.Where(symbol => dim.LinearIn(symbol) is ({ IsConstant: true, Value: not 0 }, { IsConstant: true })))
                {
                    var (scale, offset) = dim.LinearIn(symbol)!.Value;
                    sizes[symbol.Name] = (size - offset.Value) / scale.Value;
                }
            }
        }

        return sizes;
    }

    /// <summary>Floats about 0, and integers 0 or 1, which are indices wherever two rows are.</summary>
    private TensorData RandomInput(Random random, Port port, Dictionary<string, long> sizes)
    {
        if (manifest.Integers.GetValueOrDefault(port.Name) is { } integer)
        {
            return TensorData.Dense(DType.Int64, [], BitConverter.GetBytes(UsualSizes.At(integer, symbol => sizes[symbol.Name])));
        }

        ImmutableArray<long> shape = [.. port.Shape.Select(dim => UsualSizes.At(dim, symbol => sizes[symbol.Name]))];
        var count = (int)shape.Aggregate(1L, (product, size) => product * size) * (port.Type.IsComplex() ? 2 : 1);
        switch (port.Type)
        {
            case DType.Float64 or DType.Complex128:
                return Filled(() => (2 * random.NextDouble()) - 1);
            case DType.Float32 or DType.Complex64:
                return Filled(() => (2 * random.NextSingle()) - 1);
            case DType.Complex32:
                var parts = Enumerable.Range(0, count).Select(_ => (Half)((2 * random.NextSingle()) - 1)).ToArray();
                return TensorData.Dense(port.Type, shape, MemoryMarshal.AsBytes(parts.AsSpan()).ToArray());
            case var type when type.IsNarrow():
                var wide = Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1).ToArray();
                return HalfPrecision.Narrow(TensorData.Dense(DType.Float32, shape, MemoryMarshal.AsBytes(wide.AsSpan()).ToArray()), port.Type);
            default:
                var bytes = new byte[count * port.Type.Size()];
                for (var i = 0; i < bytes.Length; i += port.Type.Size())
                {
                    bytes[i] = (byte)random.Next(2);
                }

                return TensorData.Dense(port.Type, shape, bytes);
        }

        TensorData Filled<T>(Func<T> next)
            where T : unmanaged
        {
            var numbers = new T[count];
            for (var i = 0; i < count; i++)
            {
                numbers[i] = next();
            }

            return TensorData.Dense(port.Type, shape, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());
        }
    }
}
