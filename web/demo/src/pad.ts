import { type Point, type Stroke, side } from "./digit.js";

const penWidth = 0.065;

/** What is on the pad: a drawing, or a sample that was clicked. */
export type Content = { readonly strokes: readonly Stroke[] } | { readonly pixels: Float32Array };

/** The surface to draw on, with mouse, finger or pen. */
export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #changed: (content: Content, finished: boolean) => void;
  #strokes: Point[][] = [];
  #pixels: Float32Array | undefined;
  #pointer: number | undefined;

  /** `changed` is called at each movement, and with `finished` at the end of each stroke. */
  constructor(canvas: HTMLCanvasElement, changed: (content: Content, finished: boolean) => void) {
    this.#canvas = canvas;
    this.#changed = changed;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"] as const) canvas.addEventListener(end, (event) => this.#end(event));
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
  }

  get isEmpty(): boolean {
    return this.#strokes.length === 0 && this.#pixels === undefined;
  }

  clear(): void {
    this.#set([], undefined);
  }

  undo(): void {
    this.#set(this.#strokes.slice(0, -1), undefined);
  }

  show(pixels: Float32Array): void {
    this.#set([], pixels);
  }

  #set(strokes: Point[][], pixels: Float32Array | undefined): void {
    this.#strokes = strokes;
    this.#pixels = pixels;
    this.#tell(true);
  }

  #begin(event: PointerEvent): void {
    if (this.#pointer !== undefined || event.button !== 0) return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pixels = undefined;
    this.#strokes.push([this.#point(event)]);
    this.#tell(false);
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    const stroke = this.#strokes.at(-1);
    // A fast pen reports several places at once; an engine without that tells of the last.
    const events = event.getCoalescedEvents?.() ?? [];
    stroke?.push(...(events.length > 0 ? events : [event]).map((each) => this.#point(each)));
    this.#tell(false);
  }

  #end(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = undefined;
    this.#tell(true);
  }

  #point({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const clamp = (value: number) => Math.max(0, Math.min(1, value));
    return { x: clamp((clientX - left) / width), y: clamp((clientY - top) / height) };
  }

  #tell(finished: boolean): void {
    this.#paint();
    this.#changed(this.#pixels === undefined ? { strokes: this.#strokes } : { pixels: this.#pixels }, finished);
  }

  #resize(): void {
    const { clientWidth } = this.#canvas;
    const pixels = Math.round(clientWidth * devicePixelRatio);
    this.#canvas.width = pixels;
    this.#canvas.height = pixels;
    this.#paint();
  }

  #paint(): void {
    const context = this.#canvas.getContext("2d");
    if (context === null) return;
    const { width } = this.#canvas;
    context.clearRect(0, 0, width, width);
    const ink = getComputedStyle(this.#canvas).color;
    if (this.#pixels !== undefined) return paintPixels(context, this.#pixels, ink, width);
    context.strokeStyle = ink;
    context.lineWidth = penWidth * width;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of this.#strokes) {
      context.beginPath();
      stroke.forEach(({ x, y }, i) => {
        if (i === 0) context.moveTo(x * width, y * width);
        // Canvas draws nothing for a line of no length, but does for one of almost none.
        context.lineTo(x * width + (stroke.length === 1 ? 0.01 : 0), y * width);
      });
      context.stroke();
    }
  }
}

/** Paints a 28 x 28 picture over the whole of a canvas. */
export function paintPixels(context: CanvasRenderingContext2D, pixels: Float32Array, ink: string, width: number): void {
  context.clearRect(0, 0, width, width);
  context.fillStyle = ink;
  const at = (i: number) => Math.round((i * width) / side);
  pixels.forEach((value, i) => {
    if (value <= 0) return;
    const [x, y] = [i % side, Math.floor(i / side)];
    context.globalAlpha = value;
    context.fillRect(at(x), at(y), at(x + 1) - at(x), at(y + 1) - at(y));
  });
  context.globalAlpha = 1;
}
