import { SconceError } from "sconce/core";

/** Error numbers as the witx of wasi_ephemeral_nn lists them; the names are WIT's. */
export const errno = {
  success: 0,
  "invalid-argument": 1,
  "invalid-encoding": 2,
  "missing-memory": 3,
  busy: 4,
  "runtime-error": 5,
  "unsupported-operation": 6,
  "too-large": 7,
  "not-found": 8,
} as const;

/** What went wrong, by WIT's name of it. */
export type NNErrorCode = Exclude<keyof typeof errno, "success">;

/** What a guest learns as a number, or as a code and a text, and its host as an exception. */
export class NNError extends Error {
  readonly code: NNErrorCode;

  constructor(code: NNErrorCode, message: string, options?: ErrorOptions) {
    // Names in it come from guests, and may have any length.
    super(message.length > 2000 ? `${message.slice(0, 1500)} … ${message.slice(-400)}` : message, options);
    this.name = "NNError";
    this.code = code;
  }
}

const codes: Readonly<Record<SconceError["code"], NNErrorCode>> = {
  artifact: "invalid-argument",
  network: "not-found",
  engine: "runtime-error",
  memory: "too-large",
  input: "invalid-argument",
  run: "runtime-error",
  disposed: "runtime-error",
};

/** Any failure as one of WASI-NN's. */
export function toNNError(error: unknown): NNError {
  if (error instanceof NNError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new NNError(error instanceof SconceError ? codes[error.code] : "runtime-error", message, { cause: error });
}

export function invalid(message: string): NNError {
  return new NNError("invalid-argument", message);
}
