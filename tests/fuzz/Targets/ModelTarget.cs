using Sconce.Compiler;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>Models whose graph was changed: the compiler from the first byte to the last.</summary>
internal sealed class ModelTarget : ITarget
{
    public string Name => "model";

    public string Extension => ".pt2";

    public double Share => 8;

    public byte[] Make(Recipe recipe)
    {
        var archive = new ArchiveFile(recipe.Base.Of(Seeds.Models));
        var name = archive.Find("models/model.json");
        var model = archive.Json(name);
        var mutator = new ModelMutator(model, Seeds.Model);
        foreach (var random in recipe.Mutations)
        {
            mutator.Mutate(random);
        }

        archive.Set(name, model);
        return archive.ToBytes();
    }

    public void Try(byte[] file) => Compilation.Compile(file, "case.pt2").WriteTo(Stream.Null);
}
