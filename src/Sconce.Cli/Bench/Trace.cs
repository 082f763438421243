using System.Text.Json;

namespace Sconce.Cli.Bench;

/// <summary>
/// A report in the format of trace events, which Perfetto and chrome://tracing open: loading and runs on one track, the steps of a run on another,
/// one after the other. (All threads share a step, and the runtime does not tell which did how much of it.)
/// </summary>
internal static class Trace
{
    private const int Process = 1, Runs = 1, Steps = 2;

    public static void Write(BenchReport report, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        Name("process_name", Runs, $"{report.Model} in {report.Engine}");
        Name("thread_name", Runs, "model");
        Name("thread_name", Steps, report.Threads == 1 ? "steps" : $"steps, by {report.Threads} threads");
        var start = report.LoadMs + report.FirstRunMs;
        Event("load", Runs, 0, report.LoadMs);
        Event("first run", Runs, report.LoadMs, report.FirstRunMs);
        Event("run", Runs, start, report.Steps.Sum(step => step.Ms));
        foreach (var step in report.Steps)
        {
            Event(step.Operator.Length > 0 ? step.Operator : step.Name, Steps, start, step.Ms, step);
            start += step.Ms;
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Name(string what, int thread, string name)
        {
            Begin(what, "M", thread);
            json.WriteStartObject("args");
            json.WriteString("name", name);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        void Event(string name, int thread, double begin, double milliseconds, StepTime? step = null)
        {
            Begin(name, "X", thread);
            json.WriteNumber("ts", begin * 1000);
            json.WriteNumber("dur", milliseconds * 1000);
            if (step is not null)
            {
                json.WriteString("cat", step.Kernel);
                json.WritePropertyName("args");
                JsonSerializer.Serialize(json, step, BenchReportJson.Default.StepTime);
            }

            json.WriteEndObject();
        }

        void Begin(string name, string phase, int thread)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("ph", phase);
            json.WriteNumber("pid", Process);
            json.WriteNumber("tid", thread);
        }
    }
}
