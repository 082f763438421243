// Lets engines take turns on one model: A B C, A B C, …, so that whatever else the machine does falls on all of them alike.

/** Outputs further than this from PyTorch's, relative to the largest, are no result. */
const tolerance = 1e-3;

/**
 * Before each turn everybody rests so long, in milliseconds: threads of an engine that wait for more work keep a core busy for a while
 * (EfficientNet-B0, two threads on two cores, Chromium: sconce 22.5 and PyTorch 30.5 ms without this, 19.6 and 27.8 with 10, 15.1 and 20.9 with 30).
 */
const rest = 30;

/**
 * @param contestants `{ label, host, engine }[]`; the first is what the others are compared with
 * @param tensors what the model's input and output are
 * @returns for each label its milliseconds, by rounds
 */
export async function takeTurns(name, tensors, contestants, { rounds, seconds, threads }) {
  for (const host of new Set(contestants.map(({ host }) => host))) if (host.name !== "native") await host.ask({ command: "input", name, ...tensors });
  const run = async ({ label, host, engine }) => {
    await new Promise((resolve) => setTimeout(resolve, rest));
    const { milliseconds, error } = await host.ask({ command: "run", engine });
    if (!(error <= tolerance)) throw new Error(`${name} by ${label} is wrong: ${error} of the largest output away from PyTorch's answer`);
    return milliseconds;
  };
  for (const { host, engine } of contestants) await host.ask({ command: "load", engine, name, threads });
  // One after the other: engines tier up their code as it is called.
  for (const contestant of contestants) {
    for (let i = 0, begun = performance.now(); i < 2 || (i < 20 && performance.now() - begun < 500); i++) await run(contestant);
  }
  const times = contestants.map(() => []);
  const begun = performance.now();
  // More rounds of a small model, which any disturbance distorts more.
  for (let round = 0; round < rounds || (round < 20 * rounds && performance.now() - begun < 1000 * seconds); round++) {
    for (let i = 0; i < contestants.length; i++) {
      // Each round begins with another: nobody always follows the same neighbour.
      const turn = (round + i) % contestants.length;
      times[turn].push(await run(contestants[turn]));
    }
  }
  for (const { host, engine } of contestants) if (host.name !== "native") await host.ask({ command: "close", engine });
  return Object.fromEntries(contestants.map(({ label }, i) => [label, { ...summary(times[i]), ratio: ratio(times[i], times[0]) }]));
}

/**
 * What an engine costs before it is warm, each in a new host: milliseconds of loading and the first run with the file's bytes at hand; and
 * the memory that its process takes beyond what it took before, at the most, when the model loads as a stream and runs twice.
 */
export async function startAnew(name, tensors, { start, engine, threads }) {
  const fresh = async (command) => {
    const host = await start();
    try {
      await host.ask({ command: "input", name, ...tensors });
      const before = host.memory();
      const answer = await host.ask({ command, engine, name, threads });
      const after = host.memory();
      return { ...answer, memory: before === undefined ? undefined : after.most - before.now };
    } finally {
      await host.close();
    }
  };
  const { milliseconds } = await fresh("cold");
  const { report, memory } = await fresh("stream");
  return { cold: milliseconds, memory, bytes: report?.bytes };
}

const quantile = (sorted, q) => {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
};

const summary = (times) => {
  const sorted = times.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), lower: quantile(sorted, 0.25), upper: quantile(sorted, 0.75), least: sorted[0], rounds: times.length };
};

/** The median over the rounds of theirs / ours: how many times as long it took. */
const ratio = (theirs, ours) => quantile(theirs.map((time, round) => time / ours[round]).toSorted((a, b) => a - b), 0.5);

export const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
