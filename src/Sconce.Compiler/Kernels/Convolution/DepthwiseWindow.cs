using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The sums of some pixels, for four channels or for one, while a window's taps are gone through.</summary>
internal sealed class DepthwiseWindow
{
    private readonly FunctionBuilder f;
    private readonly bool fuses;
    private readonly bool isVector;
    private readonly Local[] sums;
    private readonly List<Local> weights = [];

    public DepthwiseWindow(FunctionBuilder f, bool fuses, bool isVector, int pixels)
    {
        (this.f, this.fuses, this.isVector) = (f, fuses, isVector);
        sums = [.. Enumerable.Range(0, pixels).Select(pixel => f.Let(isVector ? V128.Zero : F32.Const(0), $"sum{pixel}"))];
    }

    public Local Sum(int pixel) => sums[pixel];

    public void LoadWeights((I32 Pointer, uint Offset)[] places)
    {
        for (var i = 0; i < places.Length; i++)
        {
            if (weights.Count <= i)
            {
                weights.Add(f.NewLocal(isVector ? WasmType.V128 : WasmType.F32, $"w{i}"));
            }

            f.Set(weights[i], Load(places[i]));
        }
    }

    /// <summary>Adds an input times a weight to each of some pixels.</summary>
    public void Multiply((I32 Pointer, uint Offset) place, (int Pixel, int Weight)[] uses)
    {
        var value = f.Let(Load(place), null).Get;
        foreach (var (pixel, weight) in uses)
        {
            f.Set(sums[pixel], Add(value, weights[weight].Get, sums[pixel].Get));
        }
    }

    private Code Load((I32 Pointer, uint Offset) place) =>
        isVector ? Memory.LoadV128(place.Pointer, place.Offset) : Memory.LoadF32(place.Pointer, place.Offset);

    private Code Add(Code a, Code b, Code sum) =>
        !isVector ? sum.AsF32() + (a.AsF32() * b.AsF32())
        : fuses ? F32x4.RelaxedMadd(a.AsV128(), b.AsV128(), sum.AsV128())
        : F32x4.Add(sum.AsV128(), F32x4.Mul(a.AsV128(), b.AsV128()));
}
