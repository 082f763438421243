using System.Globalization;
using System.Text.Json;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Kernels;

/// <summary>Zeros, infinities, NaN, denormals and the edges of ranges against what PyTorch gives (special_values.py).</summary>
public sealed class SpecialValueTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Functions_give_what_PyTorch_gives(DType type)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(ModelFiles.Repository, "tests/Sconce.Tests/Kernels/special_values.json")));
        var table = file.RootElement.GetProperty(type.Name());
        var (inputs, pairs) = (Numbers(table.GetProperty("inputs")), Numbers(table.GetProperty("pairs")));
        var harness = new KernelHarness();
        var wanted = new List<(string Name, double[] Arguments, double[] Values)>();
        foreach (var function in table.GetProperty("unary").EnumerateObject())
        {
            var (x, y) = (Steps.Buffer("x", type, inputs.Length), Steps.Buffer("y", type, inputs.Length));
            harness.Add(function.Name, [Steps.Map(y, axes => x.At(axes).Apply(Enum.Parse<UnaryOp>(function.Name)))], evaluate: false,
                inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = Tensor(type, inputs) });
            wanted.Add((function.Name, inputs, Numbers(function.Value)));
        }

        foreach (var function in table.GetProperty("binary").EnumerateObject())
        {
            var count = pairs.Length;
            var (a, b, y) = (Steps.Buffer("a", type, count), Steps.Buffer("b", type, count), Steps.Buffer("y", type, count, count));
            harness.Add(function.Name, [Steps.Map(y, axes => a.At(axes[0]).Apply(Enum.Parse<BinaryOp>(function.Name), b.At(axes[1])))], evaluate: false,
                inputs: new Dictionary<TensorBuffer, TensorValue> { [a] = Tensor(type, pairs), [b] = Tensor(type, pairs) });
            wanted.Add((function.Name, [.. pairs.SelectMany(_ => pairs)], Numbers(function.Value)));
        }

        var differences = new List<string>();
        foreach (var ((name, arguments, values), (_, _, result)) in wanted.Zip(harness.Results()))
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (!Same(name, values[i], result.GetFloat(i), type))
                {
                    differences.Add($"{name} #{i} ({arguments[i]:R}): {result.GetFloat(i):R}, PyTorch {values[i]:R}");
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static bool Same(string name, double wanted, double got, DType type)
    {
        // Near their zeros PyTorch's own digits end early (its erf gives 0 below 1e-9), or ours do.
        var absolute = name is "Erf" or "Lgamma" or "Digamma" ? (type == DType.Float32 ? 1.2e-7 : 5e-15) : 0;
        if (double.IsNaN(wanted) || double.IsInfinity(wanted))
        {
            return wanted.Equals(got);
        }

        // Of two zeros PyTorch takes either.
        if (wanted == 0 && got == 0)
        {
            return double.IsNegative(wanted) == double.IsNegative(got) || name is "Min" or "Max";
        }

        var (relative, smallest) = type == DType.Float32 ? (6e-7, 1.2e-38) : (2e-14, 2.3e-308);
        return Math.Abs(wanted - got) <= Math.Max(relative * Math.Max(Math.Abs(wanted), wanted == 0 ? 0 : smallest), absolute);
    }

    private static double[] Numbers(JsonElement list) =>
        [.. list.EnumerateArray().Select(text => text.GetString() switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            var number => double.Parse(number!, CultureInfo.InvariantCulture),
        })];

    private static TensorValue Tensor(DType type, double[] numbers)
    {
        var value = new TensorValue(type, [numbers.Length]);
        for (var i = 0; i < numbers.Length; i++)
        {
            value.SetFloat(i, numbers[i]);
        }

        return value;
    }}
