import type { Inspection } from "../inspection.js";

/** How the compiler is asked, beside the file: as the command line's options of the same names. */
export interface Settings {
  readonly model?: string | undefined;
  readonly exact?: boolean | undefined;
  readonly budget?: number | undefined;
  readonly inputs: readonly string[];
  readonly weights?: string | undefined;
  readonly keep: readonly string[];
}

/** From the page to the worker, once. */
export interface Job {
  readonly task: "compile" | "inspect";
  readonly name: string;
  readonly file: Blob;
  readonly settings: Settings;
}

export interface CompressedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: "AsIs" | "Float16" | "Int8" | "Int4";
  readonly before: number;
  readonly after: number;
  readonly error: number;
  readonly kept?: string;
}

/** What the compiler gives beside the artifact's bytes: src/Sconce.Browser/Answer.cs. */
export interface Answer {
  readonly inspection?: Inspection;
  readonly manifest?: unknown;
  readonly compressed?: readonly CompressedWeight[];
  readonly flushed?: readonly { readonly name: string; readonly count: number }[];
  readonly error?: Failure;
}

export interface Failure {
  readonly message: string;
  readonly kind: string;
  readonly problem?: string;
  readonly where?: string;
  readonly hint?: string;
}

/** From the worker to the page: stages as they begin, parts of the artifact as they are written, one answer at the end. */
export type Reply =
  | { readonly type: "stage"; readonly stage: string }
  | { readonly type: "part"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "done"; readonly answer: Answer }
  | { readonly type: "failed"; readonly message: string };
