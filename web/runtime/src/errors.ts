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

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SconceError";
    this.code = code;
  }
}

/** An error as it crosses from a worker: structured clone keeps no class and no extra field. */
export interface ErrorMessage {
  readonly code: ErrorCode | "aborted";
  readonly message: string;
}

/** Thrown inside the runtime when an abort flag stopped a run; the caller sees its own signal's reason instead. */
export class Aborted extends Error {
  constructor() {
    super("the run was aborted");
  }
}

export function toMessage(error: unknown): ErrorMessage {
  if (error instanceof Aborted) return { code: "aborted", message: error.message };
  if (error instanceof SconceError) return { code: error.code, message: error.message };
  return { code: "engine", message: describe(error) };
}

export function fromMessage(error: ErrorMessage): Error {
  return error.code === "aborted" ? new Aborted() : new SconceError(error.code, error.message);
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** " (did you mean "pixel_values"?)" where a name is close to what was meant, else nothing. */
export function suggestion(given: string, known: readonly string[]): string {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(given.length / 2));
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return best === undefined ? "" : ` (did you mean ${JSON.stringify(best)}?)`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
