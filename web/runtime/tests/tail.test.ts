// Memory for what only a run can tell the size of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Graph } from "../src/core.js";
import { header } from "../src/graph/context-header.js";
import { ExecutionContext } from "../src/graph/execution-context.js";
import type { Program } from "../src/graph/program.js";
import { makeArtifact } from "./fixture.js";

/** A context whose run asks for these bytes one after the other, beginning anew each time as turns of a loop do, and how often it began. */
async function asking(sizes: readonly number[], limit?: number): Promise<{ context: ExecutionContext; runs: () => number }> {
  const graph = await Graph.fromModule(await WebAssembly.compile(makeArtifact()), { memory: limit });
  const { code, memory } = graph;
  const bytes = graph.manifest.context.header + 64;
  const tail = graph.manifest.context.header;
  const manifest = { ...graph.manifest, symbols: [], inputs: [], outputs: [], steps: [], arena: 0, threadArena: 0, context: { ...graph.manifest.context, header: bytes, tail } };
  let count = 0;
  const run = (context: number): number => {
    count++;
    const [start = 0, end = 0] = new Uint32Array(memory.buffer, context + tail, 2);
    const wanted = sizes.find((size) => size > end - start);
    if (wanted === undefined) return 0;
    new BigInt64Array(memory.buffer, context + 4 * header.fault, 3).set([0n, BigInt(wanted), 0n]);
    return 3;
  };
  const program: Program = {
    manifest, code, memory,
    exports: { plan: () => bytes, run, reset: () => undefined },
    resize: (region, size) => { graph.resize(region, size); },
    release: (region) => { graph.release(region); },
  };
  const region = { start: 0, end: 0 };
  graph.resize(region, bytes);
  return { context: new ExecutionContext(program, region), runs: () => count };
}

const growing = Array.from({ length: 40 }, (_, turn) => 100_000 * (turn + 1));

test("a loop that finds ever larger sizes begins anew a few times, not each turn", async () => {
  const { context, runs } = await asking(growing);
  context.compute();
  assert.equal(runs(), 2);
  context.compute();
  assert.equal(runs(), 3);
});

test("where memory has an end a run takes no more than it needs", async () => {
  const { context } = await asking(growing.slice(0, 9), 2 << 20);
  context.compute();
  assert.ok(context.byteLength < 1 << 20, `${context.byteLength} bytes`);
});
