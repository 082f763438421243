// Stands in for the runtime in the tests of NodeHost: the model's one byte says what it does.
import { readFile } from "node:fs/promises";

export async function load(path) {
  const kind = await readFile(path, "utf8");
  if (kind === "refuse") throw new Error("expected a model, but got bytes");
  console.log("words that are no message");
  return {
    inputs: [{ name: "x", dtype: kind === "half" ? "bfloat16" : "float32", shape: ["n"] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["n"] }, { name: "runs", dtype: "int64", shape: [] }],
    runs: 0n,
    async run({ x }) {
      if (kind === "crash") { console.error("the last words"); process.exit(7); }
      if (kind === "hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
      this.runs++;
      const runs = { dtype: "int64", shape: [], data: BigInt64Array.of(this.runs) };
      return { runs, y: { ...x, data: kind === "half" ? x.data : x.data.map((value) => value * 2) } };
    },
    async reset() { this.runs = 0n; },
    report: () => ({ threads: 1 }),
    dispose() {},
  };
}
