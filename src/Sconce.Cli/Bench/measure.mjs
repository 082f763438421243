// What `sconce bench` does where the model runs, in Node and on a page alike: runs it, and times its steps.
import { measurePeak } from "./peak.mjs";
import { random } from "./random.mjs";

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
export async function measure(load, source, { threads, relaxed, rounds, inputs, seed }) {
  const tensors = Object.fromEntries(inputs.map(({ name, dtype, shape, value }) => [name, { dtype, shape, data: random(dtype, shape, value) }]));
  const options = seed === undefined ? {} : { seed: BigInt(seed) };
  const clock = () => performance.now();
  const begun = clock();
  const model = await load(source, { threads, ...(relaxed ? {} : { relaxed: false }) });
  const loaded = clock();
  await model.run(tensors, options);
  const ran = clock();

  await repeat(undefined, warmMs, () => model.run(tensors, options));
  const runs = await repeat(rounds, enoughMs, async () => {
    const start = clock();
    await model.run(tensors, options);
    return clock() - start;
  });
  let costs = [];
  const profiles = await repeat(rounds, enoughMs, async () => {
    const { steps } = await model.profile(tensors, options);
    costs = steps.map(({ flops, bytes, turns }) => ({ flops, bytes, turns }));
    return steps.map(({ milliseconds }) => milliseconds);
  });
  const { threads: { used }, relaxedSimd } = model.report();
  model.dispose();
  return { load: loaded - begun, firstRun: ran - loaded, runs, profiles, costs, threads: used, relaxed: relaxedSimd.used, peak: measurePeak() };
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
