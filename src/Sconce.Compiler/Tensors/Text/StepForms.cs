using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>A kind of step in text: its name, what it has beside computations, and how it is made of both.</summary>
internal sealed record StepForm(string Name, Type Kind, Func<Step, IEnumerable<(string Name, Parameter Value)>> Parameters, Func<StepText, Step> Make)
{
    public static StepForm Of<TStep>(string name, Func<TStep, IEnumerable<(string Name, Parameter Value)>> parameters, Func<StepText, TStep> make)
        where TStep : Step => new(name, typeof(TStep), step => parameters((TStep)step), make);
}

/// <summary>The text of each kind of step, a line or two each. A loop, which has steps inside, is the printer's and the parser's own.</summary>
internal static class StepForms
{
    public static ImmutableArray<StepForm> All { get; } =
    [
        StepForm.Of<MapStep>("map", _ => [], text => new(text.Targets[0], text.Computations[0].Axes, text.Values[0])),
        StepForm.Of<ReduceStep>("reduce", step => [Combining(step.Reducers)], text =>
            new(text.Targets, text.Computations[0].Axes, text.Computations[0].Over, Reducers(text), text.Values[Count(text)..])),
        StepForm.Of<ScanStep>("scan", step => [Combining(step.Reducers)], text =>
            new(text.Targets, text.Computations[0].Axes, text.Computations[0].Over[0], Reducers(text), text.Values[Count(text)..])),
        StepForm.Of<ScatterStep>("scatter", step => [("mode", Parameter.Of(step.Mode))], text =>
            new(text.Targets[0], text.Computations[0].Axes, text.Values[0], text["mode"].Enum<ScatterMode>(), text.Values.Length > 1 ? text.Values[1] : null)),
        StepForm.Of<SortStep>("sort", step => [("kept", new Parameter.OfAxis(step.Kept)), .. Flag("descending", step.Descending)], text =>
            new(text.Writes[0], text.Writes[1], text.Computations[0].Axes, text.Computations[0].Over[0], text["kept"].Axis, text.Values[0], text.Has("descending"))),
        StepForm.Of<ContractionStep>("contract", _ => [], text =>
        {
            var (left, right) = (text.Computations[0], text.Computations[1]);
            return new(text.Targets[0], left.Axes[..^1], left.Axes[^1], right.Axes[^1], left.Over[0], left.Value, right.Value, text.Values[2]);
        }),
        StepForm.Of<ConvolutionStep>("convolve", step =>
        [
            ("stride", Parameter.Of(step.Stride)), ("dilation", Parameter.Of(step.Dilation)), ("groups", Parameter.Of([step.Groups])),
            .. step.Spread is { } spread ? [("spread", Parameter.Of(spread.Step)), ("first", Parameter.Of(spread.First))] : ImmutableArray<(string, Parameter)>.Empty,
        ], text =>
            new(text.Targets[0], text.Computations[2].Axes, text.Computations[0].Axes, text.Values[0], text.Computations[1].Axes, text.Values[1],
                text["stride"].Ints, text["dilation"].Ints, text["groups"].Int, text.Values[2])
            {
                Spread = text.Has("spread") ? new(text["spread"].Ints, text["first"].Ints) : null,
            }),
        StepForm.Of<AttentionStep>("attend", step => Flag("hidden_rows_are_zero", step.HiddenRowsAreZero), text =>
        {
            var (query, key, value) = (text.Computations[0], text.Computations[1], text.Computations[2]);
            return new(
                text.Targets[0], new(key.Axes, query.Axes[^1], key.Over[0], query.Over[0], value.Axes[^1]), new(query.Value, key.Value, value.Value, text.Values[3]),
                text.Has("hidden_rows_are_zero"), text.Values[4]);
        }),
        StepForm.Of<FourierStep>("transform", step =>
            [
                ("form", Parameter.Of(step.Form)), ("output", new Parameter.OfAxis(step.Output)),
                .. step.Plan is { } plan ? [("size", Parameter.Of([plan.Size]))] : ImmutableArray<(string, Parameter)>.Empty,
                .. step.Made is { } made ? [("made", new Parameter.OfBuffer(made))] : ImmutableArray<(string, Parameter)>.Empty,
            ],
            text => new(
                text.Writes, text.Computations[0].Axes, text.Computations[0].Over[0], text["output"].Axis, text.Values[0], text.Values[1], text["form"].Enum<FourierForm>(),
                text.Has("size") ? new FourierPlan(text["form"].Enum<FourierForm>(), text["size"].Int) : null, text.Values[2], (LoadExpr)text.Values[3])
            {
                Made = text.Has("made") ? text["made"].Buffer : null,
            }),
        StepForm.Of<MatrixStep>("matrix", step =>
            [("work", Parameter.Of(step.Work)), .. step.Results.SelectMany((result, i) => new[] { ($"rows{i}", (Parameter)new Parameter.OfAxis(result.Row)), ($"columns{i}", new Parameter.OfAxis(result.Column)) })],
            text => new(
                text["work"].Enum<MatrixWork>(), text.Writes, text.Computations[0].Axes, [.. text.Computations.Select(matrix => new MatrixOperand(matrix.Value, matrix.Over[0], matrix.Over[1]))],
                [.. text.Writes.Select((_, i) => new MatrixResult(text[$"rows{i}"].Axis, text[$"columns{i}"].Axis))])),
        StepForm.Of<CheckStep>("check", step => [("message", new Parameter.Text(step.Message))], text =>
            new(text.Writes[0], text.Computations[0].Axes, text.Values[0], text.Values[1], text.Values[2].ToIndex(Interval.All), text["message"].String)),
    ];

    /// <summary>A kind that the table lacks is printed all the same, by its name and its computations; it cannot be read back.</summary>
    public static StepForm Of(Step step) => All.FirstOrDefault(form => form.Kind == step.GetType())
        ?? new(step.GetType().Name, step.GetType(), _ => [], _ => throw new NotSupportedException($"{step.GetType().Name} is no kind of step in text."));

    /// <summary>What a step is, in a word: a map that only moves elements is a view.</summary>
    public static string KindOf(Step step) => step switch
    {
        MapStep { Body: LoadExpr } => "view",
        RegionStep => "region",
        MatrixStep => "matrix kernel",
        _ => Of(step).Name,
    };

    private static IEnumerable<(string, Parameter)> Flag(string name, bool set) => set ? [(name, new Parameter.Flag())] : [];

    private static (string, Parameter) Combining(ImmutableArray<Reducer> reducers) =>
        ("combine", new Parameter.Words([.. reducers.Select(reducer => $"{reducer.Combiner}".ToLowerInvariant())]));

    private static int Count(StepText text) => text["combine"].Enums<Combiner>().Length;

    private static ImmutableArray<Reducer> Reducers(StepText text) =>
        [.. text["combine"].Enums<Combiner>().Zip(text.Values, (combiner, value) => new Reducer(combiner, value))];
}
