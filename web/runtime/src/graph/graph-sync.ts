import { ArtifactReader } from "../artifact/artifact.js";
import type { Reading } from "../artifact/byte-reader.js";
import { explained } from "./engine.js";
import type { ShardInfo } from "../artifact/manifest.js";
import { loadShardsSync } from "../loading/shards.js";
import { Graph, type GraphOptions, prepare, writeInto } from "./graph.js";

export interface SyncGraphOptions extends Omit<GraphOptions, "shard" | "integrity" | "onSize"> {
  /** Reads the files of weights, where the model has them. */
  readonly readShard?: ((shard: ShardInfo) => Uint8Array) | undefined;
}

/** Reads a compiled model whose bytes are at hand, and blocks this thread while its code is compiled. */
export function loadGraphSync(file: Uint8Array, options: SyncGraphOptions = {}): Graph {
  const reader = new ArtifactReader();
  reader.feed(file);
  const atOnce = <T>(part: Reading<T>): T => {
    for (;;) {
      const { done, value } = part.next();
      if (done === true) return value;
      reader.feed(undefined);
    }
  };
  const { bytes, code } = prepare(atOnce(reader.head()), options);
  const started = performance.now();
  try {
    const module = new WebAssembly.Module(bytes);
    const whole = { ...code, module, compileMs: performance.now() - started };
    options.onCode?.(whole);
    atOnce(reader.constants(code.manifest, writeInto(code.memory)));
    if (code.manifest.shards !== undefined) loadShardsSync(code.manifest.shards, code.memory, options.readShard);
    return new Graph(whole, new WebAssembly.Instance(module, { env: { memory: code.memory } }), options.memory);
  } catch (error) {
    throw explained(error);
  }
}
