import type { GivenFile } from "../dropping.js";

const parts = ["sample/digits.pt2", "sample/digits.txt", "sample/seven.pgm"];

/** A model that reads digits, their names, and a picture of one. */
export function fetchSample(): Promise<GivenFile[]> {
  return Promise.all(parts.map(async (path) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path} cannot be fetched: the server answers ${response.status}`);
    return { path: path.replace("sample/", ""), file: await response.blob() };
  }));
}
