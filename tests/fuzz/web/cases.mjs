// Tries case after case in a process of its own, and says which one it is at.
import { readFileSync, readdirSync } from "node:fs";
import * as artifacts from "./artifacts.mjs";
import * as guests from "./guests.mjs";

const { target, folder, seed, first, last, file } = JSON.parse(process.argv[2]);
const seeds = readdirSync(folder).sort().map((name) => new Uint8Array(readFileSync(`${folder}/${name}`)));
const codes = seeds.map(artifacts.codeOf);

const known = new Set();
for (let number = first; number < last; number++) {
  process.send({ at: number });
  const bytes = file !== undefined ? new Uint8Array(readFileSync(file)) : target === "artifacts" ? artifacts.make(seeds, seed, number) : undefined;
  try {
    const refused = target === "artifacts" ? await artifacts.attempt(bytes, codes) : await guests.attempt(seeds, seed, number);
    if (file !== undefined) process.send({ refused: refused?.message });
  } catch (error) {
    const place = /at (?:async )?([\w.#<> ]+) \(.*\/web\/[\w-]+\/dist/.exec(error?.stack ?? "")?.[1] ?? "";
    const failure = `${error?.name ?? typeof error}: ${String(error?.message ?? error).slice(0, 120)}${place && ` in ${place}`}`;
    const kind = failure.replace(/\d+|".*?"/g, "#");
    if (!known.has(kind)) process.send({ number, failure, stack: error?.stack, bytes });
    known.add(kind);
  }
}
process.send({ end: true });
