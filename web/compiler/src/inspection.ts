// What is told of a model, by the command line and in a browser alike.
/** A size: a number, or the name of an open size, or a formula over such names. */
export type Size = number | string;

/** An input or an output. */
export interface Port {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly Size[];
}

/** What a model takes and gives, and what it costs. */
export interface Inspection {
  readonly model: string;
  readonly compiler: string;
  /** The name of the file that it was compiled from. */
  readonly source: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Sizes that the model leaves open, and their range. */
  readonly sizes: readonly { readonly name: string; readonly min: number; readonly max?: number }[];
  /** What sizes must meet beyond that. */
  readonly conditions: readonly { readonly text: string; readonly why: string; readonly source?: string }[];
  readonly steps: readonly { readonly name: string; readonly operator: string; readonly kernel: string; readonly source?: string; readonly flops: Size; readonly bytes: Size }[];
  readonly parameters: number;
  readonly multiplyAdds: Size;
  /** Those beside the main one. */
  readonly methods: readonly (Pick<Inspection, "inputs" | "outputs" | "sizes" | "conditions" | "steps" | "multiplyAdds"> & { readonly name: string; readonly arena: Size })[];
  /** `shards` are the files of weights, where they are beside it. */
  readonly bytes: { readonly file: number; readonly shards?: number; readonly code: number; readonly relaxed: number; readonly constants: number; readonly arena: Size };
}
