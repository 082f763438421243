using Sconce.Compiler.Operators;
using Sconce.Compiler.Operators.Schema;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Operators;

public sealed class OperatorTableTests
{
    [Fact]
    public void EverySchemaParses()
    {
        foreach (var op in OperatorTable.All)
        {
            Assert.Equal(op.FullName, op.Schema.Overload.Length == 0 ? op.Schema.Name : $"{op.Schema.Name}.{op.Schema.Overload}");
            Assert.Equal(op.Schema.Parameters.Length, op.Schema.Parameters.Select(parameter => parameter.Name).Distinct().Count());
        }
    }

    [Fact]
    public void EveryOverloadIsThereOnce() =>
        Assert.Empty(OperatorTable.All.GroupBy(op => op.FullName).Where(group => group.Count() > 1).Select(group => group.Key));

    [Fact]
    public void ParametersHaveTypesAndDefaults()
    {
        var schema = SchemaParser.Parse(
            "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, SymInt[2] padding=[0, 1], float eps=1e-05, *, str mode=\"zeros\", Tensor?[] indices, ScalarType? dtype=None) -> (Tensor(a!) values, Tensor[])");

        Assert.Equal(("aten::conv2d", ""), (schema.Name, schema.Overload));
        Assert.Equal(new ParameterType(ParameterKind.Tensor, IsOptional: true), schema.Parameters[2].Type);
        Assert.Equal(new ParameterType(ParameterKind.Int, IsList: true, ListLength: 2), schema.Parameters[3].Type);
        Assert.Equal(Lowered.Of(1), schema.Parameters[3].Default);
        Assert.Equal(2, Assert.IsType<Lowered.List>(schema.Parameters[4].Default).Items.Length);
        Assert.Equal(Lowered.Of(1e-05), schema.Parameters[5].Default);
        Assert.False(schema.Parameters[5].KeywordOnly);
        Assert.True(schema.Parameters[6].KeywordOnly);
        Assert.Equal(new Lowered.Text("zeros"), schema.Parameters[6].Default);
        Assert.True(schema.Parameters[7].Type is { IsList: true, HasOptionalElements: true });
        Assert.Null(schema.Parameters[7].Default);
        Assert.Equal([new ParameterType(ParameterKind.Tensor), new ParameterType(ParameterKind.Tensor, IsList: true)], schema.Returns);
    }

    [Theory]
    [InlineData("Tensor", "aten::add.Tensor")]
    [InlineData("Scalar", "aten::add.Scalar")]
    [InlineData("", "aten::add.Tensor")]
    public void TheRecordedOverloadComesFirst(string overload, string first) =>
        Assert.Equal(first, OperatorTable.Find("aten::add", overload)[0].FullName);

    [Fact]
    public void WithoutAnOverloadTheArgumentsDecide()
    {
        var tensor = new Lowered.Tensor(new TensorBuffer("x", DType.Float32, [3]));
        var overloads = OperatorTable.Find("aten::max", "").AsSpan();

        Assert.Equal("aten::max", ArgumentBinding.Choose(overloads, [(null, tensor)]).Operator.FullName);
        Assert.Equal("aten::max.other", ArgumentBinding.Choose(overloads, [(null, tensor), (null, tensor)]).Operator.FullName);
        Assert.Equal("aten::max.dim", ArgumentBinding.Choose(overloads, [(null, tensor), (null, Lowered.Of(0)), (null, Lowered.Of(true))]).Operator.FullName);
    }

    [Fact]
    public void AMissingOrWrongArgumentIsNamed()
    {
        var relu = OperatorTable.Find("aten::relu", "default").AsSpan();
        Assert.Contains("'self' is missing", Assert.Throws<Compiler.Diagnostics.SconceException>(() => Choose([])).Message);
        Assert.Contains("'self' cannot be the string 'x'", Assert.Throws<Compiler.Diagnostics.SconceException>(() => Choose([(null, new Lowered.Text("x"))])).Message);
        Assert.Contains("no parameter 'other'", Assert.Throws<Compiler.Diagnostics.SconceException>(() => Choose([("other", Lowered.Of(1))])).Message);

        static void Choose(System.Collections.Immutable.ImmutableArray<(string?, Lowered)> arguments) =>
            ArgumentBinding.Choose(OperatorTable.Find("aten::relu", "default").AsSpan(), arguments);
    }
}
