// Models that were compiled, in a folder of their own: each once, by the digest of its bytes, the compiler and the options.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { compile, types } from "sconce-compiler";
import { type Options, modelFile } from "./options.js";

const { version } = createRequire(import.meta.url)("sconce-compiler/package.json") as { version: string };

/** A compiled model, in a folder of its own, which has its files of weights too. */
export interface Compiled {
  /** Of the file that it was compiled from, of the compiler and of the options. */
  readonly digest: string;
  /** The file. */
  readonly path: string;
  /** What it should be called. */
  readonly name: string;
}

/** Compiles models into a folder, and writes their declarations beside them. */
export class Models {
  readonly #folder: string;
  readonly #options: Options;
  readonly #underWay = new Map<string, Promise<Compiled>>();

  constructor(folder: string, options: Options) {
    this.#folder = folder;
    this.#options = options;
  }

  /** The model as it is now. Two that ask at once share the work. */
  compile(model: string): Promise<Compiled> {
    const before = this.#underWay.get(model);
    if (before !== undefined) return before;
    const compiling = this.#compile(model).finally(() => this.#underWay.delete(model));
    this.#underWay.set(model, compiling);
    return compiling;
  }

  /** The compiled model of a digest that was given out, or one of its files of weights. */
  async find(digest: string, weights: string | undefined): Promise<string | undefined> {
    const named = async (folder: string, ending: string) => (await readdir(folder).catch(() => [])).find((name) => name.endsWith(ending));
    const name = await named(this.#folder, `-${digest}`);
    if (name === undefined) return undefined;
    const folder = weights === undefined ? join(this.#folder, name) : join(this.#folder, name, "weights");
    const file = await named(folder, weights ?? ".wasm");
    return file && join(folder, file);
  }

  async #compile(model: string): Promise<Compiled> {
    const { exact, budget, split } = this.#options;
    const inputs = this.#options.inputs?.[basename(model)];
    const methods = this.#options.methods?.[basename(model)];
    // Ours first: one compiled model is kept of each file.
    const name = basename(model).replace(modelFile, ".wasm");
    const place = `${basename(model).replace(modelFile, "")}-${hash(model)}`;
    const digest = await digestOf(model, JSON.stringify({ version, tool: process.env["SCONCE_TOOL"], exact, budget, split, inputs, methods }), await arraysBeside(model));
    const folder = `${place}-${digest}`;
    const path = join(this.#folder, folder, name);
    // Written last: where it is, its weights are.
    if (!(await exists(path))) {
      await mkdir(dirname(path), { recursive: true });
      await compile(model, { output: path, exact, budget, split, inputs, methods });
      const older = (await readdir(this.#folder)).filter((entry) => entry.startsWith(`${place}-`) && entry !== folder);
      await Promise.all(older.map((entry) => rm(join(this.#folder, entry), { recursive: true, force: true })));
    }
    await this.#declare(model, path);
    return { digest, path, name };
  }

  async #declare(model: string, path: string): Promise<void> {
    const { types: ending = "pt2.d.ts" } = this.#options;
    if (ending === false) return;
    const file = model.replace(modelFile, `.${ending.replace("pt2", extname(model).slice(1))}`);
    const [text, old] = await Promise.all([types(path, { url: true }), readFile(file, "utf8").catch(() => undefined)]);
    // Left alone where it says the same: who watches it would begin anew.
    if (text !== old) await writeFile(file, text);
  }
}

/** The files of weights beside a compiled model: their names and paths. */
export async function weightsBeside(path: string): Promise<{ readonly name: string; readonly path: string }[]> {
  const folder = join(dirname(path), "weights");
  return (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".bin")).map((name) => ({ name, path: join(folder, name) }));
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** What a compiled model is made of: the model, and of TorchScript, which records no shapes, the arrays beside it that tell them, NAME.npz whether it is there or not. */
export async function sourcesOf(model: string): Promise<string[]> {
  return extname(model) === ".pt" ? [...new Set([model, model.replace(modelFile, ".npz"), ...(await arraysBeside(model))])] : [model];
}

/** NAME.npz beside a TorchScript model, NAME-sizes.npz and NAME-sequence.npz, and NAME.METHOD.npz. */
async function arraysBeside(model: string): Promise<string[]> {
  if (extname(model) !== ".pt") return [];
  const name = basename(model).replace(modelFile, "");
  const files = await readdir(dirname(model));
  return files.filter((file) => file.startsWith(name) && /^(-sizes(-\d+)?|-sequence|\.\w+)?\.npz$/.test(file.slice(name.length))).sort().map((file) => join(dirname(model), file));
}

async function digestOf(model: string, how: string, more: readonly string[]): Promise<string> {
  const sha256 = createHash("sha256").update(how);
  for (const file of [model, ...more]) for await (const chunk of createReadStream(file)) sha256.update(chunk as Buffer);
  return sha256.digest("hex").slice(0, 16);
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);
