namespace Sconce.Cli.Serving;

/// <summary>What <see cref="PageServer"/> has to show.</summary>
internal interface ISite
{
    /// <summary>Headers of all its answers, beside the server's own.</summary>
    IReadOnlyList<(string Name, string Value)> Headers { get; }

    /// <summary>The answer to a request; null where nothing is there.</summary>
    HttpAnswer? Find(HttpRequest request);
}
