import { type ArtifactHead, ArtifactReader, type WriteConstants, withSharedMemory } from "../artifact/artifact.js";
import { bind } from "../shared/bound.js";
import type { Bytes } from "../artifact/byte-reader.js";
import { compile, hasRelaxedSimd, instantiate } from "./engine.js";
import { SconceError } from "../shared/errors.js";
import { ExecutionContext } from "./execution-context.js";
import { type Manifest, parseManifest } from "../artifact/manifest.js";
import { createHash } from "../loading/sha256.js";
import { type OpenShard, elsewhere, loadShards, totalBytes } from "../loading/shards.js";
import { align, createMemory, firstContext, growTo } from "./memory.js";
import type { CompiledCode, Exports, Program, Region } from "./program.js";

export interface GraphOptions {
  /** Memory that threads can share. */
  readonly shared?: boolean | undefined;
  /** A cap on the memory, in bytes. */
  readonly memory?: number | undefined;
  /** How many execution contexts there may be where memory is shared, whose end must be known ahead (2). */
  readonly contexts?: number | undefined;
  /** How many threads will run a context of shared memory (1): each has memory of its own in it. */
  readonly threads?: number | undefined;
  /** Relaxed SIMD where engine and file have it (the default), or not. */
  readonly relaxed?: boolean | undefined;
  /** Opens the files of weights, where the model has them. */
  readonly shard?: OpenShard | undefined;
  /** What the file must be: `sha256-` and its SHA-256 in base64. */
  readonly integrity?: string | undefined;
  /** Called when the file has said how many bytes there are in all, and how many of them it has itself. */
  readonly onSize?: (bytes: number, file: number) => void;
  /** Called when code and memory stand, while the constants still arrive. */
  readonly onCode?: (code: CompiledCode) => void;
}

/** A model's code and constants: WASI-NN's graph. Everything on it but `load` is synchronous. */
export class Graph implements Program {
  readonly manifest: Manifest;
  readonly code: CompiledCode;
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  readonly #limit: number | undefined;
  /** Where contexts lie, in the order of their addresses. */
  readonly #regions: Region[] = [];

  /** @internal Made by `load`, `fromModule` and `loadGraphSync`. */
  constructor(code: CompiledCode, instance: WebAssembly.Instance, limit: number | undefined) {
    const methods = ["", ...(code.manifest.methods ?? []).map(({ name }) => `:${name}`)];
    const missing = ["reset", ...methods.flatMap((name) => [`plan${name}`, `run${name}`])].find((name) => typeof instance.exports[name] !== "function");
    if (missing !== undefined) throw new SconceError("artifact", `the file is damaged: ${missing} is missing`);
    this.manifest = code.manifest;
    this.code = code;
    this.memory = code.memory;
    this.exports = instance.exports as unknown as Exports;
    this.#limit = limit;
    bind(this);
  }

  /** Reads a compiled model as it arrives. */
  static async load(chunks: AsyncIterable<Uint8Array>, options: GraphOptions = {}): Promise<Graph> {
    const reader = new ArtifactReader();
    const { integrity, shard } = options;
    const checked = integrity === undefined ? undefined : checking(chunks, integrity);
    const iterator = (checked ?? chunks)[Symbol.asyncIterator]();
    try {
      const head = await reader.arriving(reader.head(({ fileBytes, shards = [] }) => options.onSize?.(fileBytes + totalBytes(shards), fileBytes)), iterator);
      const { bytes, code } = prepare(head, options);
      const started = performance.now();
      // The code is compiled while the constants arrive.
      const compiled = compile(bytes).then((module): CompiledCode => {
        const whole = { ...code, module, compileMs: performance.now() - started };
        options.onCode?.(whole);
        return whole;
      });
      const constants = reader.arriving(reader.constants(head.manifest, writeInto(code.memory)), iterator);
      const read = async () => {
        // Nothing is believed of a file that is not the one that was meant, what it says of its weights neither.
        if (checked !== undefined) {
          await constants;
          while ((await iterator.next()).done !== true);
        }
        if (head.manifest.shards !== undefined) await loadShards(head.manifest.shards, code.memory, shard);
      };
      const [whole] = await Promise.all([compiled, constants, read()]);
      return new Graph(whole, await instantiate(whole.module, whole.memory), options.memory);
    } finally {
      // Nobody reads on after the file's last byte, or its first wrong one: the file or connection would stay open.
      void iterator.return?.();
    }
  }

  /** Takes a module that was compiled elsewhere: its memory is not shared, and its constants come by instantiating it. */
  static async fromModule(module: WebAssembly.Module, options: GraphOptions = {}): Promise<Graph> {
    const [section] = WebAssembly.Module.customSections(module, "sconce.manifest");
    if (section === undefined) throw new SconceError("artifact", "the module is not a model that sconce compiled: it has no section sconce.manifest");
    const manifest = parseManifest(new Uint8Array(section));
    if (manifest.shards !== undefined) throw elsewhere();
    const { memory: limit, relaxed = true } = options;
    const memory = createMemory(manifest, { shared: false, limit });
    const started = performance.now();
    const [other] = relaxed && hasRelaxedSimd() ? WebAssembly.Module.customSections(module, "sconce.relaxed") : [];
    // The constants come by this, whichever code is used.
    const plain = await instantiate(module, memory);
    const used = other === undefined ? module : await compile(new Uint8Array(other));
    const code: CompiledCode = {
      manifest, module: used, memory, context: firstContext(manifest), relaxed: other !== undefined,
      codeBytes: other?.byteLength ?? 0, fileBytes: 0, compileMs: performance.now() - started,
    };
    options.onCode?.(code);
    return new Graph(code, used === module ? plain : await instantiate(used, memory), limit);
  }

  /** A new execution context: its own inputs, outputs, state and arena over the same constants. */
  createContext(): ExecutionContext {
    const region: Region = { start: 0, end: 0 };
    this.#place(region, this.manifest.context.header);
    try {
      return new ExecutionContext(this, region);
    } catch (error) {
      this.release(region);
      throw error;
    }
  }

  resize(region: Region, size: number): void {
    const { start, end } = region;
    this.#place(region, size);
    if (region.start !== start) new Uint8Array(this.memory.buffer).copyWithin(region.start, start, Math.min(end, start + size));
  }

  release(region: Region): void {
    const index = this.#regions.indexOf(region);
    if (index >= 0) this.#regions.splice(index, 1);
  }

  #place(region: Region, size: number): void {
    let start = this.code.context;
    let index = 0;
    for (const other of this.#regions) {
      // Where it stood until now it may stand again.
      if (other === region) continue;
      if (start + size <= other.start) break;
      start = align(other.end);
      index++;
    }
    // Fails before anything has changed.
    growTo(this.memory, start + size, this.#limit);
    this.release(region);
    region.start = start;
    region.end = start + size;
    this.#regions.splice(index, 0, region);
  }
}

/** The same bytes; what they are is checked as they go by, and their end is an error where they are not what they should be. */
async function* checking(chunks: AsyncIterable<Uint8Array>, integrity: string): AsyncGenerator<Uint8Array> {
  const hash = createHash();
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  const found = `sha256-${btoa(String.fromCharCode(...hash.digest()))}`;
  if (found !== integrity) throw new SconceError("artifact", `the file is not the one that integrity names: expected ${integrity}, got ${found}`);
}

/** What is known of a graph before its code is compiled, and the code to compile: one of the file's two, for the memory that was asked for. */
export function prepare(head: ArtifactHead, { shared = false, memory: limit, contexts, threads, relaxed = true }: GraphOptions): { bytes: Bytes; code: Omit<CompiledCode, "module" | "compileMs"> } {
  const { manifest } = head;
  const useRelaxed = relaxed && head.relaxed !== undefined && hasRelaxedSimd();
  const bytes = useRelaxed && head.relaxed !== undefined ? head.relaxed : head.code;
  const code = {
    manifest, memory: createMemory(manifest, { shared, limit, contexts, threads }), context: firstContext(manifest), relaxed: useRelaxed,
    codeBytes: bytes.length, fileBytes: head.fileBytes,
  };
  return { bytes: shared ? withSharedMemory(bytes) : bytes, code };
}

export function writeInto(memory: WebAssembly.Memory): WriteConstants {
  return (address, part) => new Uint8Array(memory.buffer, address, part.length).set(part);
}
