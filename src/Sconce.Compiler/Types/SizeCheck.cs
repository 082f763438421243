namespace Sconce.Compiler.Types;

/// <summary>A condition that the sizes of a run's inputs must meet, with what an error says where they do not.</summary>
/// <param name="Condition">Over the program's symbols alone: it is looked at before anything is computed.</param>
/// <param name="Why">Why it must hold, as a sentence in the middle of another: "PyTorch assumed it when it exported the model".</param>
/// <param name="Source">The line of Python that needs it, where that is known.</param>
public sealed record SizeCheck(SizeCondition Condition, string Why, string? Source = null)
{
    private readonly string? text;

    /// <summary>The condition as people read it: <c>x.shape[0] % 2 == 0</c>; by its symbols' names unless set.</summary>
    public string Text { get => text ?? $"{Condition}"; init => text = value; }

    public static SizeCheck Equal(Dim left, Dim right, string why, string? source = null) => Of(left, SizeComparison.Equal, right, why, source);

    public static SizeCheck Less(Dim left, Dim right, string why, string? source = null) => Of(left, SizeComparison.Less, right, why, source);

    public static SizeCheck LessOrEqual(Dim left, Dim right, string why, string? source = null) => Of(left, SizeComparison.LessOrEqual, right, why, source);

    public static SizeCheck NotEqual(Dim left, Dim right, string why, string? source = null) => Of(left, SizeComparison.NotEqual, right, why, source);

    private static SizeCheck Of(Dim left, SizeComparison comparison, Dim right, string why, string? source) =>
        new(new SizeCondition.Compare(left, comparison, right), why, source);
}
