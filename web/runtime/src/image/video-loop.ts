import { abortSignal, checkOptions } from "../shared/options.js";
import { typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";

/** What is known of a frame. */
export interface FrameInfo {
  /** Where it stands in the video, in seconds. */
  readonly time: number;
  /** How many were shown and passed over since the one before; undefined where the browser does not say. */
  readonly dropped: number | undefined;
}

export interface VideoLoop {
  /** Frames that were handled. */
  readonly frames: number;
  /** Frames that were shown meanwhile, and passed over; undefined where the browser does not say. */
  readonly dropped: number | undefined;
  /** Ends the loop. A frame that is under way is not waited for. */
  stop(): void;
  /** Resolves when the loop has ended, and rejects with what the callback threw, which ends it. */
  readonly done: Promise<void>;
}

/**
 * Calls back with frames of a video or camera, one at a time: while one is handled, which may take its time (`await model.run(…)`), others are passed over and not
 * queued. It rests while the page is hidden, and goes on when it is seen again.
 * @param options signal: ends the loop, as stop does
 */
export function videoLoop(
  video: HTMLVideoElement, onFrame: (video: HTMLVideoElement, frame: FrameInfo) => unknown, options: { readonly signal?: AbortSignal | undefined } = {},
): VideoLoop {
  if (typeName(video) !== "HTMLVideoElement") throw wrong(`videoLoop takes a video element, got ${typeName(video)}`);
  if (typeof onFrame !== "function") throw wrong(`videoLoop takes a function that is called with each frame, got ${typeName(onFrame)}`);
  checkOptions("videoLoop", options, { signal: abortSignal });
  const { signal } = options;
  const counted = typeof video.requestVideoFrameCallback === "function";
  let [frames, dropped, shown, time]: [number, number, number | undefined, number | undefined] = [0, 0, undefined, undefined];
  let [ended, busy] = [false, false];
  let asked: number | undefined;
  let settle: { readonly resolve: () => void; readonly reject: (reason: unknown) => void };
  const done = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));

  const ask = () => {
    if (ended || busy || asked !== undefined || document.hidden) return;
    asked = counted ? video.requestVideoFrameCallback((_, { presentedFrames, mediaTime }) => void handle(mediaTime, presentedFrames))
      : requestAnimationFrame(() => void handle(video.currentTime, undefined));
  };
  const cancel = () => {
    if (asked !== undefined) (counted ? video.cancelVideoFrameCallback(asked) : cancelAnimationFrame(asked));
    asked = undefined;
  };
  const handle = async (now: number, presented: number | undefined) => {
    asked = undefined;
    // Without the video's own callback there may be no new frame.
    if (presented === undefined && (now === time || video.readyState < 2)) return ask();
    const passed = presented === undefined ? undefined : Math.max(0, presented - (shown ?? presented - 1) - 1);
    [shown, time, busy] = [presented, now, true];
    dropped += passed ?? 0;
    try {
      await onFrame(video, { time: now, dropped: passed });
      frames++;
    } catch (error) {
      end(() => settle.reject(error));
    }
    busy = false;
    ask();
  };
  const end = (tell: () => void) => {
    if (ended) return;
    ended = true;
    cancel();
    document.removeEventListener("visibilitychange", seen);
    signal?.removeEventListener("abort", stop);
    tell();
  };
  // What was shown while the page was hidden is not passed over by us.
  const seen = () => {
    if (!document.hidden) return ask();
    cancel();
    shown = undefined;
  };
  const stop = () => end(() => settle.resolve());
  document.addEventListener("visibilitychange", seen);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  ask();
  return {
    get frames() { return frames; },
    get dropped() { return counted ? dropped : undefined; },
    stop,
    done,
  };
}
