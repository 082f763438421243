import { builtin } from "../shared/builtin.js";
import { SconceError, describe } from "../shared/errors.js";
import type { ByteStream } from "./stream.js";

const pieceBytes = 1 << 20;
/** Older Nodes do not say where their own modules are, but which they are. */
const { process } = globalThis as { process?: NodeJS.Process };

/** A file of Node's, by its path or URL. */
export async function localFile(address: string, text: string): Promise<ByteStream> {
  if (builtin === undefined) throw new SconceError("network", `${text} is no whole URL, and a path wants Node 20.16 or newer: this is ${process?.version || "no Node"}`);
  const { open: openFile } = builtin("node:fs/promises");
  const failed = (what: string, error?: unknown) => new SconceError("network", `${text} cannot be read: ${what}`, { cause: error });
  const file = await openFile(address.startsWith("file:") ? new URL(address) : address).catch((error: unknown) => { throw failed(describe(error), error); });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      if ((await file.stat()).isDirectory()) throw failed("it is a folder; load takes the .wasm that `sconce compile` wrote");
      for await (const chunk of file.createReadStream({ highWaterMark: pieceBytes })) yield chunk as Uint8Array;
    } catch (error) {
      throw error instanceof SconceError ? error : failed(describe(error), error);
    } finally {
      await file.close();
    }
  }
  return { chunks: chunks() };
}
