// What `sconce bench` does where the model runs, in Node and on a page alike: runs it, and times its steps.
import { measurePeak } from "./peak.mjs";

const arrays = {
  bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  float16: Uint16Array, bfloat16: Uint16Array, float32: Float32Array, float64: Float64Array,
  complex64: Float32Array, complex128: Float64Array,
};

// Loading tells how long it took; what follows takes as long as this, or as the rounds that were asked for.
const warmMs = 500;
const enoughMs = 2000;
const fewest = 5;
const most = 1000;

/**
 * @param load the runtime's
 * @param source the artifact
 * @param inputs name, dtype and shape of each input
 */
export async function measure(load, source, { threads, relaxed, rounds, inputs }) {
  const tensors = Object.fromEntries(inputs.map(({ name, dtype, shape }) => [name, { dtype, shape, data: random(dtype, shape) }]));
  const clock = () => performance.now();
  const begun = clock();
  const model = await load(source, { threads, ...(relaxed ? {} : { relaxed: false }) });
  const loaded = clock();
  await model.run(tensors);
  const ran = clock();

  await repeat(undefined, warmMs, () => model.run(tensors));
  const runs = await repeat(rounds, enoughMs, async () => {
    const start = clock();
    await model.run(tensors);
    return clock() - start;
  });
  const profiles = await repeat(rounds, enoughMs, async () => (await model.profile(tensors)).steps.map(({ milliseconds }) => milliseconds));
  const { threads: { used }, relaxedSimd } = model.report();
  model.dispose();
  return { load: loaded - begun, firstRun: ran - loaded, runs, profiles, threads: used, relaxed: relaxedSimd.used, peak: measurePeak() };
}

/** As often as asked, or until the time is over. */
async function repeat(times, milliseconds, action) {
  const results = [];
  const until = performance.now() + milliseconds;
  while (times === undefined ? results.length < fewest || (performance.now() < until && results.length < most) : results.length < times) {
    results.push(await action());
  }
  return results;
}

/** Floats about 0; integers 0 or 1, which are also indices wherever two rows are. Always the same ones. */
function random(dtype, shape) {
  const parts = dtype.startsWith("complex") ? 2 : 1;
  const data = new arrays[dtype](shape.reduce((product, size) => product * size, parts));
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  // Halves hold 0.5 with either sign: of their bits only those that both formats understand.
  const half = { float16: [0x3800, 0xb800], bfloat16: [0x3f00, 0xbf00] }[dtype];
  for (let i = 0; i < data.length; i++) {
    if (half !== undefined) data[i] = half[next() < 0.5 ? 0 : 1];
    else if (data instanceof BigInt64Array) data[i] = next() < 0.5 ? 0n : 1n;
    else if (data instanceof Float32Array || data instanceof Float64Array) data[i] = 2 * next() - 1;
    else data[i] = next() < 0.5 ? 0 : 1;
  }
  return data;
}
