import type { VerifyOptions } from "./index.js";
import type { Outputs } from "./protocol.js";
import type { CompilerWorker } from "./session.js";
import { typed } from "./typed.js";

/** A model that was loaded, as far as verifying it goes. */
export interface Runner {
  run(inputs: Record<string, { shape: readonly number[]; data: never }>, options: { seed: number }): Promise<Outputs>;
  reset?(): Promise<void>;
  dispose(): void;
}

/** Loads an artifact: `load` of the package `sconce`. */
export type Load = (wasm: Uint8Array<ArrayBuffer>) => Promise<Runner>;

interface Verdict {
  readonly note: string;
  readonly passed: boolean;
  readonly problem: string | undefined;
  readonly runs: number;
  readonly maxError: number;
}

/** Runs the artifact on the inputs that the worker gave, and asks it whether the outputs are right. */
export async function prove(worker: CompilerWorker, wasm: Uint8Array<ArrayBuffer>, { load, onRun }: VerifyOptions): Promise<Verdict> {
  const { note = "", calls = [] } = await worker.ask({ task: "evaluate" });
  let worst = 0;
  const model = await worker.orFail(load(wasm));
  try {
    for (const [number, { name, raises }] of calls.entries()) {
      onRun?.({ name, run: number + 1, of: calls.length });
      const outputs = await runOf(worker, model, number);
      if (outputs instanceof Error) {
        if (raises) continue;
        return wrong(note, number + 1, Infinity, `${name}: the reference evaluator gives numbers, the model an error: ${outputs.message}`);
      }
      if (raises) return wrong(note, number + 1, Infinity, `${name}: the reference evaluator raises an error, the model does not`);
      const { maxError = 0, problem } = await worker.ask({ task: "judge", call: number, outputs });
      worst = Math.max(worst, maxError);
      if (typeof problem === "string") return wrong(note, number + 1, worst, `${problem}\n${await explain(worker, number, maxError, load)}`);
    }
    return { note, passed: true, problem: undefined, runs: calls.length, maxError: worst };
  } finally {
    model.dispose();
  }
}

const wrong = (note: string, runs: number, maxError: number, problem: string): Verdict => ({ note, passed: false, problem, runs, maxError });

/** Runs the model once more with every node's tensor as an output. */
async function explain(worker: CompilerWorker, call: number, maxError: number, load: Load): Promise<string> {
  try {
    const { explanation } = await worker.ask({ task: "probed", call });
    if (typeof explanation === "string") return explanation;
    const probed = await worker.orFail(load(worker.artifact()));
    try {
      const outputs = await runOf(worker, probed, call);
      if (outputs instanceof Error) throw outputs;
      return (await worker.ask({ task: "explain", maxError, outputs })).explanation ?? "";
    } finally {
      probed.dispose();
    }
  } catch (error) {
    return `the nodes could not be compared one by one: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function runOf(worker: CompilerWorker, model: Runner, call: number): Promise<Outputs | Error> {
  const inputs = worker.inputs.filter((input) => input.call === call).map(({ name, dtype, shape, data }) => [name, { shape, data: typed(dtype, data) as never }]);
  await model.reset?.();
  return await worker.orFail(model.run(Object.fromEntries(inputs) as Parameters<Runner["run"]>[0], { seed: 0 }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))));
}
