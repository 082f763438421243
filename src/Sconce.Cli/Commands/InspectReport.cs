using Sconce.Cli.Artifacts;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary>What <c>sconce inspect</c> prints of an artifact, which anybody may have written.</summary>
internal static class InspectReport
{
    private const long PageSize = 64 * 1024;

    public static void Print(string name, ArtifactContents contents, TextWriter output)
    {
        var manifest = contents.Manifest;
        output.WriteLine($"{Paint.Strong(name)}  {Paint.Faint($"from {manifest.SourceName} by {manifest.Compiler}")}");
        if (manifest.Random)
        {
            output.WriteLine("draws random numbers: the same ones for the same seed");
        }

        Section("inputs", Ports(manifest.Inputs));
        Section("outputs", Ports(manifest.Outputs));
        if (!manifest.Symbols.IsEmpty || !manifest.Found.IsEmpty)
        {
            Section("sizes", Symbols(manifest));
        }

        if (!manifest.Checks.IsEmpty)
        {
            Section("conditions on sizes", Checks(manifest));
        }

        Section("operators", Operators(manifest));
        Section("memory", Memory(contents));
        foreach (var (method, view) in manifest.Methods)
        {
            Section($"method {method}: inputs", Ports(view.Inputs));
            Section($"method {method}: outputs", Ports(view.Outputs));
            if (!view.Symbols.IsEmpty || !view.Found.IsEmpty)
            {
                Section($"method {method}: sizes", Symbols(view));
            }

            if (!view.Checks.IsEmpty)
            {
                Section($"method {method}: conditions on sizes", Checks(view));
            }

            Section($"method {method}: operators", Operators(view));
        }

        if (!manifest.Shards.IsEmpty)
        {
            Section($"weights, in {ShardInfo.Folder}/ beside the file", Shards(manifest));
        }

        void Section(string title, Grid grid)
        {
            output.WriteLine();
            output.WriteLine(Paint.Strong(title));
            grid.Print(output, indent: "  ");
        }
    }

    /// <summary>Every step of a run.</summary>
    public static void Steps(ArtifactContents contents, TextWriter output)
    {
        Steps(contents.Manifest).Print(output);
        foreach (var (method, view) in contents.Manifest.Methods)
        {
            output.WriteLine();
            output.WriteLine(Paint.Strong($"method {method}"));
            Steps(view).Print(output);
        }
    }

    private static Grid Ports(IEnumerable<Port> ports)
    {
        var grid = new Grid("", "", "");
        foreach (var port in ports)
        {
            grid.Add(port.Name, port.Type.Name(), $"[{string.Join(", ", port.Shape)}]");
        }

        return grid;
    }

    private static Grid Symbols(ManifestView manifest)
    {
        var grid = new Grid("", "");
        foreach (var symbol in manifest.Symbols)
        {
            grid.Add(symbol.Name, symbol.Max is { } max ? $"{symbol.Min} to {max}" : $"from {symbol.Min}");
        }

        foreach (var symbol in manifest.Found)
        {
            grid.Add(symbol.Name, symbol.Bound is { } bound ? $"found by a run, at most {bound}" : "found by a run, whose memory grows with it");
        }

        return grid;
    }

    private static Grid Checks(ManifestView manifest)
    {
        var grid = new Grid("", "", "");
        foreach (var check in manifest.Checks)
        {
            grid.Add(check.Text, check.Why, check.Source ?? "");
        }

        return grid;
    }

    /// <summary>By cost; where sizes hang on the input's, at the smallest.</summary>
    private static Grid Operators(ManifestView manifest)
    {
        var total = Math.Max(manifest.Steps.Sum(step => (double)UsualSizes.AtLeast(step.Flops)), 1);
        var grid = new Grid("operator", "steps>", "flops>", "share>", "bytes moved>", "kernels");
        foreach (var group in manifest.Steps.GroupBy(step => step.Operator).OrderByDescending(Flops).ThenBy(group => group.Key))
        {
            var kernels = group.CountBy(step => step.Kernel).OrderByDescending(kernel => kernel.Value).Select(kernel => $"{kernel.Key} {kernel.Value}");
            grid.Add(
                group.Key, $"{group.Count()}", Quantity.Count(Flops(group)), $"{100 * Flops(group) / total:0.0} %",
                Quantity.Bytes(Total(group, step => UsualSizes.AtLeast(step.Bytes))), string.Join(", ", kernels));
        }

        return grid;

        static long Flops(IEnumerable<StepCost> steps) => Total(steps, step => UsualSizes.AtLeast(step.Flops));
    }

    /// <summary>Sizes may say anything here: a sum ends where its type does.</summary>
    private static long Total(IEnumerable<StepCost> steps, Func<StepCost, long> size) =>
        steps.Aggregate(0L, (sum, step) => (long)Int128.Clamp((Int128)sum + size(step), long.MinValue, long.MaxValue));

    private static Grid Steps(ManifestView manifest)
    {
        var grid = new Grid("step>", "operator", "kernel", "python", "flops>", "bytes moved>");
        foreach (var (number, step) in manifest.Steps.Index())
        {
            grid.Add(
                $"{number}", step.Operator, step.Kernel, step.Source ?? "", Quantity.Of(step.Flops, Quantity.Count), Quantity.Of(step.Bytes, Quantity.Bytes));
        }

        return grid;
    }

    private static Grid Shards(ManifestView manifest)
    {
        var grid = new Grid("shard", "bytes>", "addresses");
        foreach (var shard in manifest.Shards)
        {
            grid.Add(shard.FileName, Quantity.Bytes(shard.Bytes), string.Join(", ", shard.Addresses));
        }

        grid.Add($"{manifest.Shards.Length} in all", Quantity.Bytes(manifest.ShardBytes), "");
        return grid;
    }

    private static Grid Memory(ArtifactContents contents)
    {
        var manifest = contents.Manifest;
        var grid = new Grid("", "");
        grid.Add("file", Quantity.Bytes(contents.FileBytes));
        grid.Add("code", $"{Quantity.Bytes(contents.CodeBytes)}, and {Quantity.Bytes(contents.RelaxedBytes)} for relaxed SIMD");
        grid.Add("parameters", Quantity.Count(manifest.Parameters));
        grid.Add("constants", $"{Quantity.Bytes(manifest.ConstantsEnd - manifest.ConstantsOffset)}, from address {manifest.ConstantsOffset} of the memory");
        grid.Add("arena", Quantity.Of(manifest.Arena, Quantity.Bytes) + (manifest.LargestLive is { } live ? $", of which {Quantity.Bytes(live)} are alive at once" : ""));
        grid.Add("memory at start", $"{Quantity.Bytes(manifest.MinPages * PageSize)} ({manifest.MinPages} pages)");
        grid.Add("multiply-adds", Quantity.Of(manifest.MultiplyAdds, Quantity.Count));
        return grid;
    }
}
