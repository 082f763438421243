// Guests that are written as WebAssembly's text.
import { readFileSync } from "node:fs";
import wabt from "wabt";

/** The module of a file that lies here. */
export async function assemble(name) {
  const module = (await wabt()).parseWat(name, readFileSync(new URL(name, import.meta.url), "utf8"));
  return Buffer.from(module.toBinary({}).buffer);
}
