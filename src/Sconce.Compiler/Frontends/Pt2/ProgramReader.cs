using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Reads one model of an archive: its graph, with the signature's inputs, outputs and overwritten buffers, and its weights.</summary>
internal sealed class ProgramReader
{
    private const int SchemaMajor = 8;

    private readonly GraphModuleJson module;
    private readonly StoredTensors weights;
    private readonly StoredTensors constants;
    private readonly List<string> inputNames;
    private readonly List<string> outputNames;
    private readonly Guards guards;
    private readonly SymbolTable symbols;
    private readonly GraphReader reader;
    private readonly Where place;
    private readonly Graph graph;
    private readonly Dictionary<string, Value> buffers = [];

    private ProgramReader(Pt2Archive archive, string model, IReadOnlyList<InputSpec> sizes)
    {
        var path = archive.ModelPath(model);
        place = archive.Place(path);
        var json = archive.Read(path).Span;
        CheckVersion(SchemaJson.Parse(json, SchemaContext.Default.VersionJson, place));
        var program = SchemaJson.Parse(json, SchemaContext.Default.ProgramJson, place);
        module = program.GraphModule;
        weights = archive.Weights(model);
        constants = archive.Constants(model);
        (inputNames, outputNames) = ReadNames();
        guards = FindGuards(program);
        var plain = new SymbolTable(program.RangeConstraints, new Dictionary<string, long>(), place);
        symbols = new SymbolTable(program.RangeConstraints, guards.FindMultiples(plain), place);
        NameIntegers(program.RangeConstraints);
        FixSizes(sizes);
        reader = new GraphReader(symbols, place);
        graph = new Graph { Name = model };
    }

    /// <param name="archive">The file.</param>
    /// <param name="model">Which of its models.</param>
    /// <param name="sizes">Sizes of inputs that the model leaves open, and that are always these.</param>
    public static Graph Read(Pt2Archive archive, string model, IReadOnlyList<InputSpec> sizes)
    {
        var program = new ProgramReader(archive, model, sizes);
        var scope = new Scope(program.module.Graph);
        program.ReadInputs(scope);
        program.graph.Checks.AddRange(program.guards.Checks(program.symbols));
        program.AddNumbers();
        program.graph.Symbols.AddRange(program.symbols.FromInputs);
        program.reader.ReadNodes(scope, program.graph.Body.Nodes);
        program.graph.Checks.AddRange(program.reader.Asserted);
        program.ReadOutputs(scope);
        return program.graph;
    }

    /// <summary>Integers of which a guard speaks are symbols of a run too.</summary>
    private void AddNumbers()
    {
        var guarded = new HashSet<Atom>();
        foreach (var check in graph.Checks)
        {
            check.Condition.VisitLeaves(leaf => guarded.Add(leaf));
        }

        foreach (var input in graph.Inputs)
        {
            if (input.Number is { AsAtom: { } symbol } number && guarded.Contains(symbol))
            {
                symbols.AddNumber(number);
            }
        }
    }

    /// <summary>The inputs that the model was exported with, by their names; null where the archive has none, or some that only Python can make.</summary>
    public static IReadOnlyDictionary<string, TensorData>? ReadSampleInputs(Pt2Archive archive, string model)
    {
        var path = archive.SampleInputsPath(model);

        // Empty where the program was saved without them.
        return archive.Has(path) && archive.Read(path) is { IsEmpty: false } file
            ? new ProgramReader(archive, model, []).ReadSamples(new TorchPickle(file, archive.Place(path)))
            : null;
    }

    private OrderedDictionary<string, TensorData>? ReadSamples(TorchPickle pickle)
    {
        var names = new TreeNames(module.TreespecNamedtupleFields, place);
        if (Call is not { } call || names.Leaves(call.InSpec, pickle.Value()) is not { } leaves || leaves.Count != inputNames.Count)
        {
            return null;
        }

        var samples = new OrderedDictionary<string, TensorData>();
        foreach (var (name, leaf) in inputNames.Zip(leaves))
        {
            switch (leaf)
            {
                case PickleValue.Object:
                    var tensor = pickle.Tensor(name, leaf);
                    samples[name] = TensorData.Dense(tensor.Type, tensor.Shape, tensor.ToDense());
                    break;
                case PickleValue.Int { Value: var number }:
                    samples[name] = TensorData.Dense(DType.Int64, [], BitConverter.GetBytes(number));
                    break;
            }
        }

        return samples;
    }

    private CallSignatureJson? Call => module.ModuleCallGraph.Find(entry => entry.Fqn.Length == 0)?.Signature;

    private void CheckVersion(VersionJson version)
    {
        var (major, minor) = version.SchemaVersion;
        if (major != SchemaMajor)
        {
            throw SconceException.Unsupported(
                $"the file has schema version {major}.{minor} (PyTorch {version.TorchVersion ?? "of unknown version"}); Sconce reads {SchemaMajor}.x", place,
                major > SchemaMajor ? "update Sconce, or export the model with PyTorch 2.14" : "export the model again with PyTorch 2.14");
        }
    }

    private (List<string> Inputs, List<string> Outputs) ReadNames()
    {
        var names = new TreeNames(module.TreespecNamedtupleFields, place);
        return Call is { } call
            ? (names.Inputs(call.InSpec, call.ForwardArgNames), names.Outputs(call.OutSpec))
            : ([], []);
    }

    private Guards FindGuards(ProgramJson program)
    {
        var (specs, arguments) = (module.Signature.InputSpecs, module.Graph.Inputs);
        if (specs.Count != arguments.Count)
        {
            throw Damaged($"the signature names {specs.Count} inputs, the graph has {arguments.Count}");
        }

        var users = specs.Zip(arguments).Where(pair => IsUserInput(pair.First)).Select(pair => pair.Second).ToList();
        var inputs = new Dictionary<string, GuardInput>();
        var names = users.Count == inputNames.Count ? inputNames : [.. users.Select((_, number) => Guards.Flat(number))];
        foreach (var (name, argument) in names.Zip(users))
        {
            if (argument is ArgumentJson.Reference { Kind: ReferenceKind.Tensor } tensor && module.Graph.TensorValues.GetValueOrDefault(tensor.Name) is { } meta)
            {
                inputs[name] = new(meta.Sizes);
            }
            else if (argument is ArgumentJson.Reference { Kind: ReferenceKind.Int } integer && module.Graph.SymIntValues.GetValueOrDefault(integer.Name) is { } value)
            {
                inputs[name] = new([], value);
            }
        }

        return new Guards(program.GuardsCode, inputs, names, place);
    }

    private void ReadInputs(Scope scope)
    {
        var (specs, arguments) = (module.Signature.InputSpecs, module.Graph.Inputs);

        // Sizes of inputs say which symbols a run knows, and what is known decides what its integers become: so they come first.
        foreach (var (spec, argument) in specs.Zip(arguments))
        {
            if (spec.UserInput is not null && argument is ArgumentJson.Reference name)
            {
                var type = reader.TypeOf(name, scope);
                symbols.AddInput(type switch
                {
                    GraphType.Tensor { Shape: { } shape } => shape,
                    GraphType.Int { Known: { } known } when !IsNumber(known) => [known],
                    _ => [],
                });
            }
        }

        var users = specs.Count(IsUserInput);
        var user = 0;
        foreach (var (spec, argument) in specs.Zip(arguments))
        {
            if (IsUserInput(spec))
            {
                graph.Inputs.Add(ReadUserInput(spec, argument, scope, users == inputNames.Count ? inputNames[user] : null));
                user++;
            }
            else if (spec.Token is null)
            {
                graph.Inputs.AddRange(ReadStoredInput(spec, argument, scope));
            }
        }
    }

    /// <summary>Tells of the symbols that are integers among the inputs: those that size tensors are called as the inputs are, the others are numbers.</summary>
    private void NameIntegers(IReadOnlyDictionary<string, RangeJson> ranges)
    {
        var (specs, arguments) = (module.Signature.InputSpecs, module.Graph.Inputs);
        var users = specs.Zip(arguments).Where(pair => IsUserInput(pair.First)).Select(pair => pair.Second).ToList();
        var sizes = new Lazy<HashSet<string>>(() => [.. module.Graph.TensorValues.Values.SelectMany(tensor => tensor.Sizes).Select(size => size.AsExpr?.ExprStr).OfType<string>()]);
        foreach (var (place, argument) in users.Index())
        {
            if (argument is not ArgumentJson.Reference { Kind: ReferenceKind.Int } integer || module.Graph.SymIntValues.GetValueOrDefault(integer.Name)?.AsExpr?.ExprStr is not { } text)
            {
                continue;
            }

            var symbol = text.Split('\'') is [_, var quoted, ..] ? quoted : text;
            var name = users.Count == inputNames.Count ? inputNames[place] : integer.Name;
            if (!sizes.Value.Any(size => size.Contains($"'{symbol}'", StringComparison.Ordinal)))
            {
                symbols.Numbers.Add(symbol);
            }
            else if (name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !ranges.ContainsKey(name) && !symbols.Names.ContainsValue(name))
            {
                symbols.Names[symbol] = name;
            }
        }
    }

    /// <summary>Takes sizes of inputs for the numbers that a method says.</summary>
    private void FixSizes(IReadOnlyList<InputSpec> sizes)
    {
        var users = module.Signature.InputSpecs.Zip(module.Graph.Inputs).Where(pair => IsUserInput(pair.First)).Select(pair => pair.Second).ToList();
        foreach (var said in sizes)
        {
            if (inputNames.IndexOf(said.Name) is not (>= 0 and var number) || users.Count != inputNames.Count
                || users[number] is not ArgumentJson.Reference { Kind: ReferenceKind.Tensor } input || module.Graph.TensorValues.GetValueOrDefault(input.Name) is not { } recorded)
            {
                throw SconceException.Expected($"an input of the model that is a tensor ({string.Join(", ", inputNames)})", $"'{said.Name}'", place);
            }

            // A tensor with one dim and a number are written alike.
            ImmutableArray<Dim> shape = said is { Shape.IsDefault: true, Fixed: Argument.Int { Value: { IsConstant: true } only } } ? [only] : said.Shape;
            if (shape.IsDefault || shape.Length != recorded.Sizes.Count)
            {
                throw SconceException.Expected($"{recorded.Sizes.Count} sizes of '{said.Name}'", shape.IsDefault ? "none" : $"{shape.Length}", place);
            }

            foreach (var (size, known) in recorded.Sizes.Zip(shape).Where(pair => pair.Second.IsConstant))
            {
                if (size.AsInt is { } always)
                {
                    Same(always, known.Value);
                    continue;
                }

                var (symbol, factor, more) = Linear(size) ?? throw SconceException.Unsupported(
                    $"a size of '{said.Name}' is worked out of others ({size.AsExpr?.ExprStr})", place, "say the sizes of the inputs that give it");
                var (value, rest) = Math.DivRem(known.Value - more, factor);
                Same(known.Value - rest, known.Value);
                Same((symbols.Fixed.GetValueOrDefault(symbol, value) * factor) + more, known.Value);
                symbols.Fixed[symbol] = value;
            }

            void Same(long expected, long found)
            {
                if (expected != found)
                {
                    throw SconceException.Expected($"{expected} as a size of '{said.Name}', as the model has it", $"{found}", place);
                }
            }
        }
    }

    /// <summary>The symbol of a size that is so many times this one, and so much more; null where it is something else.</summary>
    private static (string Symbol, long Factor, long More)? Linear(SymIntJson size)
    {
        var found = new Dictionary<string, Symbol>();
        return size.AsExpr is { ExprStr: { } text }
            && SympyParser.Parse(text, (name, _) => found.TryGetValue(name, out var symbol) ? symbol : found[name] = new Symbol(name, 0, null)) is { } dim
            && found.Values.ToList() is [var only] && dim.LinearIn(only) is ({ IsConstant: true, Value: > 0 and var factor }, { IsConstant: true, Value: var more })
                ? (only.Name, factor, more)
                : null;
    }

    private bool IsNumber(Dim size) => size.AsAtom is Symbol symbol && symbols.Numbers.Contains(symbol.Name);

    private GraphInput ReadUserInput(InputSpecJson spec, ArgumentJson argument, Scope scope, string? treeName)
    {
        if (argument is ArgumentJson.Reference reference)
        {
            var type = reader.TypeOf(reference, scope);
            var value = reader.Define(reference, type, scope);
            return new(value, InputKind.User, treeName ?? reference.Name, null)
            {
                Size = type is GraphType.Int { Known: { IsConstant: false } size } && !IsNumber(size) ? size : null,
                Number = type is GraphType.Int { Known: { IsConstant: false } number } && IsNumber(number) ? number : null,
            };
        }

        var name = treeName ?? spec.ConstantInput?.Name ?? "constant";
        var constant = reader.Read(spec.ConstantInput?.Value ?? argument, scope);
        GraphType constantType = constant switch
        {
            Argument.Int { Value: var known } => new GraphType.Int(known),
            Argument.Float => new GraphType.Float(),
            Argument.Bool => new GraphType.Bool(),
            Argument.Text => new GraphType.Text(),
            Argument.None => new GraphType.None(),
            _ => throw Damaged($"the input '{name}' is a constant of a kind that no input can have"),
        };
        return new(new Value(name, constantType), InputKind.User, name, null) { Fixed = constant };
    }

    private IEnumerable<GraphInput> ReadStoredInput(InputSpecJson spec, ArgumentJson argument, Scope scope)
    {
        var (kind, stored) = spec switch
        {
            { Parameter: { } parameter } => (InputKind.Parameter, parameter),
            { Buffer: { } buffer } => (InputKind.Buffer, buffer),
            { TensorConstant: { } constant } => (InputKind.Constant, constant),
            _ => throw SconceException.Unsupported(
                spec.CustomObj is not null ? "the model holds an object of a custom class" : "the model has an input that is neither a tensor nor a number",
                place, "export the model without TorchBind objects"),
        };
        if (stored.TargetName is not { } name || argument is not ArgumentJson.Reference { Kind: ReferenceKind.Tensor } reference)
        {
            throw Damaged("a weight without a name");
        }

        var weight = weights.Find(name) ?? constants.Find(name)
            ?? throw new SconceException($"the archive has no data for '{name}'", place, "the file is incomplete: export it again");
        if (weight is not StoredWeight.Plain { Data: var data })
        {
            return ((StoredWeight.Wrapped)weight).Parts.Select(part => new GraphInput(
                reader.DefinePart(reference.Name, part.Key, part.Value), kind, $"{name}.{part.Key}", part.Value));
        }

        var recorded = (GraphType.Tensor)reader.TypeOf(reference, scope);
        if (recorded.Type != data.Type || recorded.Shape is not { } shape || !shape.SequenceEqual(data.Shape.Select(size => (Dim)size)))
        {
            throw Damaged($"'{name}' is stored with another shape or element type than the graph gives it");
        }

        var value = reader.Define(reference, scope);
        if (kind != InputKind.Constant)
        {
            buffers.TryAdd(name, value);
        }

        return [new(value, kind, name, data)];
    }

    private void ReadOutputs(Scope scope)
    {
        var (specs, arguments) = (module.Signature.OutputSpecs, module.Graph.Outputs);
        if (specs.Count != arguments.Count)
        {
            throw Damaged($"the signature names {specs.Count} outputs, the graph has {arguments.Count}");
        }

        var users = specs.Count(IsUserOutput);
        var written = new List<(GraphInput Input, Argument Value)>();
        foreach (var (spec, argument) in specs.Zip(arguments))
        {
            if (IsUserOutput(spec))
            {
                var index = graph.Outputs.Count;
                var name = users == outputNames.Count ? outputNames[index] : users == 1 ? "output" : $"output.{index}";
                graph.Outputs.Add(new(reader.Read(argument, scope), name));
            }
            else if ((spec.BufferMutation ?? spec.ParameterMutation) is { TargetName: { } target })
            {
                graph.Mutations.Add((
                    buffers.GetValueOrDefault(target) ?? throw Damaged($"the buffer '{target}', which the model overwrites, is none of its inputs"),
                    reader.Read(argument, scope)));
            }
            else if (spec.UserInputMutation is { UserInputName: { } changed })
            {
                written.Add((
                    graph.Inputs.Find(input => input.Kind == InputKind.User && input.Value.Name == changed) ?? throw Damaged($"'{changed}', which the model overwrites, is none of its inputs"),
                    reader.Read(argument, scope)));
            }
            else if (spec.Token is null)
            {
                throw SconceException.Unsupported("the model has an output of a training step (a gradient)", place, "export the model's forward pass alone");
            }
        }

        written.ForEach(one => graph.AddWritten(one.Input, one.Value));
    }

    private static bool IsUserInput(InputSpecJson spec) => spec.UserInput is not null || spec.ConstantInput is not null;

    private static bool IsUserOutput(OutputSpecJson spec) => spec.UserOutput is not null || spec.LossOutput is not null;

    private SconceException Damaged(string problem) => new(problem, place, "the file is damaged: export it again");
}
