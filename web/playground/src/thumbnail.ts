import { readGreyMap } from "./grey-map.js";

const side = 64;

/** Paints a small picture of a file that is one, and removes the canvas where it is none. */
export async function paintThumbnail(canvas: HTMLCanvasElement, bytes: Uint8Array): Promise<void> {
  try {
    const bitmap = await createImageBitmap(readGreyMap(bytes) ?? new Blob([bytes as Uint8Array<ArrayBuffer>]));
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
