import { load } from "sconce";
import { CompileError, type Compiled, type Proof, verify } from "sconce-compiler/browser";

/** PyTorch's own file: torch.export's or TorchScript. */
export interface GivenModel {
  readonly name: string;
  readonly file: Blob;
}

/** An input of TorchScript, which records none, and whether it is a number and no tensor. */
export interface WantedInput {
  readonly name: string;
  readonly isNumber: boolean;
}

export interface CompileOutcome {
  /** Where there is none, the message says why. */
  readonly compiled: Compiled | undefined;
  readonly message: string;
  readonly milliseconds: number;
  /** What it would go on with: what these inputs are like. */
  readonly wanted: readonly WantedInput[];
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
    const since = () => performance.now() - began;
    let settle: (outcome: CompileOutcome) => void = () => {};
    this.done = new Promise((resolve) => (settle = resolve));
    this.proof = this.#verify(model, inputs, tell, (compiled) => settle({ compiled, message: "", milliseconds: since(), wanted: [] }));
    void this.proof.then((proof) => {
      const message = this.#stopped.signal.aborted ? "stopped" : proof instanceof Error ? proof.message : "";
      // Where it is compiled, this comes too late to mean anything.
      settle({ compiled: undefined, message, milliseconds: since(), wanted: proof instanceof CompileError ? wantedBy(proof) : [] });
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

/** The inputs that a refusal names, in the words of the command line: `--input x=SIZES --input rate=NUMBER`. */
export function wantedBy({ hint = "" }: { readonly hint?: string | undefined }): WantedInput[] {
  return [...hint.matchAll(/--input ([\w.]+)=(SIZES|NUMBER)/g)].map(([, name = "", kind]) => ({ name, isNumber: kind === "NUMBER" }));
}

function nameAndForm(text: string): [name: string, form: string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new Error(`expected NAME=SIZES, such as x=1x3x224x224, but got ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
