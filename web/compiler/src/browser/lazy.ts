// TorchScript records neither dtypes nor shapes: a model of it can be compiled for those of its inputs, when they come. In a tab and in Node.

/** An input as a run is given it: with its sizes, which the file does not know. */
export interface ShapedInput {
  readonly data: ArrayBufferView;
  readonly shape: readonly number[];
  /** Where the array's own type does not say it: `bool`, `float16`. */
  readonly dtype?: string | undefined;
}

/** A model that was loaded, as far as it is used here: `Model` of the package `sconce` is one. */
export interface Runnable {
  run(inputs: never, options?: never): Promise<unknown>;
  dispose(): void;
}

/** What a model gives. */
export type OutputsOf<Loaded extends Runnable> = Awaited<ReturnType<Loaded["run"]>>;

/**
 * A model that is compiled when it is first run, for the dtypes and sizes of the inputs that it is given then, and once more for each others. Every such variant is a model of its own: one that keeps
 * state from run to run keeps it for each by itself.
 */
export class LazyModel<Loaded extends Runnable> {
  readonly #make: (inputs: Readonly<Record<string, string>>) => Promise<Loaded>;
  readonly #made = new Map<string, Promise<Loaded>>();

  /** @param make compiles and loads for inputs that are like this: `{ x: "float32:1x3" }`. */
  constructor(make: (inputs: Readonly<Record<string, string>>) => Promise<Loaded>) {
    this.#make = make;
  }

  /** Runs the model, compiled before if it was never run on inputs like these. */
  async run(inputs: Readonly<Record<string, ShapedInput>>, options?: object): Promise<OutputsOf<Loaded>> {
    const model = await this.for(inputs);
    return (await model.run(inputs as never, options as never)) as OutputsOf<Loaded>;
  }

  /** The model for inputs like these: for its outputs' names, its methods, its report. */
  for(inputs: Readonly<Record<string, ShapedInput>>): Promise<Loaded> {
    const like = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, likeOf(name, input)]));
    const key = JSON.stringify(Object.entries(like).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = this.#make(like);
    this.#made.set(key, made);
    // What failed may go better another time.
    made.catch(() => this.#made.delete(key));
    return made;
  }

  /** Frees all that was compiled. */
  async dispose(): Promise<void> {
    const all = [...this.#made.values()];
    this.#made.clear();
    for (const made of await Promise.allSettled(all)) if (made.status === "fulfilled") made.value.dispose();
  }
}

function likeOf(name: string, { data, shape, dtype }: ShapedInput): string {
  if (!Array.isArray(shape) || !ArrayBuffer.isView(data)) {
    throw new TypeError(`expected the input '${name}' as { data, shape }, since TorchScript records no sizes: { data: new Float32Array(3), shape: [1, 3] }`);
  }
  return `${dtype ?? dtypeOf(name, data)}:${shape.length === 0 ? "scalar" : shape.join("x")}`;
}

function dtypeOf(name: string, data: ArrayBufferView): string {
  const [, type] = /^(?:Big)?((?:Uint|Int|Float)\d+)(?:Clamped)?Array$/.exec(Object.prototype.toString.call(data).slice("[object ".length, -1)) ?? [];
  if (type === undefined) throw new TypeError(`expected a typed array as the input '${name}', but got ${data.constructor.name}`);
  return type.toLowerCase();
}
