using System.Reflection;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

/// <summary>The typed methods are many and alike; each must make the instruction that its name says.</summary>
public class TypedMethodTests
{
    private static readonly Dictionary<Type, object> Arguments = new()
    {
        [typeof(I32)] = new FunctionBuilder("f", [WasmType.I32]).Parameters[0].Get,
        [typeof(I64)] = new FunctionBuilder("f", [WasmType.I64]).Parameters[0].Get,
        [typeof(F32)] = F32.Const(1),
        [typeof(F64)] = F64.Const(1),
        [typeof(V128)] = V128.Zero,
        [typeof(int)] = 0,
        [typeof(uint)] = 0u,
    };

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "Add", ["op_Multiply"] = "Mul", ["op_BitwiseAnd"] = "And", ["op_BitwiseOr"] = "Or", ["op_ExclusiveOr"] = "Xor",
        ["op_LeftShift"] = "Shl", ["op_RightShift"] = "ShrS", ["op_UnsignedRightShift"] = "ShrU", ["op_Division"] = "Div",
        ["op_Subtraction"] = "Sub",
    };

    [Theory]
    [InlineData(typeof(I8x16))]
    [InlineData(typeof(I16x8))]
    [InlineData(typeof(I32x4))]
    [InlineData(typeof(I64x2))]
    [InlineData(typeof(F32x4))]
    [InlineData(typeof(F64x2))]
    [InlineData(typeof(V128))]
    [InlineData(typeof(I32))]
    [InlineData(typeof(I64))]
    [InlineData(typeof(F32))]
    [InlineData(typeof(F64))]
    public void Each_instruction_of_a_type_has_a_method_of_its_name(Type type)
    {
        string[] ours = ["Of", "Const", "Select", "Shuffle"];
        var made = new HashSet<Opcode>();
        foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (ours.Contains(method.Name) || (method.IsSpecialName && (type == typeof(V128) || !Operators.ContainsKey(method.Name))))
            {
                continue;
            }

            object?[] arguments = [.. method.GetParameters().Select(p => Arguments[p.ParameterType])];
            var code = (Code)method.Invoke(method.IsStatic ? null : Arguments[type], arguments)!;
            Assert.Equal(type.Name + Operators.GetValueOrDefault(method.Name, method.Name), Pascal(code.Opcode));
            made.Add(code.Opcode);
        }

        string prefix = type.Name.ToLowerInvariant() + ".";
        Assert.Equal(
            Opcode.All.Where(o => o.Immediate is (ImmediateKind.None or ImmediateKind.Lane) && o.Name.StartsWith(prefix, StringComparison.Ordinal)),
            made.OrderBy(o => o.Prefix).ThenBy(o => o.Number));
    }

    [Fact]
    public void Loads_and_atomic_accesses_are_the_ones_they_are_called()
    {
        Assert.Equal(
            ["i32.load", "i64.load", "f32.load", "f64.load", "i32.load8_s", "i32.load8_u", "i32.load16_s", "i32.load16_u", "i64.load8_s", "i64.load8_u",
             "i64.load16_s", "i64.load16_u", "i64.load32_s", "i64.load32_u", "v128.load", "v128.load8x8_s", "v128.load8x8_u", "v128.load16x4_s",
             "v128.load16x4_u", "v128.load32x2_s", "v128.load32x2_u", "v128.load8_splat", "v128.load16_splat", "v128.load32_splat",
             "v128.load64_splat", "v128.load32_zero", "v128.load64_zero", "v128.load8_lane", "v128.load16_lane", "v128.load32_lane",
             "v128.load64_lane", "memory.size", "memory.grow"],
            Made(typeof(Memory)));
        Assert.Equal(
            ["i32.atomic.load", "i64.atomic.load", "i32.atomic.rmw.add", "i64.atomic.rmw.add", "i32.atomic.rmw.sub", "i64.atomic.rmw.sub",
             "i32.atomic.rmw.and", "i64.atomic.rmw.and", "i32.atomic.rmw.or", "i64.atomic.rmw.or", "i32.atomic.rmw.xor", "i64.atomic.rmw.xor",
             "i32.atomic.rmw.xchg", "i64.atomic.rmw.xchg", "i32.atomic.rmw.cmpxchg", "i64.atomic.rmw.cmpxchg", "memory.atomic.wait32",
             "memory.atomic.wait64", "memory.atomic.notify"],
            Made(typeof(Atomic)));
    }

    private static IEnumerable<string> Made(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Select(m => ((Code)m.Invoke(null, [.. m.GetParameters().Select(p => Arguments[p.ParameterType])])!).Opcode.Name);

    private static string Pascal(Opcode opcode) =>
        string.Concat(opcode.Name.Split('.', '_').Select(p => char.ToUpperInvariant(p[0]) + p[1..]));
}
