import type { Proof } from "sconce-compiler/browser";
import type { Compared } from "./answers.js";
import { element } from "../dom.js";

type Mark = "good" | "bad" | "waiting" | "none";

/** What is known of the numbers: by the reference evaluator, and by PyTorch's own where these were dropped. */
export function showProof(proof: Proof | Error | undefined | "runs" | "compiled"): void {
  if (proof === undefined) return say("proof", "none", "");
  if (proof === "runs") return say("proof", "waiting", "The kernels are compared with the reference evaluator …");
  if (proof === "compiled") return say("proof", "none", "A compiled file has no graph to compare with: drop the .pt2 or .pt for a proof.");
  if (proof instanceof Error) return say("proof", "none", `Not proven: ${proof.message}`);
  if (!proof.passed) return say("proof", "bad", "The kernels differ from the reference evaluator.", proof.problem);
  if (proof.runs === 0) return say("proof", "none", `Not proven: ${proof.note}`);
  say("proof", "good", `Proven: ${proof.runs === 1 ? "the run agrees" : `all ${proof.runs} runs agree`} with the reference evaluator, ${difference(proof.maxError)}.`);
}

export function showAnswers(from: string, { count, maxError, problem }: Compared): void {
  if (count === 0) return say("answers", "none", "");
  if (problem !== undefined) return say("answers", "bad", `${from}: not PyTorch’s answer.`, problem);
  say("answers", "good", `${from}: ${count === 1 ? "the output is" : `all ${count} outputs are`} PyTorch’s, ${difference(maxError)}.`);
}

export const hideAnswers = (): void => say("answers", "none", "");

const difference = (maxError: number) => (maxError === 0 ? "to the last bit" : `within ${maxError.toExponential(1)} of the output’s scale`);

function say(what: "proof" | "answers", mark: Mark, text: string, problem = ""): void {
  const line = element(`model-${what}`, HTMLElement);
  line.hidden = text === "";
  line.className = `verdict ${mark}`;
  element(`model-${what}-text`, HTMLElement).textContent = text;
  const shown = element(`model-${what}-problem`, HTMLElement);
  shown.textContent = problem;
  shown.hidden = problem === "";
}
