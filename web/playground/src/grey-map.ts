import { fromTensor } from "sconce/image";
import { tensor } from "sconce/tensor";

const headBytes = 64;

/** A portable grey map (P5), which browsers do not know; undefined where it is none. */
export function readGreyMap(bytes: Uint8Array): ImageData | undefined {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(String.fromCharCode(...bytes.subarray(0, headBytes)));
  if (head === null) return undefined;
  const [width, height] = [Number(head[1]), Number(head[2])];
  return fromTensor(tensor(bytes.subarray(head[0].length, head[0].length + width * height), { shape: [1, height, width] }));
}
