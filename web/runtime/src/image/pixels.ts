// Pixels of whatever a page has pictures in.
import { SconceError } from "../shared/errors.js";
import { isTypedArray, typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";

/** Bytes of a picture, row by row: four to a pixel as in an ImageData, three, or one of a grey picture. So decoders in Node give them, and ImageData is one. */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What a picture may come in. */
export type PictureSource =
  | Pixels | ImageData | Blob | ImageBitmap | HTMLCanvasElement | OffscreenCanvas | HTMLImageElement | SVGImageElement | HTMLVideoElement | VideoFrame;

/** A picture's size. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels with as many bytes for each as they have. */
export interface Bytes extends Pixels {
  readonly channels: 1 | 3 | 4;
}

type Drawable = Exclude<PictureSource, Pixels | Blob>;

const expected = "an ImageData, ImageBitmap, canvas, OffscreenCanvas, image, video, VideoFrame, Blob, or { data, width, height } with bytes";

/** Above this a canvas that is kept would cost a phone too much. */
const keptPixels = 1 << 21;

/** One canvas for all pictures: a new one for each frame of a video would be collected late. */
let scratch: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | undefined;

/** Reads the pixels of anything but a Blob at once, so that a video's frame is the one that is shown. */
export function readPixels(source: PictureSource): Bytes | Promise<Bytes> {
  const kind = typeName(source);
  if (kind === "Blob" || kind === "File") return decode(source as Blob);
  if (typeof source === "object" && source !== null && "data" in source) return checkBytes(source);
  if (typeof source !== "object" || source === null || !/^ImageBitmap$|^OffscreenCanvas$|^VideoFrame$|^HTML(Canvas|Image|Video)Element$|^SVGImageElement$/.test(kind)) {
    throw wrong(`a picture is ${expected}, got ${kind === "Object" ? `{ ${Object.keys(source).join(", ")} }` : kind}`);
  }
  return draw(source as Drawable, kind);
}

async function decode(blob: Blob): Promise<Bytes> {
  if (typeof createImageBitmap !== "function") {
    throw new SconceError("engine", "there is no createImageBitmap here: decode the picture first (in Node by a package such as sharp), and give { data, width, height }");
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { premultiplyAlpha: "none" });
  } catch (error) {
    throw wrong(`the Blob (${blob.type || "of no type"}, ${blob.size} bytes) is no picture that this browser decodes: ${(error as Error).message}`);
  }
  try {
    return draw(bitmap, "ImageBitmap");
  } finally {
    bitmap.close();
  }
}

function checkBytes({ data, width, height }: Pixels): Bytes {
  const size = `{ data, width: ${String(width)}, height: ${String(height)} }`;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) throw wrong(`a picture has a width and a height from 1 up, got ${size}`);
  // Buffer is a Uint8Array by its name too; an ImageData may hold Float16Array.
  if (!isTypedArray(data) || !["Uint8ClampedArray", "Uint8Array"].includes(typeName(data))) throw wrong(`a picture's data is a Uint8ClampedArray or Uint8Array, got ${typeName(data)}`);
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) throw wrong(`a picture's data has 4, 3 or 1 bytes for each pixel, got ${data.length} bytes in ${size}`);
  return { data, width, height, channels };
}

function draw(source: Drawable, kind: string): Bytes {
  const { width, height } = sizeOf(source, kind);
  const context = contextOf(width, height);
  context.drawImage(source, 0, 0, width, height);
  try {
    const { data } = context.getImageData(0, 0, width, height);
    return { data, width, height, channels: 4 };
  } catch (error) {
    if ((error as Error).name !== "SecurityError") throw error;
    // Nothing can be read from this canvas any more.
    scratch = undefined;
    throw wrong('the picture comes from another origin, and may not be read: it needs crossorigin="anonymous" on its element, and the header Access-Control-Allow-Origin from its server');
  } finally {
    if (scratch !== undefined && width * height > keptPixels) [scratch.canvas.width, scratch.canvas.height] = [1, 1];
  }
}

function sizeOf(source: Drawable, kind: string): Size {
  const { naturalWidth, naturalHeight, videoWidth, videoHeight, displayWidth, displayHeight } = source as unknown as Readonly<Record<string, number>>;
  const [width, height] = [naturalWidth ?? videoWidth ?? displayWidth, naturalHeight ?? videoHeight ?? displayHeight].map((size, i) => {
    const own = (source as unknown as Readonly<Record<string, number | SVGAnimatedLength>>)[i === 0 ? "width" : "height"];
    return size ?? (typeof own === "object" ? own.baseVal.value : own) ?? 0;
  }) as [number, number];
  if (width > 0 && height > 0) return { width: Math.round(width), height: Math.round(height) };
  const why = kind === "HTMLVideoElement" ? 'has no frame yet: wait for its event "loadeddata"' : kind === "HTMLImageElement" ? "has not loaded: await image.decode()"
    : kind === "ImageBitmap" || kind === "VideoFrame" ? "is closed" : `is ${width} x ${height}`;
  throw wrong(`the picture (${kind}) ${why}`);
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  if (scratch === undefined) {
    const canvas = typeof OffscreenCanvas === "function" ? new OffscreenCanvas(width, height) : document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null;
    if (context === null) throw new SconceError("engine", "this browser gives no canvas to read pictures from");
    scratch = context;
  }
  const { canvas } = scratch;
  // Setting a size clears it, too.
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  else scratch.clearRect(0, 0, width, height);
  return scratch;
}

/** An ImageData where there is such a thing; in Node an object that looks like one. */
export function toImageData(data: ReturnType<typeof Uint8ClampedArray.of>, width: number, height: number): ImageData {
  return typeof ImageData === "function" ? new ImageData(data, width, height) : ({ data, width, height, colorSpace: "srgb" } as ImageData);
}
