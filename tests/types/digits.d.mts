// What digits.pt2 takes and gives: written by sconce types, which writes it anew.

/** Sizes: s40 0 to 64. */
export interface Digits {
  readonly inputs: {
    readonly image: { readonly dtype: "float32"; readonly shape: readonly [s40: number, 1, 28, 28] };
  };
  readonly outputs: {
    readonly logits: { readonly dtype: "float32"; readonly shape: readonly [s40: number, 10] };
    readonly probabilities: { readonly dtype: "float32"; readonly shape: readonly [s40: number, 10] };
  };
}

/** The address of the compiled model. */
declare const url: import("sconce").ModelUrl<Digits>;
export default url;
