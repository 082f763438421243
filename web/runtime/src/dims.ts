import { SconceError } from "./errors.js";

/** A dimension: a number, a symbol's name, or an expression over them. */
export type Dim = number | string | readonly [operator: DimOperator, left: Dim, right: Dim];

export type DimOperator = "+" | "*" | "//" | "%" | "min" | "max";

/** The values of a model's symbols for one run. */
export type SymbolValues = ReadonlyMap<string, number>;

const operators: Readonly<Record<DimOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "*": (a, b) => a * b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  min: Math.min,
  max: Math.max,
};

export function isDimOperator(value: unknown): value is DimOperator {
  return typeof value === "string" && Object.hasOwn(operators, value);
}

export function evaluate(dim: Dim, symbols: SymbolValues): number {
  if (typeof dim === "number") return dim;
  if (typeof dim === "string") {
    const value = symbols.get(dim);
    if (value === undefined) throw new SconceError("artifact", `the manifest uses the symbol ${dim} but does not define it`);
    return value;
  }
  const value = operators[dim[0]](evaluate(dim[1], symbols), evaluate(dim[2], symbols));
  if (!Number.isFinite(value)) {
    throw new SconceError("artifact", `the manifest's dimension ${formatDim(dim)} has no value for these shapes`);
  }
  return value;
}

export function evaluateShape(shape: readonly Dim[], symbols: SymbolValues): number[] {
  return shape.map((dim) => evaluate(dim, symbols));
}

/** Python's way of writing it, for people: `1 + (h + -1) // 8`. */
export function formatDim(dim: Dim): string {
  if (typeof dim !== "object") return String(dim);
  const [operator, left, right] = dim;
  if (operator === "min" || operator === "max") return `${operator}(${formatDim(left)}, ${formatDim(right)})`;
  return `${operand(left)} ${operator} ${operand(right)}`;
}

function operand(dim: Dim): string {
  const text = formatDim(dim);
  return typeof dim === "object" && dim[0] !== "min" && dim[0] !== "max" ? `(${text})` : text;
}

export function formatShape(shape: readonly Dim[]): string {
  return `[${shape.map(formatDim).join(", ")}]`;
}
