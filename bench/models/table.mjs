// A bench run as the Markdown that README shows.
import { geometricMean } from "./measure.mjs";
import { title } from "./models.mjs";

const ms = (time) => (time === undefined ? "" : time < 100 ? time.toFixed(1) : time.toFixed(0));
const kilobytes = ({ bytes, gzip }) => `${Math.round(bytes / 1000)} (${Math.round(gzip / 1000)})`;
const megabytes = (bytes) => (bytes === undefined ? "" : (bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0));
/** Not every engine has every model. */
export const labelsOf = (models, part) => [...new Set(models.flatMap((model) => Object.keys(part(model))))];

const line = (cells) => `| ${cells.join(" | ")} |`;
const markdown = (header, rows) => [line(header), line(header.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");

/** What a run of the model makes of the machine: GFLOP/s, and the part of what multiply-adds of 128-bit vectors reach at most. */
const rate = ({ flops, peak }, { median }, threads) => [(flops / median / 1e6).toFixed(0), `${((100 * flops) / median / 1e6 / threads / (peak.relaxed ?? peak.plain)).toFixed(0)} %`];

/** Median milliseconds of a run, and how they compare. */
export function speed({ models, threads }) {
  const labels = labelsOf(models, ({ engines }) => engines);
  const [ours, ...rivals] = labels;
  const ratio = ({ engines }, label) => (engines[label] === undefined ? undefined : engines[label].ratio);
  const mean = (label) => geometricMean(models.map((model) => ratio(model, label)).filter((value) => value !== undefined)).toFixed(2);
  return markdown(
    ["model", ...labels.map((label) => `${label}, ms`), ...rivals.map((label) => `${label} / ${ours}`), "GFLOP/s", "of peak"],
    [
      ...models.map((model) => [
        title(model.name), ...labels.map((label) => ms(model.engines[label]?.median)), ...rivals.map((label) => ratio(model, label)?.toFixed(2) ?? ""),
        ...rate(model, model.engines[ours], threads),
      ]),
      ["geometric mean", ...labels.map(() => ""), ...rivals.map(mean), "", ""],
    ]);
}

/** What comes before a run: starting, memory, code, compiling. */
export function costs({ models }) {
  const starts = labelsOf(models, ({ starts }) => starts);
  return markdown(
    ["model", ...starts.map((label) => `cold start, ${label}, ms`), ...starts.map((label) => `peak memory, ${label}, MB`), "weights, MB", "arena, MB", "arena / largest live set", "wasm memory beside, MB",
      "code, kB (gzip)", "code, relaxed, kB (gzip)", "compile, s", "compile memory / model"],
    models.map(({ name, starts: by, weights, arena, largestLive, code, compile }) => {
      const memory = Object.values(by)[0]?.bytes?.memory;
      return [
        title(name), ...starts.map((label) => ms(by[label]?.cold)), ...starts.map((label) => megabytes(by[label]?.memory)),
        megabytes(weights), megabytes(arena), largestLive > 0 ? (arena / largestLive).toFixed(2) : "", memory === undefined ? "" : megabytes(memory - weights - arena), kilobytes(code.plain), kilobytes(code.relaxed),
        (compile.milliseconds / 1000).toFixed(1), compile.memory > 0 ? (compile.memory / compile.bytes).toFixed(1) : "",
      ];
    }));
}

/** On what it was measured. */
export function conditions({ models, runtime, versions, machine, threads }) {
  const busy = machine.load > machine.threads ? `, which other work kept busy (load ${machine.load.toFixed(0)}): the ratios count, the milliseconds do not` : "";
  const peak = (kind) => Math.max(...models.map(({ peak }) => peak[kind] ?? 0)).toFixed(0);
  const kB = ({ gzip }) => Math.round(gzip / 1000);
  return [
    `${threadsText(threads)}, batch 1, float32, at least ${Math.min(...models.flatMap(({ engines }) => Object.values(engines).map(({ rounds }) => rounds)))} rounds;`,
    `${versionTexts(versions).join("; ")}; ${machine.processor}, ${machine.threads} threads${busy}.`,
    `Peak of 128-bit multiply-adds in this engine: ${peak("relaxed")} GFLOP/s a thread, ${peak("plain")} without relaxed SIMD.`,
    `Runtime to download: sconce ${kB(runtime.sconce)} kB, onnxruntime-web ${kB(runtime["onnxruntime-web"])} kB (gzip).`,
  ].join("\n");
}

export const threadsText = (threads) => ({ 1: "One thread", 2: "Two threads" })[threads] ?? `${threads} threads`;

export const versionTexts = ({ host, native, ...engines }) =>
  [host, ...Object.entries(engines).filter(([, version]) => version).map(([name, version]) => `${name} ${version}`), native].filter(Boolean);
