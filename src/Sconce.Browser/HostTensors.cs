using System.Text.Json;
using Sconce.Cli.Node;
using Sconce.Compiler.Types;

namespace Sconce.Browser;

/// <summary>Tensors that go to the page and come from it: their bytes stay with the worker until they are asked for.</summary>
internal static class HostTensors
{
    /// <summary>An input for the page to run the model with.</summary>
    public static unsafe void Give(int call, string name, TensorData tensor)
    {
        var header = Answer.Written(json =>
        {
            json.WriteNumber("call", call);
            json.WriteString("name", name);
            json.WriteString("dtype", tensor.Type.Name());
            Answer.WriteShape(json, tensor.Shape);
        });
        fixed (byte* start = tensor.ToDense().Span)
        {
            Host.Give(header, new Span<byte>(start, (int)tensor.ToDense().Length));
        }
    }

    /// <summary>An output of the page's last run; null where it has none of this name.</summary>
    public static TensorData? Take(string name)
    {
        if (Host.Take(name) is not { Length: > 0 } header)
        {
            return null;
        }

        using var document = JsonDocument.Parse(header);
        var root = document.RootElement;
        var bytes = new byte[root.GetProperty("bytes").GetInt32()];
        Host.ReadTaken(name, bytes);
        return TensorData.Dense(ElementTypes.Parse(root.GetProperty("dtype").GetString()!), [.. root.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())], bytes);
    }
}
