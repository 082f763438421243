using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Serving;

/// <summary>To whom a server answers: on which addresses it listens, and under which names it may be asked.</summary>
internal sealed record ServedHost(string Name, ImmutableArray<IPAddress> Addresses, bool IsThisMachine)
{
    public static ServedHost ThisMachine { get; } = new("localhost", [IPAddress.Loopback, IPAddress.IPv6Loopback], true);

    /// <summary>A name or an address of this machine, or 0.0.0.0 for all of them.</summary>
    public static ServedHost Of(string name)
    {
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return ThisMachine;
        }

        if (IPAddress.TryParse(name.Trim('[', ']'), out var address))
        {
            var shown = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "localhost" : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";
            return new(shown, [address], IPAddress.IsLoopback(address));
        }

        try
        {
            return Dns.GetHostAddresses(name) is [_, ..] found ? new(name, [.. found], found.All(IPAddress.IsLoopback)) : throw Unknown(name, "no address", null);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw Unknown(name, error.Message.TrimEnd('.'), error);
        }
    }

    /// <summary>
    /// Whether it may be asked under this name: by its own, as localhost, and, where other machines may ask, by any address. Not by every name: whose server sends the
    /// header decides nothing, but a browser only lets a page read what has the page's own name, and that name's owner may let it mean this machine.
    /// </summary>
    public bool Answers(string host)
    {
        var name = host.LastIndexOf(':') is var colon && colon > host.LastIndexOf(']') ? host[..colon] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name is "127.0.0.1" or "[::1]" || name.Equals(Name, StringComparison.OrdinalIgnoreCase)
            || (!IsThisMachine && IPAddress.TryParse(name.Trim('[', ']'), out _));
    }

    private static SconceException Unknown(string name, string problem, Exception? error) =>
        new($"expected a name or an address of this machine for --host, but got '{name}' ({problem})", hint: "0.0.0.0 is all of this machine's addresses", inner: error);
}
