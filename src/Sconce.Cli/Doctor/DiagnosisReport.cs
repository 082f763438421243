using Sconce.Cli.Terminal;

namespace Sconce.Cli.Doctor;

/// <summary>A <see cref="Diagnosis"/> for people: by parts, each line with how it is, and below what is not well what to do.</summary>
internal static class DiagnosisReport
{
    public static void Print(Diagnosis diagnosis, TextWriter output)
    {
        output.WriteLine(Paint.Strong(diagnosis.Model));
        var width = diagnosis.Findings.Max(finding => finding.Check.Length);
        foreach (var part in diagnosis.Findings.GroupBy(finding => finding.Part))
        {
            output.WriteLine();
            output.WriteLine(Paint.Strong(part.Key));
            foreach (var finding in part)
            {
                output.WriteLine($"  {Shown(finding.Health)}  {finding.Check.PadRight(width)}  {Indented(finding.Text)}");
                if (finding.Remedy is { } remedy)
                {
                    output.WriteLine($"        {new string(' ', width)}  what to do: {Indented(remedy)}");
                }
            }
        }

        string Indented(string text) => text.ReplaceLineEndings($"\n{new string(' ', width + 10)}");

        output.WriteLine();
        output.WriteLine(diagnosis switch
        {
            { Failed: > 0 } => Paint.Bad($"{diagnosis.Failed} failed, {diagnosis.Warned} to look at"),
            { Warned: > 0 } => Paint.Doubtful($"nothing failed, {diagnosis.Warned} to look at"),
            _ => Paint.Good("all is well"),
        });
    }

    private static string Shown(Health health) => health switch
    {
        Health.Ok => Paint.Good("ok  "),
        Health.Warn => Paint.Doubtful("warn"),
        _ => Paint.Bad("fail"),
    };
}
