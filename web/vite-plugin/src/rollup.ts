import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { Models, sourcesOf, weightsBeside } from "./compiled.js";
import { type Options, modelFile } from "./options.js";

export type { Options } from "./options.js";

/** What these plugins need of Rollup's own context: said here, so that its package need not be there for the types. */
export interface BuildContext {
  emitFile(file: { readonly type: "asset"; readonly source: Uint8Array } & ({ readonly name: string } | { readonly fileName: string })): string;
  getFileName(reference: string): string;
  addWatchFile(file: string): void;
  error(problem: { readonly message: string; readonly id?: string }): never;
}

/** Compiled models for Rollup: `import model from "./model.pt2"` gives the address of an asset. */
export default function sconce(options: Options = {}) {
  const models = new Models(options.cacheDir ?? join("node_modules", ".cache", "sconce"), options);
  const assets = new Assets();
  return {
    name: "sconce",
    buildStart: (): void => assets.clear(),
    async load(this: BuildContext, id: string): Promise<string | undefined> {
      return modelFile.test(id) ? await assets.emit(this, models, id) : undefined;
    },
    async generateBundle(this: BuildContext): Promise<void> {
      await assets.emitWeights(this);
    },
  };
}

/** The models of a build, beside the page's scripts. */
export class Assets {
  /** Compiled files by the references of their assets. */
  readonly #emitted = new Map<string, string>();

  clear(): void {
    this.#emitted.clear();
  }

  /** The module of a model: its address. */
  async emit(context: BuildContext, models: Models, id: string): Promise<string> {
    for (const file of await sourcesOf(id)) context.addWatchFile(file);
    const { path, name } = await models.compile(id).catch((error: Error) => context.error({ message: error.message, id }));
    const reference = context.emitFile({ type: "asset", name, source: await readFile(path) });
    this.#emitted.set(reference, path);
    return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
  }

  /** Files of weights, when it is known where the models go that look for them beside them. Models share what is equal. */
  async emitWeights(context: BuildContext): Promise<void> {
    const weights = new Map<string, string>();
    for (const [reference, compiled] of this.#emitted) {
      const folder = posix.join(posix.dirname(context.getFileName(reference)), "weights");
      for (const { name, path } of await weightsBeside(compiled)) weights.set(posix.join(folder, name), path);
    }
    for (const [fileName, path] of weights) context.emitFile({ type: "asset", fileName, source: await readFile(path) });
  }
}
