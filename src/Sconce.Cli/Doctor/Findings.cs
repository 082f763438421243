namespace Sconce.Cli.Doctor;

/// <summary>Collects what is found of one part.</summary>
internal sealed class Findings(string part)
{
    private readonly List<Finding> all = [];

    public IReadOnlyList<Finding> All => all;

    public void Ok(string check, string text) => all.Add(new(part, check, Health.Ok, text));

    public void Warn(string check, string text, string remedy) => all.Add(new(part, check, Health.Warn, text, remedy));

    public void Fail(string check, string text, string remedy) => all.Add(new(part, check, Health.Fail, text, remedy));

    /// <summary>Fine, or a failure, with what to do.</summary>
    public void Is(bool fine, string check, string text, string otherwise, string remedy)
    {
        if (fine)
        {
            Ok(check, text);
        }
        else
        {
            Fail(check, otherwise, remedy);
        }
    }
}
