using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>What a step costs in a run: once, and again in each turn of the loops of which only a run knows how often they turn.</summary>
internal readonly record struct RunCost(Dim Once, ImmutableArray<(WhileStep Loop, Dim Turn)> Turns)
{
    /// <summary>With one turn of each loop.</summary>
    public Dim Least => With(_ => 1, cost => cost);

    /// <summary>With the turns of a run, each cost put in another form before.</summary>
    public Dim With(Func<WhileStep, Dim> turns, Func<Dim, Dim> form) => form(Once) + Dim.Sum(Turns.Select(turn => turns(turn.Loop) * form(turn.Turn)));
}
