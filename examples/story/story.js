// Tells a story in the terminal: node examples/story/story.js MODEL.wasm [PROMPT] [--temperature T] [--top-k K] [--top-p P] [--seed N] [--threads N]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Storyteller, usual } from "./storyteller.js";
import { Tokenizer } from "./tokenizer.js";

/**
 * @param {string} message
 * @returns {never}
 */
function stop(message) {
  console.error(`story: ${message}`);
  process.exit(2);
}

/**
 * @param {string} option
 * @param {string | undefined} text
 * @param {{ least: number, most: number, whole?: boolean }} range
 */
function number(option, text, { least, most, whole = false }) {
  const value = Number(text);
  if (text?.trim() === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    stop(`--${option} is ${whole ? "a whole" : "a"} number from ${least} to ${most}, not "${text}"`);
  }
  return value;
}

/** @param {readonly string[]} args */
function options(args) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        temperature: { type: "string", default: String(usual.temperature) },
        "top-k": { type: "string", default: String(usual.topK) },
        "top-p": { type: "string", default: String(usual.topP) },
        seed: { type: "string", default: String(usual.seed) },
        threads: { type: "string", default: "1" },
      },
    });
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error));
  }
}

const { values, positionals } = options(process.argv.slice(2));
const [source, prompt = "Once upon a time"] = positionals;
if (source === undefined) stop("which model? ./sconce compile examples/story/story.pt2 --weights int8 -o story.wasm makes one: node examples/story/story.js story.wasm");
const telling = {
  temperature: number("temperature", values.temperature, { least: 0, most: 10 }),
  topK: number("top-k", values["top-k"], { least: 0, most: 2 ** 31, whole: true }),
  topP: number("top-p", values["top-p"], { least: 0, most: 1 }),
  seed: number("seed", values.seed, { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true }),
};
const threads = number("threads", values.threads, { least: 1, most: 64, whole: true });

try {
  const described = JSON.parse(readFileSync(new URL("story.json", import.meta.url), "utf8"));
  const teller = await Storyteller.load(source, new Tokenizer(described.pieces), described, { threads });
  process.stdout.write(prompt);
  let [pieces, began] = [0, performance.now()];
  for await (const piece of teller.tell(prompt, telling)) {
    // The pace is that of the steps: the prompt's come before the first.
    if (pieces++ === 0) began = performance.now();
    process.stdout.write(piece);
  }
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write("\n");
  console.error(`${pieces} tokens${pieces > 1 ? `, ${Math.round((pieces - 1) / seconds)} a second` : ""}`);
  teller.model.dispose();
} catch (error) {
  stop(error instanceof Error ? error.message : String(error));
}
