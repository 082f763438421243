using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Padding by a constant, by reflection, by the edge, or all the way round.</summary>
internal static class Padding
{
    public static OperatorFamily Family { get; } = new("padding")
    {
        { "aten::pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor", DTypeSet.Stored, Pad },
        { "aten::_pad_enum(Tensor self, SymInt[] pad, int mode, float? value=None) -> Tensor", PadByNumber },
        { "aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor", DTypeSet.Stored, call => Constant(call, call.Operand("value")) },
        { "aten::reflection_pad1d(Tensor self, SymInt[2] padding) -> Tensor", call => Map(call, "padding", Reflect) },
        { "aten::reflection_pad2d(Tensor self, SymInt[4] padding) -> Tensor", call => Map(call, "padding", Reflect) },
        { "aten::reflection_pad3d(Tensor self, SymInt[6] padding) -> Tensor", call => Map(call, "padding", Reflect) },
        { "aten::replication_pad1d(Tensor self, SymInt[2] padding) -> Tensor", call => Map(call, "padding", Replicate) },
        { "aten::replication_pad2d(Tensor self, SymInt[4] padding) -> Tensor", call => Map(call, "padding", Replicate) },
        { "aten::replication_pad3d(Tensor self, SymInt[6] padding) -> Tensor", call => Map(call, "padding", Replicate) },
        { "aten::_pad_circular(Tensor self, SymInt[] pad) -> Tensor", Circular },
    };

    private static Lowered Pad(Call call) => call.Text("mode") switch
    {
        "constant" => Constant(call, call.Has("value") ? call.Operand("value") : 0L),
        "reflect" => Map(call, "pad", Reflect),
        "replicate" => Map(call, "pad", Replicate),
        "circular" => Circular(call),
        var other => throw call.Expected("the mode 'constant', 'reflect', 'replicate' or 'circular'", $"'{other}'"),
    };

    private static Lowered PadByNumber(Call call) => call.Constant("mode") switch
    {
        0 => Constant(call, call.Has("value") ? call.Operand("value") : 0L),
        1 => Map(call, "pad", Reflect),
        2 => Map(call, "pad", Replicate),
        _ => Circular(call),
    };

    /// <summary>The new shape, and how much stands before each dim. Pads are listed from the last dim to the first.</summary>
    private static (Dims Dims, Dims Before) Shape(Call call, string name, TensorBuffer self)
    {
        var pads = call.Ints(name);
        var dims = self.Dims.ToArray();
        var before = new Dim[self.Rank];
        Array.Fill(before, Dim.Zero);
        for (var i = 0; i < pads.Length / 2; i++)
        {
            var axis = self.Rank - 1 - i;
            before[axis] = pads[2 * i];
            dims[axis] += pads[2 * i] + pads[(2 * i) + 1];
        }

        return ([.. dims], [.. before]);
    }

    private static Lowered Constant(Call call, Operand value)
    {
        var self = call.Tensor("self");
        var (dims, before) = Shape(call, "pad", self);
        var outside = value.At([], self.Type);
        return call.Context.Map(self.Type, dims, i => self.AtOr([.. i.Zip(before, (place, skip) => place - skip)], outside));
    }

    private static Lowered Map(Call call, string name, Func<Dim, Dim, Dim> place)
    {
        var self = call.Tensor("self");
        var (dims, before) = Shape(call, name, self);
        for (var axis = 0; axis < self.Rank; axis++)
        {
            var (size, behind) = (self.Dims[axis], dims[axis] - self.Dims[axis] - before[axis]);
            if (!Unpadded(axis))
            {
                // What is reflected must be there: the edge itself is not repeated.
                var reach = place == Reflect ? Dim.Max(Dim.Max(before[axis], behind), 0) : Dim.Zero;
                call.Context.Require(SizeCheck.Less(reach, size, $"dim {axis} is padded with its own elements"));
            }
        }

        return call.Context.View(self, dims, i =>
            [.. i.Select((at, axis) => Unpadded(axis) ? at : place(at - before[axis], self.Dims[axis]))]);

        bool Unpadded(int axis) => dims[axis].Equals(self.Dims[axis]) && before[axis].Equals(Dim.Zero);
    }

    /// <summary>Round and round what negative pads have left.</summary>
    private static Lowered Circular(Call call)
    {
        var self = call.Tensor("self");
        var (dims, before) = Shape(call, "pad", self);
        return call.Context.View(self, dims, i => [.. i.Select((at, axis) =>
        {
            var cutBefore = Dim.Max(-before[axis], 0);
            var cutBehind = Dim.Max(self.Dims[axis] + before[axis] - dims[axis], 0);
            return (at - before[axis] - cutBefore).Mod(self.Dims[axis] - cutBefore - cutBehind) + cutBefore;
        })]);
    }

    /// <summary>Turns back at either edge, without repeating the edge.</summary>
    private static Dim Reflect(Dim place, Dim size)
    {
        var last = size - 1;
        var fromStart = Dim.Max(place, -place);
        return last - Dim.Max(fromStart - last, last - fromStart);
    }

    private static Dim Replicate(Dim place, Dim size) => Dim.Max(Dim.Min(place, size - 1), 0);
}
