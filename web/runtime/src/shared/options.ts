import { SconceError, suggestion } from "./errors.js";

/** What an option should be, in words, and whether a value is that. */
export type OptionCheck = readonly [should: string, is: (value: unknown) => boolean];

export const count = (unit: string): OptionCheck => [`a whole number of ${unit} from 1 up`, (value) => Number.isSafeInteger(value) && (value as number) >= 1];
export const any: OptionCheck = ["", () => true];
export const flag: OptionCheck = ["true or false", (value) => typeof value === "boolean"];
export const callback: OptionCheck = ["a function", (value) => typeof value === "function"];
export const abortSignal: OptionCheck = ["an AbortSignal", (value) => typeof (value as AbortSignal | null)?.throwIfAborted === "function"];
export const wholeNumber: OptionCheck = ["a whole number", (value) => /^-?\d+$/.test(String(value))];
export const address: OptionCheck = ["a URL", (value) => typeof value === "string" || value instanceof URL];

export const cacheName: OptionCheck = ["true, false or a name", (value) => typeof value === "boolean" || (typeof value === "string" && value !== "")];
export const integrity: OptionCheck = ["\"sha256-\" and the file's SHA-256 in base64, 44 characters", (value) => typeof value === "string" && /^sha256-[A-Za-z0-9+/]{43}=$/.test(value)];

/** An option that is misspelt, or of another kind, must not be passed over. */
export function checkOptions(what: string, options: object, checks: Readonly<Record<string, OptionCheck>>): void {
  if (typeof options !== "object" || options === null) throw new SconceError("input", `${what} takes its options in an object, got ${String(options)}`);
  const names = Object.keys(checks);
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) throw new SconceError("input", `${what} has no option ${name}${suggestion(name, names)}: it takes ${names.join(", ")}`);
    if (value !== undefined && !check[1](value)) throw new SconceError("input", `the option ${name} should be ${check[0]}, got ${/^[os]/.test(typeof value) ? JSON.stringify(value) : String(value)}`);
  }
}
