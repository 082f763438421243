// Random numbers that follow from a seed, and what cases are made of.

const edges = [
  0, 1, -1, 2, 3, 4, 7, 8, 16, 63, 64, 127, 128, 255, 256, 1024, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53 - 1, 2 ** 53, -(2 ** 31), 1e308, 0.5, -0.5,
];
const names = ["", "constructor", "__proto__", "toString", "length", "hasOwnProperty", "x", "in0", "output", "\0", "\u001b[31m", "é", "+", "*", "//", "%", "min", "max", "float32", "int64", "bool"];

export class Random {
  #state;

  constructor(...seed) {
    this.#state = seed.reduce((state, part) => Math.imul(state ^ part, 0x9e3779b1) + 0x7f4a7c15 | 0, 1);
    for (let i = 0; i < 4; i++) this.bits();
  }

  bits() {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let bits = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    bits = bits + Math.imul(bits ^ bits >>> 7, 61 | bits) ^ bits;
    return (bits ^ bits >>> 14) >>> 0;
  }

  below(count) {
    return this.bits() % Math.max(count, 1);
  }

  oneIn(count) {
    return this.below(count) === 0;
  }

  of(items) {
    return items[this.below(items.length)];
  }

  edge() {
    return this.of(edges) + (this.oneIn(5) ? this.below(3) - 1 : 0);
  }

  name() {
    return this.oneIn(12) ? "n".repeat(1 << this.below(18)) : this.of(names);
  }
}

/** Changes a tree of JSON at one place. */
export function mutateJson(root, random) {
  const places = [];
  const collect = (parent) => {
    for (const key of Object.keys(parent)) {
      places.push([parent, key]);
      if (typeof parent[key] === "object" && parent[key] !== null) collect(parent[key]);
    }
  };
  collect(root);
  if (places.length === 0) return;
  const [parent, key] = random.of(places);
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      break;
    case 1: {
      const copy = structuredClone(parent[key]);
      if (Array.isArray(parent)) parent.splice(Number(key), 0, copy);
      else Object.defineProperty(parent, random.name(), { value: copy, enumerable: true, configurable: true, writable: true });
      break;
    }
    case 2: {
      const [other, name] = random.of(places);
      parent[key] = structuredClone(other[name]);
      break;
    }
    default: parent[key] = otherValue(parent[key], random);
  }
}

function otherValue(value, random) {
  const same = !random.oneIn(4);
  if (same && typeof value === "number") return random.oneIn(3) ? value + random.below(5) - 2 : random.edge();
  if (same && typeof value === "string") return random.name();
  return random.of([null, true, [], {}, random.edge(), random.name(), [random.name(), random.edge(), random.edge()], ["*", ["*", 2 ** 40, 2 ** 40], "s0"], ["//", 1, 0], ["%", 5, -3]]);
}

export function mutateBytes(bytes, random) {
  const at = random.below(bytes.length);
  const length = 1 + random.below(63);
  switch (random.below(5)) {
    case 0: { const copy = bytes.slice(); copy[at] ^= 1 << random.below(8); return copy; }
    case 1: { const copy = bytes.slice(); copy[at] = random.below(256); return copy; }
    case 2: return bytes.slice(0, at);
    case 3: return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
    default: return Uint8Array.from([...bytes.subarray(0, at), ...Array.from({ length }, () => random.below(256)), ...bytes.subarray(at)]);
  }
}
