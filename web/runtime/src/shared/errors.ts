/** What went wrong, in one word that a program can test. */
export type ErrorCode =
  /** The file is not what sconce writes: damaged, cut short, of another format. */
  | "artifact"
  /** The file could not be fetched or read. */
  | "network"
  /** The engine cannot run it: no SIMD, forbidden by a policy, a worker that does not start. */
  | "engine"
  /** Memory ran out, or the cap that was set. */
  | "memory"
  /** A tensor that was handed over is not what the model takes. */
  | "input"
  /** The model's own code reported an error. */
  | "run"
  /** The model was disposed. */
  | "disposed";

/** Every error of this package: what was expected, what came, and where. */
export class SconceError extends Error {
  readonly code: ErrorCode;

  /** By its name: each script that can be had alone (sconce, sconce/core, sconce/image …) has a class of its own. */
  static override [Symbol.hasInstance](value: unknown): value is SconceError {
    return (value as Error | null | undefined)?.name === "SconceError";
  }

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    // Names in it come from files, and may have any length.
    super(message.length > 2000 ? `${message.slice(0, 1500)} … ${message.slice(-400)}` : message, options);
    this.name = "SconceError";
    this.code = code;
  }
}

/** An error as it crosses from a worker: structured clone keeps no class and no extra field. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Thrown inside the runtime when an abort flag stopped a run; the caller sees its own signal's reason instead. */
export function aborted(): SconceError {
  return new SconceError("run", "the run was aborted");
}

export function toMessage(error: unknown): ErrorMessage {
  return { code: error instanceof SconceError ? error.code : "engine", message: describe(error) };
}

/** An error's message. Node's fetch says no more than that it failed, and has the reason, or its code, in its cause. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  const reason = code ?? (error.message === "fetch failed" ? message : undefined);
  return error.message + (reason ? ` (${reason})` : "");
}

/** " (did you mean "pixel_values"?)" where a name has half of its pairs of letters in common with what was given, else nothing. */
export function suggestion(given: string, known: readonly string[]): string {
  const wanted = letterPairs(given);
  const shared = known.map((name) => [...letterPairs(name)].filter((pair) => wanted.has(pair)).length / Math.max(wanted.size, name.length));
  const most = Math.max(...shared);
  return most >= 0.5 ? ` (did you mean ${JSON.stringify(known[shared.indexOf(most)])}?)` : "";
}

function letterPairs(name: string): Set<string> {
  const text = ` ${name.toLowerCase()}`;
  return new Set([...name].map((_, i) => text.slice(i, i + 2)));
}
