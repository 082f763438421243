import { defaultThreads, hasRelaxedSimd, processorThreads, whyNoThreads } from "./engine.js";
import { aborted, SconceError } from "./errors.js";
import { Model } from "./model.js";
import { type Progress, Session } from "./session.js";
import { type FileSource, type Source, open } from "./source.js";

export interface LoadOptions {
  /** How many threads compute; without it as many as the processor has cores, at most eight. One where they cannot be had. */
  readonly threads?: number | undefined;
  /** Told as the file arrives. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops the loading. */
  readonly signal?: AbortSignal | undefined;
  /** A cap on the model's memory, in bytes. */
  readonly memory?: number | undefined;
  /** Relaxed SIMD where engine and file have it (the default); `false` gives the same numbers on every machine. */
  readonly relaxed?: boolean | undefined;
  /** `false`: no worker of its own; runs block this thread. */
  readonly worker?: boolean | undefined;
}

/** Loads a model that `sconce compile` made. */
export async function load(source: Source | Promise<Source>, options: LoadOptions = {}): Promise<Model> {
  const { signal, memory, relaxed = true, worker = true, onProgress } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  check("memory", memory, "bytes");
  check("threads", options.threads, "threads");
  const given = await source;
  const module = given instanceof WebAssembly.Module ? (given as WebAssembly.Module) : undefined;
  const threads = chooseThreads(options.threads, module !== undefined, worker);
  const session = Session.start(worker, threads.used, onProgress);
  const abort = () => session.end(aborted());
  signal?.addEventListener("abort", abort, { once: true });
  try {
    signal?.throwIfAborted();
    const file = module === undefined ? await open(given as FileSource, signal) : undefined;
    await session.load({ threads: threads.used, memory, relaxed, module }, file);
  } catch (error) {
    session.end(new SconceError("disposed", "the model was not loaded"));
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
    worker,
    loadMs: performance.now() - started,
  });
}

function chooseThreads(wanted: number | undefined, isModule: boolean, worker: boolean) {
  const available = processorThreads();
  const used = wanted ?? defaultThreads(available);
  const obstacle = isModule ? "it was loaded from a compiled module, whose memory is not shared"
    : !worker && "document" in globalThis ? "it runs on the page's own thread, which may not wait for others"
    : whyNoThreads();
  if (used > 1 && obstacle !== undefined) return { used: 1, available, reason: obstacle };
  const reason = wanted === undefined ? `chosen for a processor with ${available} threads` : `the option threads asks for ${wanted}`;
  return { used, available, reason };
}

function whyNotRelaxed(wanted: boolean): string {
  if (!wanted) return "the option relaxed is false";
  return hasRelaxedSimd() ? "the file was compiled without it" : "this engine does not have it";
}

function check(option: string, value: number | undefined, unit: string): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new SconceError("input", `the option ${option} should be a whole number of ${unit} from 1 up, got ${String(value)}`);
}
