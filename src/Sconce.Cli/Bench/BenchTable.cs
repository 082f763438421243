using System.Globalization;
using Sconce.Cli.Terminal;

namespace Sconce.Cli.Bench;

/// <summary>A report as people read it.</summary>
internal static class BenchTable
{
    public static void Print(BenchReport report, TextWriter output)
    {
        var threads = report.Threads == 1 ? "1 thread" : $"{report.Threads} threads";
        output.WriteLine($"{Paint.Strong(report.Model)}  {Paint.Faint($"in {report.Engine}, {threads}, {(report.Relaxed ? "relaxed SIMD" : "no relaxed SIMD")}")}");
        foreach (var input in report.Inputs)
        {
            output.WriteLine($"  {input.Name}  {input.Dtype}  [{string.Join(", ", input.Shape)}]");
        }

        output.WriteLine();
        Steps(report).Print(output);
        output.WriteLine();
        Kernels(report).Print(output);
        output.WriteLine();
        Summary(report).Print(output);
    }

    private static Grid Steps(BenchReport report)
    {
        var grid = new Grid("step>", "operator", "kernel", "python", "ms>", "GFLOP/s>", "GB/s>", "share>", "of peak>");
        foreach (var (number, step) in report.Steps.Index())
        {
            grid.Add([$"{number}", step.Turns is { } turns ? $"{step.Operator}, {turns} turns" : step.Operator, step.Kernel, step.Source ?? "", .. Numbers(step)]);
        }

        return grid;
    }

    private static Grid Kernels(BenchReport report)
    {
        var grid = new Grid("kernel", "steps>", "ms>", "GFLOP/s>", "GB/s>", "share>", "of peak>");
        foreach (var kernel in report.Kernels)
        {
            grid.Add([kernel.Kernel, $"{kernel.Steps}", .. Numbers(kernel)]);
        }

        return grid;
    }

    private static Grid Summary(BenchReport report)
    {
        var (run, steps) = (report.RunMs, report.Steps.Sum(step => step.Ms));
        var rate = report.Steps.Sum(step => step.Flops) / Math.Max(run.Median, double.Epsilon) / 1e6;
        var grid = new Grid("", "");
        grid.Add("run", $"{Quantity.Milliseconds(run.Median)} (median of {run.Rounds}; half of them {Quantity.Milliseconds(run.Lower)} to {Quantity.Milliseconds(run.Upper)})");
        grid.Add("steps", $"{Quantity.Milliseconds(steps)} in {report.Steps.Length}");
        grid.Add("load", $"{Quantity.Milliseconds(report.LoadMs)}, and {Quantity.Milliseconds(report.FirstRunMs)} for the first run");
        grid.Add("peak", $"{Text(rate, "0.0")} of {Text(report.PeakGflops, "0.0")} GFLOP/s: {Percent(rate / report.PeakGflops)}");
        grid.Add("memory", $"{Text(report.ReadGbytes, "0.0")} GB/s: plain reads of one thread");
        return grid;
    }

    private static string[] Numbers(StepTime step) =>
    [
        Text(step.Ms, "0.000"), step.Flops == 0 ? "" : Text(step.GigaflopsPerSecond, "0.0"), Text(step.GigabytesPerSecond, "0.0"), Text(100 * step.Share, "0.0") + " %",
        step.Flops == 0 ? "" : Text(100 * step.OfPeak, "0") + " %",
    ];

    /// <summary>What is little is not nothing.</summary>
    private static string Percent(double part) => Text(100 * part, part < 0.01 ? "0.00" : "0") + " %";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
