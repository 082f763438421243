import { element, make } from "../dom.js";
import { formatBytes, formatMilliseconds } from "../format.js";
import type { CallTimes, Calls } from "./protocol.js";

const computing = ["compute", "compute_single"];

const table = element("calls", HTMLTableSectionElement);
const files = element("written", HTMLUListElement);

export function showCalls(calls: Calls): void {
  showComputing(calls);
  table.replaceChildren(...[...calls].map(([name, { count, milliseconds }]) =>
    make("tr", {}, make("td", {}, name), make("td", {}, count.toLocaleString("en")), make("td", {}, formatMilliseconds(milliseconds)))));
  element("calls-section", HTMLElement).hidden = calls.size === 0;
}

export function showFact(id: "exit" | "ready" | "threads" | "compute", value: string, detail = ""): void {
  element(id, HTMLElement).textContent = value;
  element(`${id}-detail`, HTMLElement).textContent = detail;
}

/** Whether the kernels give what the reference evaluator gives. */
export function showProof(value: string, detail: string, verdict: "good" | "bad" | "" = ""): void {
  element("proof", HTMLElement).textContent = value;
  element("proof", HTMLElement).className = verdict;
  element("proof-detail", HTMLElement).textContent = detail;
}

/** The files that the guest wrote, to be saved. */
export function showFiles(written: ReadonlyMap<string, Uint8Array>): void {
  for (const link of files.querySelectorAll("a")) URL.revokeObjectURL(link.href);
  files.replaceChildren(...[...written].map(([path, bytes]) => {
    const href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    return make("li", {}, make("a", { href, download: path.split("/").at(-1) ?? path }, path), make("span", { className: "size" }, formatBytes(bytes.length)));
  }));
  element("written-section", HTMLElement).hidden = written.size === 0;
}

function showComputing(calls: Calls): void {
  const times = computing.map((name) => calls.get(name)).filter((time): time is CallTimes => time !== undefined);
  const count = times.reduce((sum, time) => sum + time.count, 0);
  const milliseconds = times.reduce((sum, time) => sum + time.milliseconds, 0);
  showFact("compute", count === 0 ? "–" : formatMilliseconds(milliseconds), count === 0 ? "" : count === 1 ? "1 call" : `${count.toLocaleString("en")} calls`);
}
