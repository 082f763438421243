import { type Dim, type SymbolValues, deepest, evaluateExactly, isDim, symbolsIn } from "./dims.js";

/** A condition over sizes: two that are compared, or two conditions of which both or one must hold. */
export type Condition = readonly [operator: Comparison, left: Dim, right: Dim] | readonly [operator: "and" | "or", left: Condition, right: Condition];

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

const comparisons: Readonly<Record<Comparison, (a: bigint, b: bigint) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

export function isCondition(value: unknown, depth = 0): value is Condition {
  if (!Array.isArray(value) || value.length !== 3 || depth > deepest) return false;
  const [operator, ...parts] = value as unknown[];
  if (operator === "and" || operator === "or") return parts.every((part) => isCondition(part, depth + 1));
  return typeof operator === "string" && Object.hasOwn(comparisons, operator) && parts.every((part) => isDim(part));
}

/** Whether the sizes meet it. */
export function meets(condition: Condition, symbols: SymbolValues): boolean {
  if (isJunction(condition)) {
    const [operator, left, right] = condition;
    return operator === "and" ? meets(left, symbols) && meets(right, symbols) : meets(left, symbols) || meets(right, symbols);
  }
  const [operator, left, right] = [condition[0], evaluateExactly(condition[1], symbols), evaluateExactly(condition[2], symbols)];
  // A size that has no value, as x // 0 has none, meets nothing.
  return left !== undefined && right !== undefined && comparisons[operator](left, right);
}

export function namesIn(condition: Condition, found = new Set<string>()): Set<string> {
  if (isJunction(condition)) [condition[1], condition[2]].forEach((part) => namesIn(part, found));
  else [condition[1], condition[2]].forEach((part) => symbolsIn(part, found));
  return found;
}

function isJunction(condition: Condition): condition is readonly ["and" | "or", Condition, Condition] {
  return condition[0] === "and" || condition[0] === "or";
}
