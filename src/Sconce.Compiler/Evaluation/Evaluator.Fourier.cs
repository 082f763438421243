using System.Numerics;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Evaluation;

/// <summary>Fourier transforms, in float64.</summary>
public sealed partial class Evaluator
{
    private void RunFourier(FourierStep step)
    {
        var (given, size, outputs) = (checked((int)Evaluate(step.Input.Extent)), checked((int)Evaluate(step.Size)), Evaluate(step.Output.Extent));
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var (real, imaginary) = (compiler.Float(step.Real), compiler.Float(step.Imaginary));
        var scale = compiler.Float(step.Scale)();
        var row = new Complex[size];
        var (input, output) = (frame.Slot(step.Input), frame.Slot(step.Output));
        var places = step.Targets.Select(target => (To: Get(target.Buffer), Place: compiler.Place(Get(target.Buffer), target.Index))).ToArray();
        ForEach(frame, step.Axes, () =>
        {
            for (var n = 0; n < given; n++)
            {
                frame.Set(input, n);
                row[n] = new Complex(real(), step.Form == FourierForm.RealToComplex ? 0 : imaginary());
            }

            if (step.Form == FourierForm.ComplexToReal)
            {
                for (var n = 0; n < given; n++)
                {
                    row[(size - n) % size] = row[n];
                    row[n] = Complex.Conjugate(row[n]);
                }
            }

            var result = FourierTransform.Forward(row);
            for (var k = 0; k < outputs; k++)
            {
                frame.Set(output, k);
                for (var part = 0; part < places.Length; part++)
                {
                    places[part].To.SetFloat(places[part].Place(), (part == 0 ? result[k].Real : result[k].Imaginary) * scale);
                }
            }
        });
    }
}
