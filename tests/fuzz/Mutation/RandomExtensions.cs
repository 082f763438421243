namespace Sconce.Fuzz.Mutation;

/// <summary>What cases are made of.</summary>
internal static class RandomExtensions
{
    private static readonly long[] Edges =
    [
        0, 1, -1, 2, -2, 3, 4, 5, 7, 8, 9, 16, 17, 63, 64, 65, 127, 128, 255, 256, 1000, 4095, 65535, 65536, int.MaxValue, 1L << 31, int.MinValue,
        uint.MaxValue, 1L << 32, 1L << 33, 1L << 39, 1L << 40, (1L << 40) + 1, 1L << 53, 1L << 62, long.MaxValue, long.MaxValue - 1, long.MinValue, long.MinValue + 1,
    ];

    private static readonly string[] Names =
    [
        "", " ", "constructor", "__proto__", "toString", "hasOwnProperty", "x", "in0", "output", "a.b", "../x", "\e[31mred\e[0m", "\0", "\u202e", "a\nb", "</svg>", "\"", "é", "😀",
    ];

    extension(Random random)
    {
        public T Of<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

        public bool OneIn(int count) => random.Next(count) == 0;

        /// <summary>A number at some edge.</summary>
        public long Edge() => random.OneIn(6) ? random.NextInt64(long.MinValue, long.MaxValue) : random.Of(Edges) + (random.OneIn(5) ? random.Next(-1, 2) : 0);

        /// <summary>A number such as sizes and arguments have.</summary>
        public long Small() => random.Next(-4, 10);

        public string Name() => random.OneIn(12) ? new string((char)random.Next(32, 300), 1 << random.Next(4, 18)) : random.Of(Names);
    }
}
