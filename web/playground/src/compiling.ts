import { load } from "sconce";
import { CompileError, type Compiled, type Proof, verify } from "sconce-compiler/browser";
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

/** A model that is being compiled, and then verified, in a worker of its own. */
export class Compiling {
  readonly done: Promise<CompileOutcome>;
  /** What the reference evaluator says of it; undefined where it was not compiled, or stopped. */
  readonly proof: Promise<Proof | Error | undefined>;
  readonly #stopped = new AbortController();

  /**
   * @param inputs what TorchScript's inputs are like, each as `x=1x3x224x224`
   * @param tell told of each stage
   */
  constructor(model: GivenModel, inputs: readonly string[], tell: (stage: string) => void) {
    const began = performance.now();
    let settle: (outcome: CompileOutcome) => void = () => {};
    this.done = new Promise((resolve) => (settle = resolve));
    this.proof = this.#verify(model, inputs, tell, ({ wasm, summary: { steps, parameters } }) =>
      settle({ wasm, message: `compiled in ${formatMilliseconds(performance.now() - began)}: ${steps.length} steps, ${parameters} parameters, ${formatBytes(wasm.length)}`, needsInputs: false }));
    void this.proof.then((proof) => {
      const message = this.#stopped.signal.aborted ? "stopped" : proof instanceof Error ? proof.message : "";
      // Where it is compiled, this comes too late to mean anything.
      settle({ wasm: undefined, message, needsInputs: proof instanceof CompileError && /--input\b/.test(message) });
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #verify({ name, file }: GivenModel, inputs: readonly string[], tell: (stage: string) => void, onCompiled: (compiled: Compiled) => void): Promise<Proof | Error | undefined> {
    const { signal } = this.#stopped;
    try {
      return await verify(file, { name, load: (wasm) => load(wasm), inputs: Object.fromEntries(inputs.map(nameAndForm)), signal, onCompiled, onProgress: ({ stage }) => tell(stage) });
    } catch (error) {
      return signal.aborted ? undefined : error instanceof Error ? error : new Error(String(error));
    }
  }
}

function nameAndForm(text: string): [name: string, form: string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new Error(`expected NAME=SIZES, such as x=1x3x224x224, but got ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
