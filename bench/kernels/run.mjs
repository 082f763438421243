// Times the kernels that Sconce.Bench.Kernels wrote: node run.mjs FOLDER [FILTER]
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, filter = ""] = process.argv.slice(2);
for (const line of readFileSync(join(folder, "list.tsv"), "utf8").trim().split("\n")) {
  const [file, name, sizes, tiles, flops] = line.split("\t");
  if (!name.includes(filter)) continue;
  let end = 4096;
  const addresses = sizes.split(",").map((size) => {
    const start = end;
    end = (end + Number(size) + 255) & ~63;
    return start;
  });
  const memory = new WebAssembly.Memory({ initial: (end >>> 16) + 2, maximum: 4096 });
  new Float32Array(memory.buffer).fill(0.5);
  let phases;
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(folder, file))), { env: { memory } });
    phases = tiles.split(",").map((count, i) => [exports[`tile${i}`], Number(count)]);
  } catch (error) {
    console.log(name.padEnd(56), "-", String(error).slice(0, 60));
    continue;
  }
  const once = () => {
    for (const [tile, count] of phases) for (let i = 0; i < count; i++) tile(...addresses, i);
  };
  const warm = performance.now();
  while (performance.now() - warm < 200) once();
  // Processor time, and the best of many short samples: other programs run on the same machine.
  const repeat = Math.max(1, Math.round(1e8 / Number(flops)));
  const rates = [];
  for (let sample = 0; sample < 40; sample++) {
    const start = process.cpuUsage();
    for (let i = 0; i < repeat; i++) once();
    const { user, system } = process.cpuUsage(start);
    rates.push((Number(flops) * repeat) / (user + system) / 1e3);
  }
  rates.sort((a, b) => a - b);
  console.log(name.padEnd(56), rates[20].toFixed(1).padStart(6), " best", rates[38].toFixed(1).padStart(6));
}
