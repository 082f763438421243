// Lets engines take turns on one model: A B C, A B C, …, so that whatever else the machine does falls on all of them alike.

/** Outputs further than this from PyTorch's, relative to the largest, are no result. */
const tolerance = 1e-3;

const enoughMs = 5000;

/**
 * @param contestants `{ label, host, engine }[]`; the first is what the others are compared with
 * @returns for each label its milliseconds, by rounds
 */
export async function takeTurns(name, contestants, { rounds, warm }) {
  for (const host of new Set(contestants.map(({ host }) => host))) if (host.name !== "native") await host.ask({ command: "input", name });
  const loaded = [];
  for (const { host, engine } of contestants) loaded.push(await host.ask({ command: "load", engine, name }));
  const run = async ({ label, host, engine }) => {
    const { milliseconds, error } = await host.ask({ command: "run", engine });
    if (!(error <= tolerance)) throw new Error(`${name} by ${label} is wrong: ${error} of the largest output away from PyTorch's answer`);
    return milliseconds;
  };
  // One after the other: engines tier up their code as it is called.
  for (const contestant of contestants) for (let i = 0; i < warm; i++) await run(contestant);
  const times = contestants.map(() => []);
  const begun = performance.now();
  // More rounds of a small model, which any disturbance distorts more.
  for (let round = 0; round < rounds || (round < 10 * rounds && performance.now() - begun < enoughMs); round++) {
    for (let i = 0; i < contestants.length; i++) {
      // Each round begins with another: nobody always follows the same neighbour.
      const turn = (round + i) % contestants.length;
      times[turn].push(await run(contestants[turn]));
    }
  }
  return Object.fromEntries(contestants.map(({ label }, i) => [label, { load: loaded[i].milliseconds, ...summary(times[i]), ratio: ratio(times[i], times[0]) }]));
}

export async function close(contestants) {
  for (const { host, engine } of contestants) if (host.name !== "native") await host.ask({ command: "close", engine });
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
