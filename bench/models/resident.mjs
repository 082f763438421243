// What processes take of the machine's memory, as Linux counts it; undefined elsewhere.
import { readFileSync, readdirSync } from "node:fs";

const field = (status, name) => 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? 0);

const read = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
};

/** Bytes resident now, and at the most so far, of these processes together. */
export function memoryOf(pids) {
  if (process.platform !== "linux") return undefined;
  const states = pids.map((pid) => read(pid, "status"));
  const sum = (name) => states.reduce((total, status) => total + field(status, name), 0);
  return { now: sum("VmRSS"), most: sum("VmHWM") };
}

/** The processes of a browser in which pages live: those of its process group whose command line says so. */
export function pageProcesses(group) {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && Number(/\) \S (?:\S+) (\d+)/.exec(read(pid, "stat"))?.[1]) === group
    && /--type=renderer|-contentproc/.test(read(pid, "cmdline")));
}
