using System.Collections.Immutable;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>Steps whose results a last map only copies into an output write them there themselves: scans, scatters and sorts, which finish with no map.</summary>
internal static class WriteOutputs
{
    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var outputs = new Dictionary<TensorBuffer, TensorBuffer>(ReferenceEqualityComparer.Instance);
        var copies = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        foreach (var copy in program.Steps.OfType<MapStep>())
        {
            if (Source(copy, uses) is { } source && outputs.TryAdd(source, copy.Target.Buffer))
            {
                copies.Add(copy);
            }
        }

        if (copies.Count > 0)
        {
            StepTree.Replace(program, step => copies.Contains(step) ? [] : step.Targets.Any(target => outputs.ContainsKey(target.Buffer)) ? [step.With(
                step.Expressions, [.. step.Targets.Select(target => target with { Buffer = outputs.GetValueOrDefault(target.Buffer, target.Buffer) })])] : [step]);
        }
    }

    /// <summary>The buffer that the map copies as it is, where nobody else reads it or writes the output, and its writers may write elsewhere.</summary>
    public static TensorBuffer? Source(MapStep copy, ProgramUses uses)
    {
        var output = copy.Target.Buffer;
        return output.Kind == BufferKind.Output && copy.Target.IsWhole(copy.Axes) && copy.Body is LoadExpr { Buffer: { Kind: BufferKind.Temporary } source } load
            && load.Index.Length == copy.Axes.Length && load.Index.Zip(copy.Axes).All(pair => ReferenceEquals(pair.First.AsAtom, pair.Second))
            && source.Dims.SequenceEqual(output.Dims)
            && uses.Writers(output).Count == 1 && uses.Readers(output).Count == 0
            && uses.Writers(source).All(writer => writer.Scope is null && writer.Step is ScanStep or ScatterStep or SortStep or MatrixStep or MapStep)
            && uses.Writers(source).Any(writer => writer.Step is not MapStep)
            && uses.Readers(source).All(reader => ReferenceEquals(reader.Step, copy) || (reader.Step is ScatterStep && !reader.Step.Loads.Any(read => ReferenceEquals(read.Buffer, source))))
            ? source
            : null;
    }
}
