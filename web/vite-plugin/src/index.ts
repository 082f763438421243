import { join } from "node:path";
import { Models, sourcesOf } from "./compiled.js";
import { type Options, modelFile } from "./options.js";
import { Assets, type BuildContext } from "./rollup.js";
import { addressOf, answer } from "./serve.js";

export type { Options } from "./options.js";

/** What Vite's plugin takes beyond that. */
export interface ViteOptions extends Options {
  /** `false`: the two headers that threads need are not set for the development and preview servers. */
  readonly headers?: boolean | undefined;
}

interface Server {
  readonly headers?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}

/** What the plugin reads of Vite's configuration: said here, so that its types do not hang on Vite's version. */
interface UserConfig {
  readonly server?: Server | undefined;
  readonly preview?: Server | undefined;
  readonly worker?: { readonly format?: "es" | "iife" | undefined } | undefined;
}

interface ResolvedConfig {
  readonly command: "build" | "serve";
  readonly base: string;
  readonly cacheDir: string;
}

interface DevelopmentServer {
  readonly middlewares: { use(handle: ReturnType<typeof answer>): unknown };
}

// Threads share memory, which a page may have that is cross-origin isolated.
const isolating = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * Compiled models for Vite: `import model from "./model.pt2"`, or `./model.pt`, gives an address for `load`, which knows the model's types by it. Models are compiled as they are
 * imported, once, and anew when they change; errors of the compiler are the page's overlay.
 */
export default function sconce(options: ViteOptions = {}) {
  let models: Models;
  let resolved: ResolvedConfig;
  // One for the page and one for each worker, which Vite bundles for itself.
  const loading = (assets = new Assets()) => ({
    name: "sconce",
    enforce: "pre" as const,
    configResolved(config: ResolvedConfig): void {
      resolved = config;
      models ??= new Models(options.cacheDir ?? join(config.cacheDir, "sconce"), options);
    },
    buildStart: (): void => assets.clear(),
    async load(this: BuildContext, id: string): Promise<string | undefined> {
      if (!modelFile.test(id)) return undefined;
      if (resolved.command === "build") return await assets.emit(this, models, id);
      for (const file of await sourcesOf(id)) this.addWatchFile(file);
      const { digest, name } = await models.compile(id).catch((error: Error) => this.error({ message: error.message, id }));
      return `export default ${JSON.stringify(addressOf(resolved.base, digest, name))};`;
    },
    async generateBundle(this: BuildContext): Promise<void> {
      await assets.emitWeights(this);
    },
  });
  const headersFor = (server: Server | undefined) => (options.headers === false ? {} : { headers: { ...isolating, ...server?.headers } });
  return {
    ...loading(),
    config: (user: UserConfig) => ({
      // Vite's bundling ahead would lose the runtime's worker.
      optimizeDeps: { exclude: ["sconce"] },
      server: headersFor(user.server),
      preview: headersFor(user.preview),
      // A build bundles workers for themselves, with plugins of their own.
      worker: { format: user.worker?.format ?? ("es" as const), plugins: () => [loading()] },
    }),
    configureServer(server: DevelopmentServer): void {
      server.middlewares.use(answer(models, resolved.base));
    },
  };
}
