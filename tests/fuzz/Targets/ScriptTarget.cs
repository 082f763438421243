using System.IO.Compression;
using System.Text;
using Sconce.Compiler;
using Sconce.Compiler.Frontends;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>TorchScript archives, and files that only look like them: pickles by their instructions, code by its words and lines, the rest by its bytes.</summary>
internal sealed class ScriptTarget : ITarget
{
    private static readonly string[] Words =
    [
        "self", "None", "True", "0", "-1", "9223372036854775807", "1e308", "torch", "ops.prim", "CONSTANTS.c0", "CONSTANTS.c99", "annotate", "uninitialized", "List[Tensor]", "Optional[int]", "Tensor",
        "(", ")", "[", "]", "{", "}", ",", ":", "=", ".", "\"", "if", "else", "while", "for", "in", "return", "def", "class", "raise", "with", "pass", "\n", "  ",
    ];

    private readonly Lazy<byte[][]> seeds = new(() =>
        [.. Directory.GetFiles(Path.Combine(Folders.Models, "torchscript"), "*.pt").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]);

    public string Name => "torchscript";

    public string Extension => ".pt";

    public double Share => 2;

    public byte[] Make(Recipe recipe)
    {
        var bytes = recipe.Base.Of(seeds.Value);
        foreach (var random in recipe.Mutations)
        {
            bytes = Mutate(bytes, random);
        }

        return bytes;
    }

    public void Try(byte[] file) =>
        Compilation.Compile(file, "case.pt", new CompileOptions { Inputs = InputSpecParser.Parse(["in0=2x5"]) }).WriteTo(Stream.Null);

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        if (random.OneIn(8) || !bytes.AsSpan().StartsWith("PK"u8))
        {
            return ByteMutator.Mutate([.. bytes], random);
        }

        ArchiveFile archive;
        try
        {
            archive = new ArchiveFile(bytes);
        }
        catch (InvalidDataException)
        {
            return bytes;
        }

        if (archive.Names.Count == 0)
        {
            return bytes;
        }

        var name = random.Of(archive.Names);
        if (random.OneIn(10))
        {
            archive.Remove(name);
        }
        else
        {
            archive[name] = name.EndsWith(".py", StringComparison.Ordinal) ? Code(archive[name], random)
                : name.EndsWith("pkl", StringComparison.Ordinal) ? PickleMutator.Mutate(archive[name], random)
                : ByteMutator.Mutate(archive[name], random);
        }

        return archive.ToBytes(random.OneIn(4) ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
    }

    /// <summary>A word more, or in place of another, or a line somewhere else.</summary>
    private static byte[] Code(byte[] code, Random random)
    {
        var text = Encoding.UTF8.GetString(code);
        if (random.OneIn(3))
        {
            var lines = text.Split('\n').ToList();
            var line = random.Of(lines);
            lines.Insert(random.Next(lines.Count + 1), line);
            return Encoding.UTF8.GetBytes(string.Join('\n', lines));
        }

        var at = random.Next(text.Length + 1);
        var cut = Math.Min(random.Next(6), text.Length - at);
        var copies = random.OneIn(20) ? random.Next(20_000) : 1;
        return Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, at), string.Concat(Enumerable.Repeat(random.Of(Words), copies)), text.AsSpan(at + cut)));
    }
}
