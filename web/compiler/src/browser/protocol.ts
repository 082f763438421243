import type { Inspection } from "../inspection.js";

/** How the compiler is asked, beside the file: as the command line's options of the same names. */
export interface Settings {
  readonly model?: string | undefined;
  readonly exact?: boolean | undefined;
  readonly budget?: number | undefined;
  readonly inputs: readonly string[];
  readonly weights?: string | undefined;
  readonly keep: readonly string[];
  readonly samples?: number | undefined;
}

/** From the page to the worker, at first. */
export interface Job {
  readonly task: "compile" | "inspect";
  readonly name: string;
  readonly file: Blob;
  readonly settings: Settings;
}

/** What `load` of the package `sconce` takes and gives, as far as it matters here. */
export interface TensorOf {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** An input for one of the runs that a model is verified by. */
export interface GivenInput extends TensorOf {
  readonly call: number;
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A run's outputs, by their names. */
export type Outputs = Readonly<Record<string, TensorOf>>;

/** From the page to the worker after "compile": for what the model has to give; whether a run's outputs are right; where they are not, for the probed artifact; what its outputs explain. */
export type Question =
  | { readonly task: "evaluate" }
  | { readonly task: "judge"; readonly call: number; readonly outputs: Outputs }
  | { readonly task: "probed"; readonly call: number }
  | { readonly task: "explain"; readonly maxError: number; readonly outputs: Outputs };

export interface CompressedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: "AsIs" | "Float16" | "Int8" | "Int4";
  readonly before: number;
  readonly after: number;
  readonly error: number;
  readonly kept?: string;
}

/** A box of the graph's picture: an input, an operator or an output. */
export interface GraphBox {
  /** `heavy` are the operators that decide the time. */
  readonly kind: "operator" | "heavy" | "input" | "output";
  readonly title: string;
  /** Shapes of what it gives, and the weights that it uses. */
  readonly lines: readonly string[];
  /** The node in full, and its line of Python. */
  readonly tooltip?: string;
  /** The places of the boxes that it reads, each before it. */
  readonly reads: readonly number[];
}

/** What the compiler gives beside the artifact's bytes: src/Sconce.Browser/Answer.cs. */
export interface Answer {
  readonly inspection?: Inspection;
  readonly manifest?: unknown;
  readonly compressed?: readonly CompressedWeight[];
  readonly flushed?: readonly { readonly name: string; readonly count: number }[];
  readonly graph?: readonly GraphBox[];
  /** What a model is verified by, and what had to be left out. */
  readonly note?: string;
  /** The runs it is verified by; where `raises`, the model has to refuse the inputs. */
  readonly calls?: readonly { readonly name: string; readonly raises: boolean }[];
  /** Of a run that was judged: the largest difference, as a part of the output's scale, and what is wrong. */
  readonly maxError?: number;
  readonly problem?: string | null;
  readonly explanation?: string | null;
  readonly error?: Failure;
}

export interface Failure {
  readonly message: string;
  readonly kind: string;
  readonly problem?: string;
  readonly where?: string;
  readonly hint?: string;
}

/** From the worker to the page: stages as they begin, parts of the artifact as they are written, inputs to run it with, one answer at the end of each task. */
export type Reply =
  | { readonly type: "stage"; readonly stage: string }
  | { readonly type: "part"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "input"; readonly input: GivenInput }
  | { readonly type: "done"; readonly answer: Answer }
  | { readonly type: "failed"; readonly message: string };
