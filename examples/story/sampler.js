// Which token comes next: chosen among a model's logits by dice whose seed is known, or the likeliest.

/**
 * @typedef {object} Sampling
 * @property {number} temperature 0: always the likeliest. Below 1 likely tokens become likelier, above 1 all become more alike
 * @property {number} topK only so many of the likeliest are in the choice; 0: all
 * @property {number} topP only the likeliest are that together have this probability; 1: all
 */

/**
 * Numbers from 0 to below 1, the same ones for a seed everywhere (sfc32).
 * @param {number} seed a whole number
 */
export function dice(seed) {
  let [a, b, c, counter] = [0x9e3779b9, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Seeds that are alike begin alike.
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** @param {ArrayLike<number>} logits */
export function likeliest(logits) {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
  return best;
}

/**
 * @param {ArrayLike<number>} logits
 * @param {Sampling} sampling
 * @param {() => number} random
 */
export function choose(logits, { temperature, topK, topP }, random) {
  if (temperature === 0) return likeliest(logits);
  const most = logits[likeliest(logits)] ?? 0;
  /** @type {{ token: number, weight: number }[]} */
  let choice = Array.from(logits, (logit, token) => ({ token, weight: Math.exp((logit - most) / temperature) }));
  if (topK > 0 || topP < 1) {
    choice.sort((one, other) => other.weight - one.weight || one.token - other.token);
    if (topK > 0) choice = choice.slice(0, topK);
    if (topP < 1) {
      const enough = topP * sum(choice);
      let so = 0;
      const last = choice.findIndex(({ weight }) => (so += weight) >= enough);
      if (last >= 0) choice = choice.slice(0, last + 1);
    }
  }
  let left = random() * sum(choice);
  for (const { token, weight } of choice) if ((left -= weight) < 0) return token;
  return choice[0]?.token ?? 0;
}

/** @param {readonly { weight: number }[]} choice */
function sum(choice) {
  return choice.reduce((total, { weight }) => total + weight, 0);
}
