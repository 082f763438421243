import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Models, sourcesOf } from "./compiled.js";
import { type Options, modelFile } from "./options.js";

export type { Options } from "./options.js";

interface Resolved {
  readonly path: string;
  readonly namespace: string;
  readonly pluginData: string;
}

interface Loaded {
  readonly contents?: Uint8Array;
  readonly loader?: "file";
  readonly watchFiles?: string[];
  readonly errors?: { text: string }[];
}

/** What the plugin needs of esbuild's build: said here, so that its package need not be there for the types. */
export interface Build {
  onResolve(options: { filter: RegExp }, callback: (file: { readonly path: string; readonly resolveDir: string }) => Resolved | undefined): void;
  onLoad(options: { filter: RegExp; namespace: string }, callback: (file: { readonly pluginData: string }) => Promise<Loaded>): void;
}

const namespace = "sconce";

/** Compiled models for esbuild: `import model from "./model.pt2"` gives the address of a file in the output folder, as its loader `file` does. */
export default function sconce(options: Omit<Options, "split"> = {}) {
  const models = new Models(options.cacheDir ?? join("node_modules", ".cache", "sconce"), options);
  return {
    name: "sconce",
    setup(build: Build): void {
      // Under the name of what it becomes, which is the name that the file gets.
      build.onResolve({ filter: modelFile }, ({ path, resolveDir }) => {
        if (!/^\.?\.?[\\/]|^\w:/.test(path)) return undefined;
        const model = resolve(resolveDir, path);
        return { path: model.replace(modelFile, ".wasm"), namespace, pluginData: model };
      });
      build.onLoad({ filter: /(?:)/, namespace }, async ({ pluginData: model }) => {
        const watchFiles = await sourcesOf(model);
        try {
          const { path } = await models.compile(model);
          return { contents: await readFile(path), loader: "file", watchFiles };
        } catch (error) {
          return { errors: [{ text: (error as Error).message }], watchFiles };
        }
      });
    },
  };
}
