// Many small files as one: brotli over a line of JSON, [[path, bytes], …], and the files one after the other. Samples are much alike, so that together they
// are a small part of what they are one by one.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

/** Writes files, given as pairs of a path and its bytes, into one. */
export function pack(path, files) {
  const index = Buffer.from(`${JSON.stringify(files.map(([name, bytes]) => [name, bytes.length]))}\n`);
  const all = Buffer.concat([index, ...files.map(([, bytes]) => bytes)]);
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: all.length,
  };
  const packed = brotliCompressSync(all, { params });
  writeFileSync(path, packed);
  return packed.length;
}

/** Writes the files of a pack into a folder, and gives their paths in it. */
export function unpack(path, folder) {
  const all = brotliDecompressSync(readFileSync(path));
  let at = all.indexOf(10) + 1;
  return JSON.parse(all.toString("utf8", 0, at)).map(([name, length]) => {
    const target = join(folder, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, all.subarray(at, (at += length)));
    return name;
  });
}
