// Models that were compiled, in a folder of their own: each once, by the digest of its bytes, the compiler and the options.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { compile, types } from "sconce-compiler";
import { type Options, modelFile } from "./options.js";

const { version } = createRequire(import.meta.url)("sconce-compiler/package.json") as { version: string };

/** A compiled model. */
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

  /** The file of a digest that was given out. */
  async find(digest: string): Promise<string | undefined> {
    const name = (await readdir(this.#folder).catch(() => [])).find((file) => file.endsWith(`-${digest}.wasm`));
    return name && join(this.#folder, name);
  }

  async #compile(model: string): Promise<Compiled> {
    const { exact, budget } = this.#options;
    // Ours first: one compiled model is kept of each file.
    const place = `${basename(model).replace(modelFile, "")}-${hash(model)}`;
    const digest = await digestOf(model, JSON.stringify({ version, tool: process.env["SCONCE_TOOL"], exact, budget }));
    const path = join(this.#folder, `${place}-${digest}.wasm`);
    if (!(await exists(path))) {
      await mkdir(this.#folder, { recursive: true });
      await compile(model, { output: path, exact, budget });
      const older = (await readdir(this.#folder)).filter((file) => file.startsWith(`${place}-`) && file !== basename(path));
      await Promise.all(older.map((file) => rm(join(this.#folder, file), { force: true })));
    }
    await this.#declare(model, path);
    return { digest, path, name: basename(model).replace(modelFile, ".wasm") };
  }

  async #declare(model: string, path: string): Promise<void> {
    const { types: ending = "pt2.d.ts" } = this.#options;
    if (ending === false) return;
    const file = model.replace(modelFile, `.${ending}`);
    const [text, old] = await Promise.all([types(path, { url: true }), readFile(file, "utf8").catch(() => undefined)]);
    // Left alone where it says the same: who watches it would begin anew.
    if (text !== old) await writeFile(file, text);
  }
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

async function digestOf(file: string, how: string): Promise<string> {
  const sha256 = createHash("sha256").update(how);
  for await (const chunk of createReadStream(file)) sha256.update(chunk as Buffer);
  return sha256.digest("hex").slice(0, 16);
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);
