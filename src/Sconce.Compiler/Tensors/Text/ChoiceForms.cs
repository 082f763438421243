using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>A kernel's choice in text: its name, what it has beside memory, and how it is made of that.</summary>
internal sealed record ChoiceForm(string Name, Type Kind, Func<KernelChoice, IEnumerable<(string Name, Parameter Value)>> Parameters, Func<Func<string, Parameter?>, KernelChoice> Make)
{
    public static ChoiceForm Of<TChoice>(string name, Func<TChoice, IEnumerable<(string Name, Parameter Value)>> parameters, Func<Func<string, Parameter?>, TChoice> make)
        where TChoice : KernelChoice => new(name, typeof(TChoice), choice => parameters((TChoice)choice), make);
}

/// <summary>The text of each kernel's choice, some lines each: <c>kernel panels(left=float32, right=float16, sums=float32, width=8, rows=[4, 6])</c>.</summary>
internal static class ChoiceForms
{
    public static ImmutableArray<ChoiceForm> All { get; } =
    [
        ChoiceForm.Of<KernelChoice.Loops>("loops", _ => [], _ => KernelChoice.Loops.Instance),
        ChoiceForm.Of<KernelChoice.Panels>(
            "panels", choice => [("left", Stored(choice.Left)), ("right", Stored(choice.Right)), Sums(choice.Sums), Number("width", choice.Width), Rows(choice.Rows)],
            text => new(Stored(text, "left"), Stored(text, "right"), Sums(text), Number(text, "width"), Rows(text))),
        ChoiceForm.Of<KernelChoice.Depthwise>(
            "depthwise",
            choice => [("input", Stored(choice.Input)), ("weight", Stored(choice.Weight)), Sums(choice.Sums), Number("pixels", choice.Pixels), .. Flag("padded", choice.IsPadded)],
            text => new(Stored(text, "input"), Stored(text, "weight"), Sums(text), Number(text, "pixels"), text("padded") is not null)),
        ChoiceForm.Of<KernelChoice.Winograd>(
            "winograd",
            choice =>
            [
                Number("outputs", choice.Outputs), ("input", Stored(choice.Input)), ("weight", Stored(choice.Weight)), Sums(choice.Sums), Number("width", choice.Width), Rows(choice.Rows),
            ],
            text => new(Number(text, "outputs"), Stored(text, "input"), Stored(text, "weight"), Sums(text), Number(text, "width"), Rows(text))),
        ChoiceForm.Of<KernelChoice.Attention>(
            "attention",
            choice =>
            [
                Number("block", choice.Block), ("keys", Stored(choice.Keys)), Number("key_width", choice.KeyWidth), ("values", Stored(choice.Values)),
                Number("value_width", choice.ValueWidth), Sums(choice.Sums), Rows(choice.Rows), .. Maybe("key_step", choice.KeyStep), .. Maybe("value_step", choice.ValueStep),
            ],
            text => new(Number(text, "block"), Stored(text, "keys"), Number(text, "key_width"), Stored(text, "values"), Number(text, "value_width"), Sums(text), Rows(text))
            {
                KeyStep = text("key_step")?.Int,
                ValueStep = text("value_step")?.Int,
            }),
        ChoiceForm.Of<KernelChoice.Scan>(
            "scan", choice => [("way", Parameter.Of(choice.Way)), .. Maybe("part", choice.Part)],
            text => new(Needed(text, "way").Enum<ScanWay>(), text("part")?.Int)),
        ChoiceForm.Of<KernelChoice.Sort>(
            "sort", choice => [Number("words", choice.Words), .. Flag("selects", choice.Selects)], text => new(Number(text, "words"), text("selects") is not null)),
        ChoiceForm.Of<KernelChoice.Scatter>("scatter", choice => [Number("parts", choice.Parts)], text => new(Number(text, "parts"))),
        ChoiceForm.Of<KernelChoice.Matrices>("matrices", _ => [], _ => new()),
        ChoiceForm.Of<KernelChoice.Fourier>("fourier", choice => Flag("planned", choice.IsPlanned), text => new(text("planned") is not null)),
    ];

    public static ChoiceForm Of(KernelChoice choice) => All.FirstOrDefault(form => form.Kind == choice.GetType()) ?? throw new NotSupportedException($"{choice.GetType().Name} has no text.");

    private static Parameter Needed(Func<string, Parameter?> text, string name) => text(name) ?? throw new FormatException($"a kernel's {name} is missing");

    private static Parameter.Words Stored(Storage storage) => new([storage.Name]);

    private static Storage Stored(Func<string, Parameter?> text, string name) => Storage.Named(Needed(text, name).Word)
        ?? throw new FormatException($"nothing is stored as '{Needed(text, name).Word}'");

    private static (string, Parameter) Sums(DType type) => ("sums", new Parameter.Words([type.Name()]));

    private static DType Sums(Func<string, Parameter?> text) => Needed(text, "sums").Enum<DType>();

    private static (string, Parameter) Number(string name, int value) => (name, Parameter.Of([value]));

    private static IEnumerable<(string, Parameter)> Maybe(string name, int? value) => value is { } number ? [Number(name, number)] : [];

    private static int Number(Func<string, Parameter?> text, string name) => Needed(text, name).Int;

    private static (string, Parameter) Rows(StripRows rows) => ("rows", Parameter.Of([rows.Plain, rows.Fused]));

    private static StripRows Rows(Func<string, Parameter?> text) => Needed(text, "rows").Ints is [var plain, var fused] ? new(plain, fused) : throw new FormatException("a kernel has two numbers of rows");

    private static IEnumerable<(string, Parameter)> Flag(string name, bool set) => set ? [(name, new Parameter.Flag())] : [];
}
