// Times an artefact's steps one by one, on one thread: node steps.mjs MODEL.wasm [SYMBOL=VALUE …]. Inputs are zeros.
import { readFileSync } from "node:fs";

const [path, ...given] = process.argv.slice(2);
const symbols = Object.fromEntries(given.map((text) => text.split("=")).map(([name, value]) => [name, Number(value)]));
const module = new WebAssembly.Module(readFileSync(path));
const manifest = JSON.parse(Buffer.from(WebAssembly.Module.customSections(module, "sconce.manifest")[0]).toString());
const context = Math.ceil(manifest.memory.constantsEnd / 16) * 16;
const pages = (bytes) => Math.ceil(bytes / 65536) + 1;
const memory = new WebAssembly.Memory({ initial: Math.max(pages(context + manifest.context.header), manifest.memory.minPages), maximum: 65536 });
let { plan, run, reset } = new WebAssembly.Instance(module, { env: { memory } }).exports;
try {
  const relaxed = new WebAssembly.Module(WebAssembly.Module.customSections(module, "sconce.relaxed")[0]);
  ({ plan, run, reset } = new WebAssembly.Instance(relaxed, { env: { memory } }).exports);
} catch (error) {
  console.log(`without relaxed SIMD: ${error.message}`);
}

const header = new Int32Array(memory.buffer, context, manifest.context.header / 4);
header[1] = 1;
manifest.symbols.forEach((symbol, i) => (header[manifest.context.symbols / 4 + i] = symbols[symbol.name] ?? symbol.min));
const size = plan(context);
memory.grow(Math.max(0, pages(context + size) - memory.buffer.byteLength / 65536));
reset(context);

const best = manifest.steps.map(() => Infinity);
for (let round = 0; round < 60; round++) {
  for (let step = 0; step < best.length; step++) {
    const start = process.cpuUsage();
    const code = run(context, step, step + 1);
    const { user, system } = process.cpuUsage(start);
    if (code !== 0) throw new Error(manifest.errors[code]);
    best[step] = Math.min(best[step], user + system);
  }
}

const total = best.reduce((a, b) => a + b, 0);
const kernels = new Map();
manifest.steps.forEach((step, i) => {
  const flops = typeof step.flops === "number" ? step.flops : 0;
  console.log(`${String(i).padStart(4)} ${String(best[i]).padStart(7)} µs ${(flops / best[i] / 1e3).toFixed(1).padStart(6)} GFLOP/s  ${step.kernel.padEnd(28)} ${step.operator} ${step.name}`);
  const sum = kernels.get(step.kernel) ?? [0, 0];
  kernels.set(step.kernel, [sum[0] + best[i], sum[1] + 1]);
});
for (const [kernel, [time, count]] of [...kernels].sort((a, b) => b[1][0] - a[1][0])) {
  console.log(`${String(time).padStart(12)} µs ${((100 * time) / total).toFixed(1).padStart(5)} %  ${count} x ${kernel}`);
}
console.log(`${String(total).padStart(12)} µs in all`);
