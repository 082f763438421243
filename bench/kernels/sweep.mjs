// Times the kernels that Sconce.Bench.Kernels wrote: node sweep.mjs FOLDER [--filter TEXT] [--save] SWEEP…  Prints tables, and writes
// bench/results/kernels.json.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measurePeak } from "../../src/Sconce.Cli/Bench/peak.mjs";

const { values: { filter, save }, positionals: [folder, ...sweeps] } = parseArgs({
  allowPositionals: true,
  options: { filter: { type: "string", default: "" }, save: { type: "boolean", default: false } },
});
const before = measurePeak();

/** GFLOP/s by processor time, the best of many short samples: other programs run on the same machine. */
function rateOf(file, sizes, tiles, flops) {
  let end = 4096;
  const addresses = sizes.map((size) => {
    const start = end;
    end = (end + size + 255) & ~63;
    return start;
  });
  const memory = new WebAssembly.Memory({ initial: (end >>> 16) + 2, maximum: 4096 });
  new Float32Array(memory.buffer).fill(0.5);
  const bytes = readFileSync(file);
  if (!WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const once = () => tiles.forEach((count, phase) => {
    const tile = exports[`tile${phase}`];
    for (let i = 0; i < count; i++) tile(...addresses, i);
  });
  const warm = performance.now();
  while (performance.now() - warm < 200) once();
  const repeat = Math.max(1, Math.round(1e8 / flops));
  const rates = Array.from({ length: 40 }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < repeat; i++) once();
    const { user, system } = process.cpuUsage(start);
    return (flops * repeat) / (user + system) / 1e3;
  }).sort((a, b) => a - b);
  // All but the very best two, which may be the clock's.
  return rates[37];
}

const results = {};
for (const sweep of sweeps) {
  const rows = new Map();
  const seen = {};
  for (const line of readFileSync(join(folder, sweep, "list.tsv"), "utf8").trim().split("\n")) {
    const [file, name, kernel, variant, sizes, tiles, flops] = line.split("\t");
    if (!`${name} ${kernel}`.includes(filter)) continue;
    // The same case of either variant, for which the kernel may be another: the first of that name, the second…
    const nth = (seen[`${name} ${variant}`] = (seen[`${name} ${variant}`] ?? 0) + 1);
    const row = rows.get(`${name} ${nth}`) ?? { name, kernel };
    if (row.kernel !== kernel) row.kernel = `${row.kernel}, not relaxed ${kernel}`;
    row[variant] = rateOf(join(folder, sweep, file), sizes.split(",").map(Number), tiles.split(",").map(Number), Number(flops));
    rows.set(`${name} ${nth}`, row);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${sweep}: ${name} ${kernel}`);
  }
  results[sweep] = [...rows.values()];
}

const after = measurePeak();
// Both variants are told as a part of the same: what fused multiply-adds reach, where the engine has them.
const peak = { relaxed: Math.max(before.relaxed ?? 0, after.relaxed ?? 0), plain: Math.max(before.plain, after.plain) };
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: cpus()[0].model, threads: cpus().length, system: `${platform()} ${arch()}` },
  engine: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
  peak,
  sweeps: results,
};

const line = (cells) => console.log(`| ${cells.join(" | ")} |`);
const part = (rate, of) => (rate === undefined ? ["", ""] : [rate.toFixed(0), `${((100 * rate) / of).toFixed(0)} %`]);
for (const [sweep, rows] of Object.entries(results)) {
  console.log(`\n${sweep}, GFLOP/s\n`);
  line([sweep, "kernel", "relaxed", "of peak", "not", "of peak"]);
  line(["---", "---", "---:", "---:", "---:", "---:"]);
  for (const { name, kernel, relaxed, plain } of rows) line([name, kernel, ...part(relaxed, peak.relaxed), ...part(plain, peak.relaxed || peak.plain)]);
}
console.log(`\nOne thread; ${report.engine}; ${report.machine.processor}. Peak: ${peak.relaxed.toFixed(1)} GFLOP/s, ${peak.plain.toFixed(1)} without relaxed SIMD.`);
if (save) {
  const kept = fileURLToPath(new URL("../results/", import.meta.url));
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "kernels.json"), `${JSON.stringify(report, (_, value) => (typeof value === "number" ? Number(value.toFixed(1)) : value), 1)}\n`);
}
