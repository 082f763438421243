using Sconce.Fuzz.Targets;

namespace Sconce.Fuzz.Running;

/// <summary>Tries case after case, in a process of its own, and says each one's number before it begins.</summary>
internal static class Worker
{
    public static int Run(string name, int seed, int first)
    {
        var target = Registry.All.Single(target => target.Name == name);
        var known = new HashSet<string>();
        var output = Console.Out;
        for (var number = first; target.Count is not { } count || number < count; number++)
        {
            output.WriteLine($"case {number}");
            output.Flush();
            var recipe = new Recipe(seed, number);
            if (Made(target, recipe) is { } file && Failure.Of(target, file, out _) is { } failure && (known.Add(failure) || target.Count is not null))
            {
                output.WriteLine($"failure {failure}");
                output.Flush();
                Save(target, recipe, failure);
            }
        }

        output.WriteLine("end");
        return 0;
    }

    /// <summary>The case's file; null where a mutation cannot be made of what the ones before it left.</summary>
    public static byte[]? Made(ITarget target, Recipe recipe)
    {
        try
        {
            return target.Make(recipe);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static void Save(ITarget target, Recipe recipe, string failure)
    {
        if (target.Count is not null)
        {
            return;
        }

        var smallest = recipe.Minimised(smaller =>
        {
            // So that the one who watches sees that it goes on.
            Console.WriteLine($"case {recipe.Case}");
            return Made(target, smaller) is { } file && Failure.Of(target, file, out _) == failure;
        });
        File.WriteAllBytes(target.FileOf(recipe.Seed, recipe.Case), target.Make(smallest));
    }
}
