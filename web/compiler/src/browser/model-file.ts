/** Up to this size a file is kept whole: reading parts of a Blob costs a message each. */
const mostInMemory = 128 * 2 ** 20;

/** A file that the compiler reads parts of, now and not later. */
export interface ModelFile {
  readonly length: number;
  /** In hexadecimal digits; empty where the page may not compute one (plain http), and the compiler has to. */
  readonly sha256: string;
  read(offset: number, length: number): Uint8Array;
}

export async function openModelFile(file: Blob): Promise<ModelFile> {
  const whole = await file.arrayBuffer();
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  const digest = subtle === undefined ? new Uint8Array() : new Uint8Array(await subtle.digest("SHA-256", whole));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const read = file.size <= mostInMemory ? (offset: number, length: number) => new Uint8Array(whole, offset, length) : readerOf(file);
  return { length: file.size, sha256, read };
}

/** What only workers have: reading that waits. */
function readerOf(file: Blob): ModelFile["read"] {
  const reader = new (globalThis as unknown as { FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer } }).FileReaderSync();
  return (offset, length) => new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length)));
}
