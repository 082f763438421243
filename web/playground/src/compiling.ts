import { CompileError, compile } from "sconce-compiler/browser";
import { formatBytes, formatMilliseconds } from "./format.js";

/** PyTorch's own file: torch.export's or TorchScript. */
export interface GivenModel {
  readonly name: string;
  readonly file: Blob;
}

export interface CompileOutcome {
  /** Where there is none, the message says why. */
  readonly wasm: Uint8Array | undefined;
  readonly message: string;
  /** It would go on with what the inputs are like. */
  readonly needsInputs: boolean;
}

/** A model that is being compiled, in a worker of its own. */
export class Compiling {
  readonly done: Promise<CompileOutcome>;
  readonly #stopped = new AbortController();

  /**
   * @param inputs what TorchScript's inputs are like, each as `x=1x3x224x224`
   * @param tell told of each stage
   */
  constructor(model: GivenModel, inputs: readonly string[], tell: (stage: string) => void) {
    this.done = this.#compile(model, inputs, tell);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #compile({ name, file }: GivenModel, inputs: readonly string[], tell: (stage: string) => void): Promise<CompileOutcome> {
    const began = performance.now();
    const { signal } = this.#stopped;
    try {
      const { wasm, summary: { steps, parameters } } = await compile(file, { name, inputs: Object.fromEntries(inputs.map(nameAndForm)), signal, onProgress: ({ stage }) => tell(stage) });
      const took = formatMilliseconds(performance.now() - began);
      return { wasm, message: `compiled in ${took}: ${steps.length} steps, ${parameters} parameters, ${formatBytes(wasm.length)}`, needsInputs: false };
    } catch (error) {
      const message = signal.aborted ? "stopped" : error instanceof Error ? error.message : String(error);
      return { wasm: undefined, message, needsInputs: error instanceof CompileError && /--input\b/.test(error.message) };
    }
  }
}

function nameAndForm(text: string): [name: string, form: string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new Error(`expected NAME=SIZES, such as x=1x3x224x224, but got ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
