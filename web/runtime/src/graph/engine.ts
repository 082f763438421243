import { builtin } from "../shared/builtin.js";
import type { Bytes } from "../artifact/byte-reader.js";
import { SconceError, describe } from "../shared/errors.js";

// (func (drop (f32x4.relaxed_madd ZERO ZERO ZERO))), where ZERO is (i8x16.splat (i32.const 0))
const zero = [0x41, 0, 0xfd, 0x0f];
const body = [0x00, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x1a, 0x0b];
const relaxedProbe = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // preamble
  0x01, 4, 1, 0x60, 0, 0, // type: () -> ()
  0x03, 2, 1, 0, // one function of it
  0x0a, body.length + 2, 1, body.length, ...body,
]);

let relaxed: boolean | undefined;

/** Whether the engine has relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return (relaxed ??= WebAssembly.validate(relaxedProbe));
}

/** Compiles the model's code. */
export function compile(code: Bytes): Promise<WebAssembly.Module> {
  return WebAssembly.compile(code).catch(rethrow);
}

/** An instance of the model's code over this memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<WebAssembly.Instance> {
  return WebAssembly.instantiate(module, { env: { memory } }).catch(rethrow);
}

function rethrow(error: unknown): never {
  throw explained(error);
}

/** What an engine says when it will not, as something to act on. Some look at the policy only when they make the instance. */
export function explained(error: unknown): SconceError {
  if (error instanceof SconceError) return error;
  const said = describe(error);
  return /disallowed|unsafe-eval|blocked|content security policy/i.test(said)
    ? new SconceError("engine", `the page's content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src (${said})`)
    : new SconceError("engine", `this engine does not compile the model; it needs WebAssembly with SIMD and atomic instructions (${said})`);
}

/** Why several threads cannot be had here, or undefined where they can. */
export function whyNoThreads(): string | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (crossOriginIsolated === false) {
    if (!globalThis.isSecureContext) return "the page is from an address that browsers do not trust: threads need https, or localhost";
    return "the page is not cross-origin isolated: its server must send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  }
  try {
    if (new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer) return undefined;
  } catch {
    // Not even the name SharedArrayBuffer.
  }
  return "this engine has no shared WebAssembly memory";
}

/** The processor's threads, as far as the engine tells. */
export function processorThreads(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? builtin?.("node:os").availableParallelism() ?? 1;
}

/** As many threads as there are cores: beyond four, two of the processor's threads are taken to share one. */
export function defaultThreads(processor: number): number {
  return Math.max(1, processor <= 4 ? processor : Math.min(8, Math.ceil(processor / 2)));
}
