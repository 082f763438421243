import { SconceError } from "../shared/errors.js";
import { type OptionCheck, abortSignal, address, callback, checkOptions } from "../shared/options.js";
import { typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";
import { type FrameOptions, Framer } from "./frames.js";
import { Resampler } from "./resample.js";

export interface ListenOptions extends Omit<FrameOptions, "pad"> {
  /** What the model was trained at, in Hz. */
  readonly sampleRate: number;
  /** How far the callback may stay behind, in seconds, before frames are dropped: 2 without it. */
  readonly maxDelay?: number | undefined;
  /** Told of frames that were dropped, for a model with a state then has a gap: `model.reset()`. Without it `dropped` alone tells. */
  readonly onDrop?: ((frames: number) => void) | undefined;
  /** Ends the listening, as stop does. */
  readonly signal?: AbortSignal | undefined;
  /** Where the runtime's capture.js is, if not beside the runtime: on the page's own origin. */
  readonly workletUrl?: string | URL | undefined;
}

/** What is known of a frame. */
export interface SoundFrameInfo {
  /** Where it begins, in seconds since listening began. */
  readonly time: number;
  /** Seconds of sound that wait behind it. */
  readonly delay: number;
}

export interface Listener {
  /** Frames that were handled. */
  readonly frames: number;
  /** Frames that were dropped, because the callback stayed behind. */
  readonly dropped: number;
  /** What the callback takes of the time that its sound takes, over the last frames: below 1 it keeps up. Undefined before the first. */
  readonly realTimeFactor: number | undefined;
  /** Ends the listening. A microphone that was given stays on: its tracks are the caller's to stop. */
  stop(): void;
  /** Resolves when listening has ended, and rejects with what the callback threw, which ends it. */
  readonly done: Promise<void>;
}

const whole = (unit: string): OptionCheck => [`a whole number of ${unit} from 1 up`, (value) => Number.isInteger(value) && (value as number) >= 1];
const checks = (): Readonly<Record<string, OptionCheck>> => ({
  sampleRate: whole("Hz"), size: whole("samples"), hop: whole("samples"), maxDelay: ["a number of seconds above 0", (value) => typeof value === "number" && value > 0],
  onDrop: callback, signal: abortSignal, workletUrl: address,
});

/** A piece that the worklet sends is no longer than this: shorter ones wake the page too often. */
const pieceSeconds = 0.02;
/** How long a page is waited for that may not make or hear sound yet. */
const wakingMs = 2000;
/** How much of the real-time factor each new frame is. */
const freshness = 0.1;

/**
 * Calls back with frames of a microphone's sound, or of an AudioNode, in turn, mono and at the model's rate: one after the other, so that a model with a state hears all of them. A frame that comes while
 * another is handled waits; only where the callback stays behind for longer than maxDelay the oldest are dropped.
 */
export async function listen(source: MediaStream | AudioNode, options: ListenOptions, onFrame: (samples: Float32Array, frame: SoundFrameInfo) => unknown): Promise<Listener> {
  checkOptions("listen", options, checks());
  for (const name of ["sampleRate", "size"] as const) if (options[name] === undefined) throw wrong(`listen takes the option ${name}, ${checks()[name]?.[0] ?? ""}`);
  if (typeof onFrame !== "function") throw wrong(`listen takes a function that is called with each frame, got ${typeName(onFrame)}`);
  options.signal?.throwIfAborted();
  const { node, context, own } = nodeOf(source);
  try {
    return new Listening(node, await captureNode(context, options), own, options, onFrame);
  } catch (error) {
    await own?.close();
    throw error;
  }
}

class Listening implements Listener {
  frames = 0;
  dropped = 0;
  realTimeFactor: number | undefined;
  readonly done: Promise<void>;
  readonly #options: ListenOptions;
  readonly #onFrame: Parameters<typeof listen>[2];
  readonly #disconnect: () => void;
  readonly #waiting: Float32Array[] = [];
  #settle!: { readonly resolve: () => void; readonly reject: (reason: unknown) => void };
  #busy = false;
  #ended = false;

  constructor(source: AudioNode, capture: AudioWorkletNode, own: AudioContext | undefined, options: ListenOptions, onFrame: Parameters<typeof listen>[2]) {
    [this.#options, this.#onFrame] = [options, onFrame];
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.stop = this.stop.bind(this);
    const { sampleRate } = source.context;
    const resampler = new Resampler(sampleRate, options.sampleRate);
    const framer = new Framer(options);
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => this.#take(framer.push(resampler.push(data)));
    source.connect(capture);
    // Without a way to the loudspeakers some engines would not let it work; it sends them silence.
    capture.connect(source.context.destination);
    this.#disconnect = () => {
      capture.port.onmessage = null;
      capture.port.postMessage("stop");
      source.disconnect(capture);
      capture.disconnect();
      void own?.close();
    };
    options.signal?.addEventListener("abort", this.stop, { once: true });
    if (options.signal?.aborted === true) this.stop();
  }

  stop(): void {
    this.#end(() => this.#settle.resolve());
  }

  get #hop(): number {
    return (this.#options.hop ?? this.#options.size) / this.#options.sampleRate;
  }

  #take(frames: readonly Float32Array[]): void {
    if (this.#ended) return;
    this.#waiting.push(...frames);
    const most = Math.max(1, Math.floor((this.#options.maxDelay ?? 2) / this.#hop));
    const late = Math.max(0, this.#waiting.length - most);
    if (late > 0) {
      this.#waiting.splice(0, late);
      this.dropped += late;
      try {
        this.#options.onDrop?.(late);
      } catch (error) {
        return this.#end(() => this.#settle.reject(error));
      }
    }
    void this.#handle();
  }

  async #handle(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let frame = this.#waiting.shift(); frame !== undefined && !this.#ended; frame = this.#waiting.shift()) {
        const began = performance.now();
        await this.#onFrame(frame, { time: (this.frames + this.dropped) * this.#hop, delay: this.#waiting.length * this.#hop });
        const factor = (performance.now() - began) / 1000 / this.#hop;
        this.realTimeFactor = this.realTimeFactor === undefined ? factor : this.realTimeFactor + freshness * (factor - this.realTimeFactor);
        this.frames++;
      }
    } catch (error) {
      this.#end(() => this.#settle.reject(error));
    } finally {
      this.#busy = false;
    }
  }

  #end(tell: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting.length = 0;
    this.#options.signal?.removeEventListener("abort", this.stop);
    this.#disconnect();
    tell();
  }
}

function nodeOf(source: MediaStream | AudioNode): { readonly node: AudioNode; readonly context: BaseAudioContext; readonly own: AudioContext | undefined } {
  if (typeof AudioWorkletNode !== "function") {
    throw new SconceError("engine", `there is no AudioWorklet here: ${"document" in globalThis && !isSecureContext ? "the page must come by https, or from localhost" : "listen works on a page"}`);
  }
  if (typeName(source) === "MediaStream") {
    const stream = source as MediaStream;
    if (stream.getAudioTracks().length === 0) throw wrong("the MediaStream has no sound: getUserMedia({ audio: true }) gives a microphone's");
    const own = new AudioContext();
    return { node: own.createMediaStreamSource(stream), context: own, own };
  }
  if (!(source instanceof AudioNode)) throw wrong(`listen takes a MediaStream or an AudioNode, got ${typeName(source)}${typeName(source) === "AudioBuffer" ? ": toTensor of sconce/audio takes it" : ""}`);
  return { node: source, context: source.context, own: undefined };
}

async function captureNode(context: BaseAudioContext, { sampleRate, size, hop = size, workletUrl }: ListenOptions): Promise<AudioWorkletNode> {
  // Bundlers know this form, and put the script where it is found.
  const url = workletUrl === undefined ? new URL("./capture.js", import.meta.url) : new URL(workletUrl, document.baseURI);
  try {
    await context.audioWorklet.addModule(url);
  } catch (error) {
    throw new SconceError("engine", `the script of the AudioWorklet, capture.js, is not found at ${url.href} (${(error as Error).message}): serve a copy of sconce/dist/capture.js, and say where by the option workletUrl`);
  }
  if (typeName(context) === "AudioContext" && context.state === "suspended") {
    void (context as AudioContext).resume();
    for (const end = performance.now() + wakingMs; context.state === "suspended" && performance.now() < end;) await new Promise((resolve) => setTimeout(resolve, 20));
    if (context.state === "suspended") throw new SconceError("engine", "the browser lets this page have no sound yet: call listen when the visitor has clicked, as in a button's handler");
  }
  const piece = Math.max(128, Math.floor(Math.min(hop / sampleRate, pieceSeconds) * context.sampleRate));
  return new AudioWorkletNode(context, "sconce-capture", { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], processorOptions: { piece } });
}
