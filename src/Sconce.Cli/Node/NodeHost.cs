using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sconce.Cli.Bench;
using Sconce.Cli.Doctor;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Node;

/// <summary>
/// One long-lived Node process that runs models with Sconce's own runtime. Requests go one at a time. When Node ends or does
/// not answer in time, the call throws and the host is of no more use; see <see cref="IsAlive"/>.
/// </summary>
internal sealed class NodeHost : IAsyncDisposable
{
    private const string Prefix = "sconce:";
    private const int KeptErrorLines = 20;
    private const int LongestLine = 16 << 20;

    private readonly Process process;
    private readonly BufferedStream output;
    private readonly ConcurrentQueue<string> errorLines = new();
    private readonly TimeSpan timeout;

    private NodeHost(Process process, TimeSpan timeout)
    {
        (this.process, this.timeout) = (process, timeout);
        output = new BufferedStream(process.StandardOutput.BaseStream, 1 << 16);
        process.ErrorDataReceived += (_, line) => KeepErrorLine(line.Data);
        process.BeginErrorReadLine();
    }

    public bool IsAlive { get; private set; } = true;

    /// <param name="timeout">How long a load or a run may take.</param>
    /// <param name="runtime">The runtime's entry file; our own where not given.</param>
    public static NodeHost Start(TimeSpan timeout, string? runtime = null) =>
        new(NodeProcess.Start(runtime ?? NodeProcess.FindRuntime()), timeout);

    /// <summary>Loads an artifact. No thread count means as many as the runtime thinks right.</summary>
    public async Task<NodeModel> LoadAsync(string path, int? threads, bool relaxed, CancellationToken cancellation)
    {
        var request = new NodeRequest("load", Path.GetFullPath(path), Threads: threads ?? 0, Relaxed: relaxed);
        var (reply, _) = await AskAsync(request, [], cancellation);
        return new NodeModel(this, reply);
    }

    /// <summary>Measures an artifact in a Node process of its own.</summary>
    public static async Task<BenchAnswer> BenchAsync(string path, BenchRequest bench, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var host = Start(timeout);
        var (reply, _) = await host.AskAsync(new NodeRequest("bench", Path.GetFullPath(path), Bench: bench), [], cancellation);
        return reply.Bench ?? throw new SconceException("the measurement gave no numbers");
    }

    /// <summary>Asks servers, and this Node what it has.</summary>
    public async Task<ProbeAnswer> ProbeAsync(ProbeRequest probe, CancellationToken cancellation)
    {
        var (reply, _) = await AskAsync(new NodeRequest("probe", Probe: probe), [], cancellation);
        return reply.Probe ?? throw new SconceException("Node found nothing out");
    }

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            IsAlive = false;
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Kill();
            }
        }

        process.Dispose();
    }

    internal async Task<(NodeReply Reply, IReadOnlyDictionary<string, TensorData> Tensors)> AskAsync(
        NodeRequest request, IReadOnlyList<TensorData> tensors, CancellationToken cancellation)
    {
        if (!IsAlive)
        {
            throw new InvalidOperationException("This Node process has ended.");
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(timeout);
        try
        {
            await SendAsync(request, tensors, limited.Token);
            var reply = await ReceiveAsync(limited.Token);
            var outputs = await ReceiveTensorsAsync(reply, limited.Token);
            return reply.Error is null ? (reply, outputs) : throw new SconceException(reply.Error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Kill();
            throw new SconceException($"Node did not answer '{request.Command}' within {timeout.TotalSeconds:0} s",
                hint: "give it longer with --timeout SECONDS, or look whether the model needs more memory than there is");
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw;
        }
        catch (IOException error)
        {
            throw await EndedAsync(request, error);
        }
    }

    private async Task SendAsync(NodeRequest request, IReadOnlyList<TensorData> tensors, CancellationToken cancellation)
    {
        var input = process.StandardInput.BaseStream;
        var line = JsonSerializer.Serialize(request, NodeJson.Default.NodeRequest) + "\n";
        await input.WriteAsync(Encoding.UTF8.GetBytes(line), cancellation);
        foreach (var tensor in tensors)
        {
            await input.WriteAsync(tensor.ToDense(), cancellation);
        }

        await input.FlushAsync(cancellation);
    }

    private async Task<NodeReply> ReceiveAsync(CancellationToken cancellation)
    {
        for (;;)
        {
            var line = await ReadLineAsync(cancellation);
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                return JsonSerializer.Deserialize(line.AsSpan(Prefix.Length), NodeJson.Default.NodeReply)
                    ?? throw new IOException("an empty answer");
            }

            KeepErrorLine(line);
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (bytes.Count < LongestLine)
        {
            await output.ReadExactlyAsync(one, cancellation);
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. bytes]);
            }

            bytes.Add(one[0]);
        }

        throw new IOException("an answer without an end");
    }

    private async Task<IReadOnlyDictionary<string, TensorData>> ReceiveTensorsAsync(NodeReply reply, CancellationToken cancellation)
    {
        var tensors = new OrderedDictionary<string, TensorData>();
        foreach (var header in reply.Tensors ?? [])
        {
            var data = new byte[header.Bytes];
            await output.ReadExactlyAsync(data, cancellation);
            tensors.Add(header.Name, TensorData.Dense(ElementTypes.Parse(header.Dtype), header.Shape, data));
        }

        return tensors;
    }

    private async Task<SconceException> EndedAsync(NodeRequest request, IOException cause)
    {
        Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        var last = string.Join("\n", errorLines.Where(line => !string.IsNullOrWhiteSpace(line)).TakeLast(5));
        var said = last.Length > 0 ? $":\n{last}" : "";
        return new SconceException($"Node ended with exit code {process.ExitCode} while it was asked to {request.Command}{said}",
            hint: "out of memory is the usual cause: try a smaller input, or fewer threads", inner: cause);
    }

    private void KeepErrorLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        errorLines.Enqueue(line);
        while (errorLines.Count > KeptErrorLines)
        {
            errorLines.TryDequeue(out _);
        }
    }

    private void Kill()
    {
        IsAlive = false;
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
