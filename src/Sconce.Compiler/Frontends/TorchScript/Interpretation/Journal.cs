namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>A place whose contents change while the program is gone through: a variable, an attribute, a list's items, a tensor's memory.</summary>
internal sealed class Cell(object? content, long born)
{
    private HashSet<Cell>? bases;
    private HashSet<Cell>? sharers;

    public object? Content { get; set; } = content;

    /// <summary>What it holds; where that is one of two, the one that is taken here.</summary>
    public object? Now => EitherContent.Of(this);

    /// <summary>When it was made, as the journal counts.</summary>
    public long Born { get; } = born;

    /// <summary>Whether other names may hold what is the same as this in the program: it must not be written.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Where it is an item of a list whose items are rows: puts what is written to it into them, and gives the memory where it lies from then on.</summary>
    public Func<object, IEnumerable<Cell>>? Within { get; init; }

    /// <summary>Whether it lies in a list whose items are rows, which know nothing of it any more: it must not be written.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether another cell that stands for it must not be written.</summary>
    public bool MustStay => IsHeld || Within is not null;

    /// <summary>The loop that carries it, where what else it may be is doubtful for that alone.</summary>
    public Language.Statement? Loop { get; set; }

    /// <summary>The cells of which this may be one.</summary>
    public IEnumerable<Cell> Bases => bases ?? [this];

    /// <summary>Cells that may be this one: whether an operator gave a view or a copy, or which of two a branch left, could not be told.</summary>
    public IEnumerable<Cell> Doubtful => Bases.SelectMany(cell => cell.sharers ?? []).Where(cell => cell != this).Distinct();

    /// <summary>From now on this may be another one, and what that may be.</summary>
    public void MayBe(Cell other)
    {
        if (other != this)
        {
            bases ??= [this];
            foreach (var cell in other.Bases.ToList())
            {
                bases.Add(cell);
                (cell.sharers ??= [cell]).Add(this);
            }
        }
    }

    /// <summary>Whether it is known already that this may be another one.</summary>
    public bool IsPerhaps(Cell other) => other == this || other.Bases.All(cell => cell == this || bases?.Contains(cell) == true);
}

/// <summary>A copy of a list or an object is written to, and others may hold it.</summary>
internal sealed class CopyWrittenException() : Exception("a copy of what others may hold is written");

/// <summary>
/// Writes down what each cell held, so that what a branch or a loop body did can be looked at, undone and done again: a body is gone through several times, and two branches both begin with
/// what was there before.
/// </summary>
internal sealed class Journal
{
    private readonly Stack<Dictionary<Cell, object?>> levels = [];
    private long clock;

    /// <summary>The time, which goes on with every new cell.</summary>
    public long Now => clock;

    public Cell New(object? content, bool isCopy = false) => new(content, clock++) { IsCopy = isCopy };

    public Cell New(object? content, Func<object, IEnumerable<Cell>> within) => new(content, clock++) { Within = within };

    public void Set(Cell cell, object? content)
    {
        if (cell.IsCopy)
        {
            throw new CopyWrittenException();
        }

        Put(cell, content);
    }

    /// <summary>From now on it is not known what a cell holds: a tensor's memory, or a list or dict that may lie in the same rows.</summary>
    public void Lose(Cell cell, Contents lost, string why)
    {
        Set(cell, IsMemory(cell.Content) ? lost : new Datum.Unusable(why));

        static bool IsMemory(object? content) => content is Contents || (content is EitherContent either && IsMemory(either.First));
    }

    /// <summary>Says in other words what a cell holds.</summary>
    public void Put(Cell cell, object? content)
    {
        if (levels.TryPeek(out var level))
        {
            level.TryAdd(cell, cell.Content);
        }

        cell.Content = content;
    }

    public int Depth => levels.Count;

    public void Begin() => levels.Push(new(ReferenceEqualityComparer.Instance));

    /// <summary>Undoes what was done since <see cref="Begin"/>, and gives what each cell held at the end.</summary>
    public Dictionary<Cell, object?> Undo()
    {
        var level = levels.Pop();
        var after = new Dictionary<Cell, object?>(ReferenceEqualityComparer.Instance);
        foreach (var (cell, before) in level)
        {
            after.Add(cell, cell.Content);
            cell.Content = before;
        }

        return after;
    }

    /// <summary>Ends what was begun, and lets all stand that was done since.</summary>
    public void Keep()
    {
        var level = levels.Pop();
        if (levels.TryPeek(out var outer))
        {
            foreach (var (cell, before) in level)
            {
                outer.TryAdd(cell, before);
            }
        }
    }

    /// <summary>The cells written since <see cref="Begin"/>, and what each held before.</summary>
    public IReadOnlyDictionary<Cell, object?> Changed => levels.Peek();
}
