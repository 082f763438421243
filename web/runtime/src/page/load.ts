import { defaultThreads, hasRelaxedSimd, processorThreads, whyNoThreads } from "../graph/engine.js";
import { aborted, SconceError } from "../shared/errors.js";
import { Model } from "./model.js";
import { abortSignal, address, cacheName, callback, checkOptions, count, flag, integrity } from "../shared/options.js";
import { type Progress, Session } from "./session.js";
import { type FileSource, type Source, open } from "../loading/source.js";
import type { ByteStream } from "../loading/stream.js";
import { whyNoWorker } from "../worker/spawn.js";
import type { OutputData } from "../shared/tensor.js";
import type { Known, ModelUrl } from "./types.js";

export interface LoadOptions {
  /** How many threads compute; without it as many as the processor has cores, at most eight. One where they cannot be had. */
  readonly threads?: number | undefined;
  /** Told as the file arrives. What it throws rejects the loading. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops the loading. */
  readonly signal?: AbortSignal | undefined;
  /** A cap on the model's memory, in bytes. */
  readonly memory?: number | undefined;
  /** Relaxed SIMD where engine and file have it (the default); `false` gives the same numbers on every machine. */
  readonly relaxed?: boolean | undefined;
  /** `false`: no worker of its own; runs block this thread. So it is, too, where no worker can be had: in a service worker. */
  readonly worker?: boolean | undefined;
  /** Where the runtime's worker.js is, if not beside the runtime: on the page's own origin. */
  readonly workerUrl?: string | URL | undefined;
  /**
   * Keeps the model in the browser, under this name or under "default": the next visit starts without the network. Whether the server has a newer version is
   * looked for meanwhile, and the visit after that fetches it.
   */
  readonly cache?: boolean | string | undefined;
  /** What the file must be, as HTML's attribute says it: `sha256-` and its SHA-256 in base64. Nothing runs before it is checked. */
  readonly integrity?: string | undefined;
  /** Where the files of weights of a split model are, if not in `weights/` beside it: the URL, or in Node the path, of their folder. */
  readonly weights?: string | URL | undefined;
}

const threadsPage = "https://github.com/sconce-project/sconce/blob/main/docs/threads.md";

const checks = {
  threads: count("threads"), onProgress: callback, signal: abortSignal, memory: count("bytes"), relaxed: flag, worker: flag, workerUrl: address,
  cache: cacheName, integrity, weights: address,
};

/** As onnxruntime-web, LiteRT, TensorFlow.js and transformers.js call it. */
const elsewhere = [
  [/thread/i, "it is called threads here"],
  [/progress/i, "it is called onProgress here"],
  [/wasmPath|locateFile|workerPath/i, "it is called workerUrl here"],
  [/simd/i, "it is called relaxed here"],
  [/^proxy$/, "it is called worker here"],
  [/provider|backend|device|delegate|accelerator/i, "a model runs on the CPU, by its own code"],
] as const;

let toldOfHeaders = false;

/**
 * Loads a model that `sconce compile` made. What it takes and gives may be said by a type: `load<Digits>(…)` by one that `sconce types` wrote,
 * `load<{ logits: Float32Array }>(…)` of the outputs alone. It is yours to know, for the file is not read before the program runs.
 */
export async function load<Types extends Known = OutputData>(
  source: Source | ModelUrl<Types> | Promise<Source>, options: LoadOptions = {},
): Promise<Model<Types>> {
  refuseOthers(options);
  checkOptions("load", options, checks);
  const { signal, memory, relaxed = true, onProgress, workerUrl, cache, integrity, weights } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  const given = await source;
  const module = given instanceof WebAssembly.Module ? (given as WebAssembly.Module) : undefined;
  const noWorker = options.worker === false ? "the option worker is false" : whyNoWorker();
  const threads = chooseThreads(options.threads, module !== undefined, noWorker);
  const session = Session.start({ inWorker: noWorker === undefined, threads: threads.used, workerUrl, onProgress });
  // Whatever is still on its way when loading has failed is of no use.
  const fetching = new AbortController();
  const abort = () => {
    fetching.abort(signal?.reason);
    session.end(aborted());
  };
  signal?.addEventListener("abort", abort, { once: true });
  let file: ByteStream | undefined;
  try {
    signal?.throwIfAborted();
    if (module !== undefined && integrity !== undefined) throw new SconceError("input", "a module that is compiled already cannot be checked: integrity is for its file");
    if (module === undefined) file = await open(given as FileSource, { signal: fetching.signal, cache: cache === true ? "default" : cache || undefined, weights });
    await session.load({ threads: threads.used, memory, relaxed, integrity, module }, file);
    await file?.settle?.(session.code.manifest);
  } catch (error) {
    if (error instanceof SconceError && error.code === "artifact") {
      if (typeof given === "string" || given instanceof URL) error.message = `${String(given)}: ${error.message}`;
      await file?.settle?.(undefined).catch(() => {});
    }
    session.end(new SconceError("disposed", "the model was not loaded"));
    fetching.abort();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  return new Model(session, {
    threads: {
      used: session.threads,
      available: threads.available,
      reason: session.helperFailure === undefined ? threads.reason : `the helper threads did not start: ${session.helperFailure}`,
    },
    relaxedSimd: { used: session.code.relaxed, reason: session.code.relaxed ? undefined : whyNotRelaxed(relaxed) },
    worker: noWorker === undefined,
    workerReason: noWorker,
    cache: file?.cache,
    loadMs: performance.now() - started,
  });
}

/** Options by other libraries' names. */
function refuseOthers(options: object): void {
  for (const name of Object.keys(options ?? {})) {
    const here = Object.hasOwn(checks, name) ? undefined : elsewhere.find(([names]) => names.test(name));
    if (here !== undefined) throw new SconceError("input", `load has no option ${name}: ${here[1]}`);
  }
}

function chooseThreads(wanted: number | undefined, isModule: boolean, noWorker: string | undefined) {
  const available = processorThreads();
  const used = wanted ?? defaultThreads(available);
  const notIsolated = whyNoThreads();
  const obstacle = isModule ? "it was loaded from a compiled module, whose memory is not shared"
    : whyNoWorker() ?? (noWorker !== undefined && "document" in globalThis ? "it runs on the page's own thread, which may not wait for others" : notIsolated);
  if (used > 1 && obstacle !== undefined) {
    if (obstacle === notIsolated && "document" in globalThis && !crossOriginIsolated && !toldOfHeaders) {
      toldOfHeaders = true;
      console.info(`sconce: models run on one thread, not ${used}: ${obstacle} (${threadsPage}; the option threads: 1 keeps this line away)`);
    }
    return { used: 1, available, reason: obstacle };
  }
  const reason = wanted === undefined ? `chosen for a processor with ${available} threads` : `the option threads asks for ${wanted}`;
  return { used, available, reason };
}

function whyNotRelaxed(wanted: boolean): string {
  if (!wanted) return "the option relaxed is false";
  return hasRelaxedSimd() ? "the file was compiled without it" : "this engine does not have it";
}
