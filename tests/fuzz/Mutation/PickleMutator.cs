namespace Sconce.Fuzz.Mutation;

/// <summary>Changes a pickle, which is a program for a stack machine, by its instructions.</summary>
internal static class PickleMutator
{
    private static readonly byte[][] Instructions =
    [
        [(byte)'('], [(byte)'0'], [(byte)'1'], [(byte)'2'], [(byte)'N'], [0x88], [0x89], [(byte)'K', 1], [(byte)'M', 255, 255], [(byte)'J', 255, 255, 255, 127],
        [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 128], [0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1], [(byte)'G', 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0x8c, 1, (byte)'a'], [(byte)'X', 255, 255, 255, 255],
        [(byte)']'], [0x8f], [(byte)'}'], [(byte)')'], [0x85], [0x86], [0x87], [(byte)'t'], [(byte)'l'], [(byte)'d'], [(byte)'a'], [(byte)'e'], [(byte)'s'], [(byte)'u'],
        [(byte)'c', (byte)'a', (byte)'\n', (byte)'b', (byte)'\n'], [0x93], [(byte)'R'], [0x81], [0x92], [(byte)'b'], [(byte)'Q'], [(byte)'q', 0], [0x94], [(byte)'h', 0], [(byte)'.'],
    ];

    public static byte[] Mutate(byte[] pickle, Random random)
    {
        if (random.OneIn(3))
        {
            return ByteMutator.Mutate(pickle, random);
        }

        var at = random.Next(pickle.Length + 1);
        var copies = random.OneIn(10) ? random.Next(100_000) : 1;
        return [.. pickle[..at], .. Enumerable.Repeat(random.Of(Instructions), copies).SelectMany(bytes => bytes), .. pickle[at..]];
    }
}
