import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Models } from "./compiled.js";
import { type Options, modelFile } from "./options.js";

export type { Options } from "./options.js";

/** What these plugins need of Rollup's own context: said here, so that its package need not be there for the types. */
export interface BuildContext {
  emitFile(file: { readonly type: "asset"; readonly name: string; readonly source: Uint8Array }): string;
  addWatchFile(file: string): void;
  error(problem: { readonly message: string; readonly id?: string }): never;
}

/** Compiled models for Rollup: `import model from "./model.pt2"` gives the address of an asset. */
export default function sconce(options: Options = {}) {
  const models = new Models(options.cacheDir ?? join("node_modules", ".cache", "sconce"), options);
  return {
    name: "sconce",
    async load(this: BuildContext, id: string): Promise<string | undefined> {
      return modelFile.test(id) ? await emit(this, models, id) : undefined;
    },
  };
}

/** The module of a model in a build: its address, beside the page's scripts. */
export async function emit(context: BuildContext, models: Models, id: string): Promise<string> {
  context.addWatchFile(id);
  const { path, name } = await models.compile(id).catch((error: Error) => context.error({ message: error.message, id }));
  const reference = context.emitFile({ type: "asset", name, source: await readFile(path) });
  return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
}
