// Writes a GGUF of a Llama's shape with random weights in Q4_0 (32 numbers of 4 bits and a float16 scale), for engines that read nothing else.
import { closeSync, openSync, writeSync } from "node:fs";

/** As in examples/story/export.py. */
export const shapes = {
  "stories15m": { width: 288, hidden: 768, layers: 6, heads: 6, keyHeads: 6, vocabulary: 32000, tied: true },
  "smollm2-135m": { width: 576, hidden: 1536, layers: 30, heads: 9, keyHeads: 3, vocabulary: 49152, tied: true },
  "tinyllama-1.1b": { width: 2048, hidden: 5632, layers: 22, heads: 32, keyHeads: 4, vocabulary: 32000, tied: false },
};

const kinds = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 };
const alignment = 32;

class Writer {
  #parts = [];

  bytes(buffer) {
    this.#parts.push(buffer);
    return this;
  }

  #number(size, write) {
    const buffer = Buffer.alloc(size);
    write(buffer);
    return this.bytes(buffer);
  }

  uint32 = (value) => this.#number(4, (buffer) => buffer.writeUInt32LE(value));
  int32 = (value) => this.#number(4, (buffer) => buffer.writeInt32LE(value));
  float32 = (value) => this.#number(4, (buffer) => buffer.writeFloatLE(value));
  bool = (value) => this.#number(1, (buffer) => buffer.writeUInt8(value ? 1 : 0));
  uint64 = (value) => this.#number(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));
  string = (text) => this.uint64(Buffer.byteLength(text)).bytes(Buffer.from(text));

  /** A key and its value, whose kind is said; an array's is that of its elements. */
  entry(key, kind, value) {
    this.string(key);
    if (!Array.isArray(value)) return this.uint32(kinds[kind])[kind](value);
    this.uint32(kinds.array).uint32(kinds[kind]).uint64(value.length);
    for (const each of value) this[kind](each);
    return this;
  }

  whole() {
    return Buffer.concat(this.#parts);
  }
}

function tensorsOf({ width, hidden, layers, heads, keyHeads, vocabulary, tied }) {
  const keys = (width / heads) * keyHeads;
  const tensors = [["token_embd.weight", width, vocabulary], ["output_norm.weight", width]];
  if (!tied) tensors.push(["output.weight", width, vocabulary]);
  for (let layer = 0; layer < layers; layer++) {
    tensors.push(...[
      ["attn_norm", width], ["attn_q", width, width], ["attn_k", width, keys], ["attn_v", width, keys], ["attn_output", width, width],
      ["ffn_norm", width], ["ffn_gate", width, hidden], ["ffn_up", width, hidden], ["ffn_down", hidden, width],
    ].map(([name, ...dims]) => [`blk.${layer}.${name}.weight`, ...dims]));
  }
  return tensors.map(([name, ...dims]) => {
    const count = dims.reduce((product, size) => product * size);
    const float = dims.length === 1;
    return { name, dims, float, bytes: float ? count * 4 : (count / 32) * 18 };
  });
}

export function writeGguf(path, shapeName, context) {
  const shape = shapes[shapeName];
  const tensors = tensorsOf(shape);
  // Bytes are tokens, so that a prompt of ASCII has as many tokens as letters; the others no text comes to.
  const tokens = ["<unk>", "<s>", "</s>", ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`)];
  while (tokens.length < shape.vocabulary) tokens.push(`word${tokens.length}`);
  const entries = [
    ["general.architecture", "string", "llama"], ["general.name", "string", shapeName], ["general.file_type", "uint32", 2], ["llama.context_length", "uint32", context],
    ["llama.embedding_length", "uint32", shape.width], ["llama.block_count", "uint32", shape.layers], ["llama.feed_forward_length", "uint32", shape.hidden],
    ["llama.attention.head_count", "uint32", shape.heads], ["llama.attention.head_count_kv", "uint32", shape.keyHeads], ["llama.rope.dimension_count", "uint32", shape.width / shape.heads],
    ["llama.attention.layer_norm_rms_epsilon", "float32", 1e-5], ["llama.vocab_size", "uint32", shape.vocabulary], ["tokenizer.ggml.model", "string", "llama"],
    ["tokenizer.ggml.tokens", "string", tokens], ["tokenizer.ggml.scores", "float32", tokens.map((_, i) => -i)], ["tokenizer.ggml.token_type", "int32", tokens.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1))],
    ["tokenizer.ggml.bos_token_id", "uint32", 1], ["tokenizer.ggml.eos_token_id", "uint32", 2], ["tokenizer.ggml.unknown_token_id", "uint32", 0],
  ];
  const header = new Writer().bytes(Buffer.from("GGUF")).uint32(3).uint64(tensors.length).uint64(entries.length);
  for (const [key, kind, value] of entries) header.entry(key, kind, value);
  let offset = 0;
  for (const { name, dims, float, bytes } of tensors) {
    header.string(name).uint32(dims.length);
    for (const size of dims) header.uint64(size);
    header.uint32(float ? 0 : 2).uint64(offset);
    offset += Math.ceil(bytes / alignment) * alignment;
  }
  const file = openSync(path, "w");
  const start = header.whole();
  writeSync(file, Buffer.concat([start, Buffer.alloc((alignment - (start.length % alignment)) % alignment)]));
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
  for (const { dims, float, bytes } of tensors) {
    const data = Buffer.alloc(Math.ceil(bytes / alignment) * alignment);
    if (float) for (let i = 0; i < dims[0]; i++) data.writeFloatLE(1, 4 * i);
    // The scale is 2^-8 as float16 has it: numbers as small as weights are.
    else for (let at = 0; at < bytes; at += 18) {
      data.writeUInt16LE(0x1c00, at);
      for (let i = 2; i < 18; i += 4) data.writeUInt32LE(random(), at + i);
    }
    writeSync(file, data);
  }
  closeSync(file);
}
