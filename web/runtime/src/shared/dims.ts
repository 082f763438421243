import { SconceError } from "./errors.js";

/** A dimension: a number, a symbol's name, or an expression over them. */
export type Dim = number | string | readonly [operator: DimOperator, left: Dim, right: Dim];

export type DimOperator = "+" | "*" | "//" | "%" | "min" | "max";

/** The values of a model's symbols for one run. */
export type SymbolValues = ReadonlyMap<string, number>;

/** Conditions and dimensions of a manifest are no deeper than this. */
export const deepest = 64;

const operators: Readonly<Record<DimOperator, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "*": (a, b) => a * b,
  "//": (a, b) => (a - modulo(a, b)) / b,
  "%": modulo,
  min: (a, b) => (a < b ? a : b),
  max: (a, b) => (a > b ? a : b),
};

/** With the divisor's sign, as Python's. */
function modulo(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}

export function isDim(value: unknown, depth = 0): value is Dim {
  return Number.isSafeInteger(value) || typeof value === "string" || (Array.isArray(value) && value.length === 3 && depth <= deepest
    && typeof value[0] === "string" && Object.hasOwn(operators, value[0]) && isDim(value[1], depth + 1) && isDim(value[2], depth + 1));
}

export function evaluate(dim: Dim, symbols: SymbolValues): number {
  // Most are numbers, and every run asks for its outputs' again.
  if (typeof dim === "number") return dim;
  const value = Number(evaluateExactly(dim, symbols));
  if (!Number.isFinite(value)) {
    throw new SconceError("artifact", `the manifest's dimension ${formatDim(dim)} has no value for these shapes`);
  }
  return value;
}

/** However large it is on the way; undefined where something is divided by zero. */
export function evaluateExactly(dim: Dim, symbols: SymbolValues): bigint | undefined {
  if (typeof dim === "number") return BigInt(dim);
  if (typeof dim === "string") {
    const value = symbols.get(dim);
    if (value === undefined) throw new SconceError("artifact", `the manifest uses the symbol ${dim} but does not define it`);
    return BigInt(value);
  }
  const [operator, ...operands] = dim;
  const [left, right] = operands.map((operand) => evaluateExactly(operand, symbols));
  if (left === undefined || right === undefined || (right === 0n && (operator === "//" || operator === "%"))) return undefined;
  return operators[operator](left, right);
}

export function evaluateShape(shape: readonly Dim[], symbols: SymbolValues): number[] {
  return shape.map((dim) => evaluate(dim, symbols));
}

export function symbolsIn(dim: Dim, found = new Set<string>()): Set<string> {
  if (typeof dim === "string") found.add(dim);
  if (typeof dim === "object") [dim[1], dim[2]].forEach((part) => symbolsIn(part, found));
  return found;
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
