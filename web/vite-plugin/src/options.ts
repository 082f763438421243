/** How models are compiled, and where their types go. */
export interface Options {
  /** Nothing that rounds differently from PyTorch for the sake of speed. */
  readonly exact?: boolean | undefined;
  /** How many times the usual limits of work and memory a file may take. */
  readonly budget?: number | undefined;
  /** Weights in files of their own, in `weights/` beside the compiled model: `true`, or the most bytes that one may have. */
  readonly split?: boolean | number | undefined;
  /**
   * Of TorchScript (.pt), which records no shapes: what each input of a model is like, by the model's file name: `{ "model.pt": { x: "1x3x224x224" } }`. Without it NAME.npz beside the model
   * tells, or the inputs that it was traced with.
   */
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> | undefined;
  /** Of TorchScript: methods beside `forward` that go into the same file, by the model's file name: `{ "model.pt": ["reset_memory"] }`. */
  readonly methods?: Readonly<Record<string, readonly string[]>> | undefined;
  /**
   * The declaration that is written beside each model: `model.pt2.d.ts`, which TypeScript finds with `moduleResolution: "bundler"`, as Vite's templates have it;
   * `model.d.pt2.ts` for `nodenext` with `allowArbitraryExtensions`; or none. Beside a model.pt it is called by that ending.
   */
  readonly types?: "pt2.d.ts" | "d.pt2.ts" | false | undefined;
  /** Where compiled models are kept from build to build. */
  readonly cacheDir?: string | undefined;
}

/** What a model's path ends with. */
export const modelFile = /\.pt2?$/;
