import { fromTensor } from "sconce/image";
import { tensor } from "sconce/tensor";

const side = 64;

/** Paints a small picture of a file that is one, and removes the canvas where it is none. */
export async function paintThumbnail(canvas: HTMLCanvasElement, bytes: Uint8Array): Promise<void> {
  try {
    const bitmap = await createImageBitmap(readGrey(bytes) ?? new Blob([bytes as Uint8Array<ArrayBuffer>]));
    const scale = side / Math.max(bitmap.width, bitmap.height);
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * scale))) as [number, number];
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("there is no context");
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  } catch {
    canvas.remove();
  }
}

/** A portable grey map (P5), which browsers do not know. */
function readGrey(bytes: Uint8Array): ImageData | undefined {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(String.fromCharCode(...bytes.subarray(0, 64)));
  if (head === null) return undefined;
  const [width, height] = [Number(head[1]), Number(head[2])];
  return fromTensor(tensor(bytes.subarray(head[0].length, head[0].length + width * height), { shape: [1, height, width] }));
}
