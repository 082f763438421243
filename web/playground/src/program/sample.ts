import type { GivenFile } from "../dropping.js";

/** What the sample is made of; the model is served beside the page. */
const parts = ["sample/digits-guest.wasm", "digits.wasm", "sample/three.pgm", "sample/four.pgm", "sample/seven.pgm"];

export const sampleArguments = ["three.pgm"];

export function fetchSample(): Promise<GivenFile[]> {
  return Promise.all(parts.map(async (path) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path} cannot be fetched: the server answers ${response.status}`);
    return { path: path.replace("sample/", ""), file: await response.blob() };
  }));
}
