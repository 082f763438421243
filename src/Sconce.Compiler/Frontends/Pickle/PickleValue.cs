using System.Collections.Immutable;

namespace Sconce.Compiler.Frontends.Pickle;

/// <summary>
/// What a pickle says, as data. Classes and functions are names, and what they would make is kept as the call: nothing is ever looked up or run.
/// Lists, dicts and objects are mutable while the pickle is read, and may hold themselves.
/// </summary>
internal abstract class PickleValue
{
    private PickleValue()
    {
    }

    public static PickleValue Nothing { get; } = new None();

    public sealed class None : PickleValue;

    public sealed class Bool(bool value) : PickleValue
    {
        public bool Value { get; } = value;
    }

    public sealed class Int(long value) : PickleValue
    {
        public long Value { get; } = value;
    }

    public sealed class Float(double value) : PickleValue
    {
        public double Value { get; } = value;
    }

    public sealed class Text(string value) : PickleValue
    {
        public string Value { get; } = value;
    }

    public sealed class Bytes(ReadOnlyMemory<byte> value) : PickleValue
    {
        public ReadOnlyMemory<byte> Value { get; } = value;
    }

    public sealed class Tuple(ImmutableArray<PickleValue> items) : PickleValue
    {
        public ImmutableArray<PickleValue> Items { get; } = items;
    }

    /// <summary>A list or a set.</summary>
    public sealed class List : PickleValue
    {
        public List<PickleValue> Items { get; } = [];
    }

    public sealed class Dict : PickleValue
    {
        public List<(PickleValue Key, PickleValue Value)> Items { get; } = [];
    }

    /// <summary>The name of a class or function.</summary>
    public sealed class Global(string module, string name) : PickleValue
    {
        public string FullName { get; } = $"{module}.{name}";
    }

    /// <summary>A call of a function, or an instance of a class.</summary>
    public sealed class Object(Global callee, PickleValue arguments) : PickleValue
    {
        public Global Callee { get; } = callee;

        public PickleValue Arguments { get; } = arguments;

        /// <summary>What is given to <c>__setstate__</c>.</summary>
        public PickleValue State { get; set; } = Nothing;

        /// <summary>Items that are appended or set later, as to an OrderedDict.</summary>
        public List<(PickleValue Key, PickleValue Value)> Items { get; } = [];
    }

    /// <summary>A reference to something outside the pickle: a storage.</summary>
    public sealed class Persistent(PickleValue id) : PickleValue
    {
        public PickleValue Id { get; } = id;
    }
}
