import type { Profile, StepProfile } from "sconce";
import { make } from "../dom.js";
import { formatMilliseconds } from "../format.js";

const mostSteps = 40;

/** The steps of a run as bars, the slowest first. */
export function profileOf({ steps, milliseconds }: Pick<Profile, "steps" | "milliseconds">): HTMLElement {
  const sorted = [...steps].sort((a, b) => b.milliseconds - a.milliseconds);
  const shown = sorted.slice(0, mostSteps);
  const most = shown[0]?.milliseconds ?? 0;
  const rest = sorted.slice(mostSteps);
  const restTime = rest.reduce((sum, step) => sum + step.milliseconds, 0);
  return make("div", {},
    make("p", { className: "note" }, `${formatMilliseconds(milliseconds)} in ${steps.length} step${steps.length === 1 ? "" : "s"}, one at a time, which takes longer than a run.`),
    make("ol", { className: "bars" }, ...shown.map((step) => bar(step, most, milliseconds))),
    ...(rest.length > 0 ? [make("p", { className: "note" }, `and ${rest.length} more steps, ${formatMilliseconds(restTime)} together`)] : []));
}

function bar(step: StepProfile, most: number, all: number): HTMLElement {
  const gigaflops = step.milliseconds > 0 ? step.flops / step.milliseconds / 1e6 : 0;
  // What moves numbers more than it computes is not told by this.
  const speed = gigaflops >= 0.1 ? `${gigaflops.toFixed(1)} GFLOP/s` : "";
  const share = all > 0 ? `${((100 * step.milliseconds) / all).toFixed(1)} %` : "";
  return make("li", {},
    make("span", { className: "label" }, make("code", {}, step.operator.replace(/^aten::/, "").replace(/\.default$/, "") || step.kernel), make("small", {}, step.source ?? step.name)),
    make("meter", { max: most || 1, value: step.milliseconds, ariaLabel: `${step.name}: ${formatMilliseconds(step.milliseconds)}` }),
    make("span", { className: "number" }, fine(step.milliseconds), make("small", {}, [share, speed].filter((part) => part !== "").join(", "))));
}

/** Steps are often shorter than times are told elsewhere. */
const fine = (ms: number) => (ms < 0.1 ? `${Math.round(ms * 1000)} µs` : formatMilliseconds(ms));
