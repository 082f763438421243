// The Node end of `sconce run`, `verify`, `bench` and `doctor`: one long-lived process that loads models with Sconce's own runtime.
// Each message is a line of JSON, prefixed so that whatever else gets printed cannot be taken for one, and then the
// bytes of its tensors, one after the other. Started as: node host.mjs RUNTIME.js
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { arrays, random } from "../Bench/random.mjs";
import { tooOld } from "./version.mjs";

// Node 20 has relaxed SIMD behind a flag, later ones have it on; the runtime finds out by itself which it may use.
if (Number.parseInt(process.versions.node) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

const prefix = "sconce:";
const { load } = await import(pathToFileURL(process.argv[2]).href);
const models = new Map();
let created = 0;

const commands = {
  async load({ path, threads, relaxed }) {
    const started = performance.now();
    const model = await load(path, {
      ...(threads > 0 ? { threads } : {}),
      ...(relaxed ? {} : { relaxed: false }),
    });
    const milliseconds = [performance.now() - started];
    models.set(++created, model);
    return { model: created, inputs: model.inputs, outputs: model.outputs, methods: model.methods, report: JSON.stringify(model.report()), milliseconds };
  },

  async run({ model, method, tensors, repeat, seed }, payload) {
    const inputs = {};
    let offset = 0;
    for (const { name, dtype, shape, bytes, random: isRandom, value } of tensors) {
      inputs[name] = { dtype, shape, data: isRandom ? random(dtype, shape, value) : new arrays[dtype](payload.slice(offset, offset + bytes)) };
      offset += bytes;
    }
    const milliseconds = [];
    const options = seed === undefined ? {} : { seed: BigInt(seed) };
    let first;
    for (let i = 0; i < repeat; i++) {
      // What a repetition measures is the same call again, so a model with state starts anew.
      if (i > 0) await models.get(model).reset();
      const started = performance.now();
      const outputs = await (method === undefined ? models.get(model).run(inputs, options) : models.get(model).call(method, inputs, options));
      milliseconds.push(performance.now() - started);
      first ??= outputs;
    }
    return { milliseconds, outputs: first };
  },

  async bench({ path, bench }) {
    const { measure } = await import("../Bench/measure.mjs");
    const { node, v8 } = process.versions;
    return { bench: { ...(await measure(load, path, bench)), engine: `Node ${node} (V8 ${v8})` } };
  },

  async probe({ probe: asked }) {
    const { probe } = await import("../Doctor/probe.mjs");
    return { probe: await probe(asked) };
  },

  async reset({ model }) {
    await models.get(model).reset();
    return {};
  },

  async dispose({ model }) {
    await models.get(model).dispose();
    models.delete(model);
    return {};
  },
};

function reply(message, tensors = {}) {
  const list = Object.entries(tensors).map(([name, { dtype, shape, data }]) => ({ name, dtype, shape, bytes: data.byteLength }));
  const line = Buffer.from(`${prefix}${JSON.stringify({ ...message, tensors: list })}\n`);
  const parts = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  // In one piece: a worker's console output goes through this stream too, and must not come between.
  process.stdout.write(Buffer.concat([line, ...parts]));
}

async function handle(request, payload) {
  try {
    if (tooOld !== undefined) throw new Error(tooOld);
    const { outputs, ...message } = await commands[request.command](request, payload);
    if (request.command === "load") reply({ ...message, outputs });
    else reply(message, outputs);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    reply({ error: text || "an error without a message", errorName: error?.name ?? "Error" });
  }
}

let waiting = [];
let waitingBytes = 0;
let pending = null;

function take(count) {
  const whole = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
  waiting = [whole.subarray(count)];
  waitingBytes = whole.length - count;
  return whole.subarray(0, count);
}

for await (const chunk of process.stdin) {
  waiting.push(chunk);
  waitingBytes += chunk.length;
  for (;;) {
    if (!pending) {
      const end = chunk.includes(10) || waiting.length === 1 ? Buffer.concat(waiting).indexOf(10) : -1;
      if (end < 0) break;
      pending = JSON.parse(take(end + 1).toString("utf8"));
    }
    const size = (pending.tensors ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
    if (waitingBytes < size) break;
    const payload = new Uint8Array(take(size)).buffer;
    const request = pending;
    pending = null;
    await handle(request, payload);
  }
}
process.exit(0);
