using Sconce.Cli.Artifacts;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Artifact;

namespace Sconce.Cli.Doctor;

/// <summary>How a server sends a model, and the page that loads it.</summary>
internal static class ServerCheckup
{
    private const string Wasm = "application/wasm", Isolated = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

    /// <summary>Looks at how the model's file came; false where it did not.</summary>
    public static bool LookAtModel(ProbedAnswer answer, ProbedAnswer part, Findings found)
    {
        if (!Arrived(answer, found))
        {
            return false;
        }

        if (answer.IsPage)
        {
            found.Fail("body", "a page (HTML) where the model should be", "deploy the file to where the address says: many servers answer what they do not have with index.html");
            return false;
        }

        var type = answer["content-type"]?.Split(';')[0].Trim();
        if (type == Wasm)
        {
            found.Ok("type", Wasm);
        }
        else
        {
            found.Warn("type", type ?? "none", $"have the server send Content-Type: {Wasm} for .wasm: by it, many decide what they compress, and other loaders what they take");
        }

        var length = long.TryParse(answer["content-length"], out var stated) ? stated : (long?)null;
        if (answer["content-encoding"] is { Length: > 0 } encoding and not "identity")
        {
            found.Ok("compression", $"{encoding}{(length is { } sent ? $", {Quantity.Bytes(sent)} for {Quantity.Bytes(answer.Bytes)}" : "")}; a broken transfer begins anew");
        }
        else
        {
            found.Ok("compression", "none: code would become smaller, weights hardly, and a transfer that breaks off can go on");
        }

        if (part.Status == 206)
        {
            found.Ok("ranges", "parts are sent where they are asked for");
        }
        else
        {
            found.Warn("ranges", $"a part was asked for, and {(part.Status == 200 ? "the whole came" : $"the answer was {part.Status}")}", "allow range requests, so that a large file goes on where a connection breaks off");
        }

        Caching(answer, found);
        found.Ok("other origins", answer["access-control-allow-origin"] is { } allowed ? $"may load it (Access-Control-Allow-Origin: {allowed})"
            : "may not load it: pages from elsewhere would need Access-Control-Allow-Origin");
        return true;
    }

    /// <summary>Looks at the files of weights of a split model.</summary>
    public static void LookAtWeights(ManifestView manifest, IReadOnlyList<ProbedAnswer> answers, Findings found)
    {
        var wrong = manifest.Shards.Zip(answers).Where(pair => pair.Second.Status != 200 ||
            (long.TryParse(pair.Second["content-length"], out var length) && pair.Second["content-encoding"] is null && length != pair.First.Bytes)).ToList();
        if (wrong.Count == 0)
        {
            found.Ok("weights", $"all {answers.Count} files are there");
            return;
        }

        var (shard, answer) = wrong[0];
        found.Fail("weights", $"{wrong.Count} of {answers.Count} files are not there as they should be; the first is {answer.Address}: "
            + (answer.Status != 200 ? Status(answer) : $"{answer["content-length"]} bytes instead of {shard.Bytes}"),
            $"deploy the folder {ShardInfo.Folder}, which sconce compile --split wrote, beside the .wasm; where it lies elsewhere, load's option weights names it");
    }

    /// <summary>Looks at the page that is to load the model.</summary>
    /// <param name="answer">How it came.</param>
    /// <param name="wasNamed">Whether it is the page that was asked about, not one that might be.</param>
    /// <param name="model">The model's address.</param>
    /// <param name="modelAnswer">How the model came.</param>
    /// <param name="found">What was found.</param>
    public static void LookAtPage(ProbedAnswer answer, bool wasNamed, Uri? model, ProbedAnswer? modelAnswer, Findings found)
    {
        if (answer.Status != 200)
        {
            if (wasNamed)
            {
                Arrived(answer, found);
            }
            else
            {
                found.Warn("page", $"none at {answer.Address}", "name the page that loads the model by --page URL: its headers decide about threads");
            }

            return;
        }

        found.Ok("page", answer.Address);
        var address = new Uri(answer.Address);
        var (opener, embedder) = (answer["cross-origin-opener-policy"], answer["cross-origin-embedder-policy"]?.Split(';')[0].Trim());
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            found.Warn("threads", "none: the page comes by http, and browsers give threads to https and localhost alone", "serve it by https");
        }
        else if (opener == "same-origin" && embedder is "require-corp" or "credentialless")
        {
            found.Ok("threads", $"the page is cross-origin isolated ({embedder})");
        }
        else
        {
            found.Warn("threads", $"none: the page is not cross-origin isolated (opener policy {opener ?? "not sent"}, embedder policy {embedder ?? "not sent"})",
                $"have the server send {Isolated} with the page; sconce serve does");
        }

        if (answer["content-security-policy"] is { } policy)
        {
            var scripts = Directive(policy, "script-src") ?? Directive(policy, "default-src");
            found.Is(
                scripts is null || scripts.Contains("'wasm-unsafe-eval'", StringComparison.Ordinal) || scripts.Contains("'unsafe-eval'", StringComparison.Ordinal),
                "security policy", "lets WebAssembly run", "forbids WebAssembly", "add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy");
        }

        if (model is not null && modelAnswer is not null && !SameOrigin(model, address))
        {
            found.Is(
                modelAnswer["access-control-allow-origin"] is { } allowed && (allowed == "*" || allowed == address.GetLeftPart(UriPartial.Authority)),
                "model from elsewhere", "the page may read it", $"the page, of {address.Authority}, may not read the model, of {model.Authority}",
                $"have the model's server send Access-Control-Allow-Origin: {address.GetLeftPart(UriPartial.Authority)}, or serve the model with the page");
        }
    }

    private static bool Arrived(ProbedAnswer answer, Findings found)
    {
        if (answer.Status == 200)
        {
            found.Ok("status", $"200{(answer.Milliseconds > 0 ? $", {Quantity.Bytes(answer.Bytes)} in {Quantity.Milliseconds(answer.Milliseconds)}" : "")}");
            return answer.Error is null;
        }

        found.Fail("status", $"{answer.Address}: {Status(answer)}", answer.Status switch
        {
            0 when answer.Error?.Contains("ECONNREFUSED", StringComparison.Ordinal) == true => "start the server, and look at host and port of the address: nobody listens there",
            0 => "look at host and port of the address, and whether this machine reaches it",
            404 => "deploy the file to where the address says; the address is case sensitive",
            401 or 403 => "let the page's visitors read it: this was asked for without cookies",
            _ => "look into the server's log",
        });
        return false;
    }

    private static string Status(ProbedAnswer answer) => answer.Status == 0 ? answer.Error ?? "no answer" : $"the server answers {answer.Status}";

    private static void Caching(ProbedAnswer answer, Findings found)
    {
        var control = answer["cache-control"];
        if (control?.Contains("no-store", StringComparison.OrdinalIgnoreCase) == true)
        {
            found.Warn("caching", $"Cache-Control: {control}: each visit fetches all of it", "let browsers keep it: Cache-Control: no-cache with an ETag asks again and fetches only what is new");
        }
        else if (answer["etag"] is null && answer["last-modified"] is null)
        {
            found.Warn("caching", "neither ETag nor Last-Modified: a browser cannot ask whether it has the newest", "have the server send one of them; load's option cache looks by it for a newer version");
        }
        else
        {
            found.Ok("caching", $"{(control is null ? "" : $"Cache-Control: {control}, ")}{(answer["etag"] is { } tag ? $"ETag {tag}" : "Last-Modified")}");
        }
    }

    private static string? Directive(string policy, string name) =>
        policy.Split(';').Select(part => part.Trim()).FirstOrDefault(part =>
            part.StartsWith($"{name} ", StringComparison.OrdinalIgnoreCase) || part.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool SameOrigin(Uri a, Uri b) => Uri.Compare(a, b, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
