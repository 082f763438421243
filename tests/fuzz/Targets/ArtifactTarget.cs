using System.Text.Json;
using System.Text.Json.Nodes;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Commands;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>Artifacts, as the command line reads them: its tables, and its disassembler.</summary>
internal sealed class ArtifactTarget : ITarget
{
    private const int Models = 24;

    private readonly Lazy<byte[][]> artifacts = new(Compile);

    public string Name => "artifact";

    public string Extension => ".wasm";

    public double Share => 2;

    public byte[] Make(Recipe recipe)
    {
        var bytes = recipe.Base.Of(artifacts.Value);
        foreach (var random in recipe.Mutations)
        {
            bytes = random.Next(4) switch
            {
                0 => ByteMutator.Mutate([.. bytes], random),
                1 => Section(bytes, random),
                _ => ManifestSection(bytes, random),
            };
        }

        return bytes;
    }

    public void Try(byte[] file)
    {
        // Each by itself: what one refuses the other may read.
        try
        {
            var contents = ArtifactContents.Read(new MemoryStream(file), "case.wasm");
            InspectReport.Print("case.wasm", contents, TextWriter.Null);
            InspectReport.Steps(contents, TextWriter.Null);
        }
        catch (SconceException)
        {
        }

        Disassembler.Print(new MemoryStream(file), "case.wasm", TextWriter.Null);
    }

    /// <summary>Writes the artifacts that cases are made of, for the fuzzer of the runtime.</summary>
    public void Export(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (number, artifact) in artifacts.Value.Index())
        {
            File.WriteAllBytes(Path.Combine(folder, $"{number}.wasm"), artifact);
        }
    }

    /// <summary>Those that compile, spread over all models.</summary>
    private static byte[][] Compile()
    {
        var result = new List<byte[]>();
        for (var i = 0; i < Seeds.Models.Count; i += Math.Max(Seeds.Models.Count / Models, 1))
        {
            try
            {
                using var stream = new MemoryStream();
                Compilation.Compile(Seeds.Models[i], "case.pt2").WriteTo(stream);
                result.Add(stream.ToArray());
            }
            catch (SconceException)
            {
            }
        }

        return [.. result];
    }

    private static byte[] Section(byte[] bytes, Random random)
    {
        var module = new ModuleFile(bytes);
        var place = random.Next(module.Sections.Count);
        var (id, body) = module.Sections[place];
        switch (random.Next(5))
        {
            case 0:
                module.Sections.RemoveAt(place);
                break;
            case 1:
                module.Sections.Insert(random.Next(module.Sections.Count + 1), (id, body));
                break;
            case 2:
                module.Sections[place] = ((byte)random.Next(14), body);
                break;
            case 3:
                return module.ToBytes((place, (uint)random.Edge()));
            default:
                module.Sections[place] = (id, ByteMutator.Mutate([.. body], random));
                break;
        }

        return module.ToBytes();
    }

    private static byte[] ManifestSection(byte[] bytes, Random random)
    {
        var module = new ModuleFile(bytes);
        var head = ModuleFile.Named(Manifest.SectionName, []);
        var place = module.Sections.FindIndex(section => section.Id == 0 && section.Body.AsSpan().StartsWith(head));
        var json = JsonNode.Parse(module.Sections[place].Body.AsSpan(head.Length))!;
        JsonMutator.Mutate(json, random);
        module.Sections[place] = (0, ModuleFile.Named(Manifest.SectionName, JsonSerializer.SerializeToUtf8Bytes(json)));
        return module.ToBytes();
    }
}
