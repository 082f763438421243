/** What is seen of a picture: by wheel, drag, two fingers, and keys: + and - , arrows, 0 for all of it. */
export class Zoom {
  readonly #svg: SVGSVGElement;
  readonly #whole: readonly [number, number, number, number];
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #x: number;
  #y: number;
  #width: number;

  /** @param frame what the picture stands in, which takes the keys */
  constructor(svg: SVGSVGElement, frame: HTMLElement) {
    this.#svg = svg;
    const { x, y, width, height } = svg.viewBox.baseVal;
    this.#whole = [x, y, width, height];
    [this.#x, this.#y, this.#width] = [x, y, width];
    frame.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.by(event.deltaY > 0 ? 1.15 : 1 / 1.15, event.clientX, event.clientY);
    }, { passive: false });
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    frame.addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"] as const) frame.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    frame.addEventListener("keydown", (event) => {
      const step = 40 / this.#scale;
      const moves: Readonly<Record<string, () => void>> = {
        "+": () => this.by(1 / 1.3), "=": () => this.by(1 / 1.3), "-": () => this.by(1.3), "0": () => this.all(), Home: () => this.begin(),
        ArrowLeft: () => this.#move(-step, 0), ArrowRight: () => this.#move(step, 0), ArrowUp: () => this.#move(0, -step), ArrowDown: () => this.#move(0, step),
      };
      const move = moves[event.key];
      if (move === undefined || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      move();
    });
  }

  /** The beginning of the graph, so large that it can be read. */
  begin(): void {
    const [x, y, width] = this.#whole;
    // A unit is a pixel.
    this.#width = this.#svg.clientWidth || 600;
    [this.#x, this.#y] = [x + (width - this.#width) / 2, y];
    this.#apply();
  }

  all(): void {
    const [x, y, width, height] = this.#whole;
    this.#width = Math.max(width, (height * this.#svg.clientWidth) / Math.max(1, this.#svg.clientHeight));
    [this.#x, this.#y] = [x - (this.#width - width) / 2, y];
    this.#apply();
  }

  /** Around a point of the window, or the middle of what is seen. */
  by(factor: number, clientX?: number, clientY?: number): void {
    const { left, top, width, height } = this.#svg.getBoundingClientRect();
    const [fx, fy] = [(clientX === undefined ? 0.5 : (clientX - left) / width), (clientY === undefined ? 0.5 : (clientY - top) / height)];
    const wide = Math.min(Math.max(this.#width * factor, 80), 40 * Math.max(this.#whole[2], this.#whole[3]));
    const ratio = height / width;
    this.#x += fx * (this.#width - wide);
    this.#y += fy * (this.#width - wide) * ratio;
    this.#width = wide;
    this.#apply();
  }

  get #scale(): number {
    return this.#svg.clientWidth / this.#width;
  }

  #move(x: number, y: number): void {
    [this.#x, this.#y] = [this.#x + x, this.#y + y];
    this.#apply();
  }

  #drag({ pointerId, clientX, clientY }: PointerEvent): void {
    const before = this.#pointers.get(pointerId);
    if (before === undefined) return;
    const [other] = [...this.#pointers].filter(([id]) => id !== pointerId).map(([, place]) => place);
    if (other === undefined) this.#move((before.x - clientX) / this.#scale, (before.y - clientY) / this.#scale);
    else this.by(Math.hypot(before.x - other.x, before.y - other.y) / Math.max(1, Math.hypot(clientX - other.x, clientY - other.y)), (clientX + other.x) / 2, (clientY + other.y) / 2);
    this.#pointers.set(pointerId, { x: clientX, y: clientY });
  }

  #apply(): void {
    const height = (this.#width * this.#svg.clientHeight) / Math.max(1, this.#svg.clientWidth);
    this.#svg.setAttribute("viewBox", `${this.#x} ${this.#y} ${this.#width} ${height}`);
  }
}
