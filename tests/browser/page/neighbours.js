// Pictures and sound of a real page, against numbers of Python's and against those that Node gives.
import { frames, listen, resample, toTensor as soundToTensor } from "../runtime/audio.js";
import { fromTensor, letterbox, toTensor, videoLoop } from "../runtime/image.js";
import { convert, numbersOf, readNpy, stack, tensor, toNested, writeNpy } from "../runtime/tensor.js";
import { check, failure, finish, later, mode, same, test, until } from "./harness.js";

const chromium = /Chrome/.test(navigator.userAgent);
const { wide, pillow, preset } = await (await fetch("../given/numbers.json")).json();
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** What the page has no part in: whether the browser has it at all is told in the log. */
const engine = {};

function picture() {
  const [height, width] = wide.shape;
  return fromTensor(tensor(Uint8Array.from(wide.data), { shape: [height, width, 3] }), { layout: "hwc" });
}

function canvasOf(image) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const sources = {
  ImageData: async (image) => image,
  bytes: async () => ({ data: Uint8Array.from(wide.data), width: wide.shape[1], height: wide.shape[0] }),
  HTMLCanvasElement: async (image) => canvasOf(image),
  OffscreenCanvas: async (image) => {
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  },
  ImageBitmap: (image) => createImageBitmap(image),
  Blob: (image) => new Promise((resolve) => canvasOf(image).toBlob(resolve, "image/png")),
  VideoFrame: async (image) => new VideoFrame(image.data, { format: "RGBX", codedWidth: image.width, codedHeight: image.height, timestamp: 0 }),
};

test("half precision is in a Float16Array where the engine has one, else in bits", async () => {
  engine.Float16Array = "Float16Array" in globalThis;
  const half = convert(tensor([1.5, -2, 65504, 2 ** -24]), "float16");
  same(half.data.constructor.name, engine.Float16Array ? "Float16Array" : "Uint16Array", "array");
  same(Array.from(numbersOf(half)), [1.5, -2, 65504, 2 ** -24], "numbers");
  // Bits are taken in every engine.
  const bits = tensor(Uint16Array.of(0x3e00, 0xc000, 0x7bff, 1), { dtype: "float16" });
  same(toNested(stack([half, bits])), [[1.5, -2, 65504, 2 ** -24], [1.5, -2, 65504, 2 ** -24]], "both");
  same(toNested(readNpy(writeNpy(bits))), toNested(half), "there and back");
  same((await toTensor({ data: Uint8Array.of(0, 51, 255), width: 1, height: 1 }, { dtype: "float16", scale: 1 })).data, convert(tensor([[[[0]], [[51]], [[255]]]]), "float16").data, "a picture");
});

for (const [name, make] of Object.entries(sources)) {
  test(`a picture from ${name} has Pillow's and torchvision's numbers`, async () => {
    engine[name] = name === "bytes" || name in globalThis;
    if (!engine[name]) return;
    const source = await make(picture());
    const bytes = await toTensor(source, { width: 16, height: 16, layout: "nhwc", dtype: "uint8" });
    // A VideoFrame goes through the browser's own colours.
    const most = bytes.data.reduce((far, byte, i) => Math.max(far, Math.abs(byte - pillow.data[i])), 0);
    check(most <= (name === "VideoFrame" ? 2 : 0), `${most} off`);
    const numbers = await toTensor(source, { width: 16, height: 16, fit: "cover", resize: 20, ...imagenet });
    same(numbers.shape, [1, 3, 16, 16], "shape");
    const far = numbers.data.reduce((all, value, i) => Math.max(all, Math.abs(value - preset.data[i])), 0);
    check(far <= (name === "VideoFrame" ? 2 / 255 / 0.224 : 0) + 1e-5, `${far} off`);
    source.close?.();
  });
}

test("an image element, once it has loaded", async () => {
  const image = new Image();
  image.src = "../given/halves.svg";
  const early = await failure(toTensor(image));
  check(/the picture \(HTMLImageElement\) has not loaded: await image\.decode\(\)/.test(early.message), early.message);
  await image.decode();
  const { shape, data } = await toTensor(image, { width: 2, height: 1, filter: "nearest", layout: "hwc", dtype: "uint8" });
  same(shape, [1, 2, 3], "shape");
  same(data, Uint8Array.of(255, 128, 0, 0, 0, 255), "colours");
  const { tensor: boxed, toSource } = await letterbox(image, { width: 8, height: 8, padding: 114, layout: "hwc", dtype: "uint8" });
  same([boxed.data[0], boxed.data[3 * 16]], [114, 255], "border and picture");
  same(toSource(tensor([[4, 2, 8, 6]])).data, Float32Array.of(4, 0, 8, 4), "box");
});

test("a picture that comes from elsewhere without leave says what it takes", async () => {
  // Policy 'self' shows none from elsewhere at all.
  if (mode === "strict") return;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  context.getImageData = () => { throw new DOMException("tainted", "SecurityError"); };
  const { getImageData } = OffscreenCanvasRenderingContext2D.prototype;
  OffscreenCanvasRenderingContext2D.prototype.getImageData = context.getImageData;
  try {
    const { code, message } = await failure(toTensor(canvas));
    same(code, "input", "code");
    check(/it needs crossorigin="anonymous" on its element, and the header Access-Control-Allow-Origin/.test(message), message);
  } finally {
    OffscreenCanvasRenderingContext2D.prototype.getImageData = getImageData;
  }
  await toTensor(picture());
});

test("what is no picture is refused", async () => {
  const { message } = await failure(toTensor(new Blob(["no picture"], { type: "image/png" })));
  check(/^the Blob \(image\/png, 10 bytes\) is no picture that this browser decodes/.test(message), message);
  const bitmap = await createImageBitmap(picture());
  bitmap.close();
  check(/the picture \(ImageBitmap\) is closed/.test((await failure(toTensor(bitmap))).message), "closed");
  check(/the picture \(HTMLVideoElement\) has no frame yet/.test((await failure(toTensor(document.createElement("video")))).message), "no frame");
});

/** A video of a canvas that changes, and how to end it. */
async function moving() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 48];
  const context = canvas.getContext("2d");
  let turn = 0;
  const timer = setInterval(() => {
    context.fillStyle = turn++ % 2 === 0 ? "#f00" : "#00f";
    context.fillRect(0, 0, 64, 48);
  }, 20);
  const video = document.createElement("video");
  [video.muted, video.playsInline, video.srcObject] = [true, true, canvas.captureStream(50)];
  document.body.append(video);
  await video.play();
  return { video, end: () => { clearInterval(timer); video.remove(); } };
}

test("a video's frames are handled one at a time, and others dropped", async () => {
  engine.captureStream = "captureStream" in HTMLCanvasElement.prototype;
  if (!engine.captureStream) return;
  const { video, end } = await moving();
  // WebKitGTK without a screen plays a canvas's stream and never shows a frame of it to anybody.
  engine.showsFrames = await Promise.race([new Promise((shown) => video.requestVideoFrameCallback(() => shown(true))), later(3000).then(() => false)]);
  if (!engine.showsFrames) return end();
  let [handled, atOnce, most] = [0, 0, 0];
  const loop = videoLoop(video, async (shown, { time }) => {
    most = Math.max(most, ++atOnce);
    const { shape } = await toTensor(shown, { width: 8, height: 8 });
    same(shape, [1, 3, 8, 8], "shape");
    check(typeof time === "number", "time");
    await later(80);
    handled++;
    atOnce--;
  });
  check(await until(() => handled >= 4), `${handled} frames`);
  same(most, 1, "frames at once");
  check(loop.dropped === undefined || loop.dropped > 0, `${loop.dropped} dropped`);
  // As where the page is hidden: a browser without a window cannot be.
  const hide = (hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  hide(true);
  await until(() => atOnce === 0);
  const before = handled;
  await later(300);
  same(handled, before, "frames while hidden");
  hide(false);
  check(await until(() => handled > before + 1), "frames when seen again");
  loop.stop();
  await loop.done;
  await until(() => atOnce === 0);
  const last = handled;
  await later(200);
  same(handled, last, "frames after the end");
  const controller = new AbortController();
  const aborted = videoLoop(video, () => controller.abort(), { signal: controller.signal });
  await aborted.done;
  const broken = videoLoop(video, () => { throw new Error("the model is ill"); });
  same((await failure(broken.done)).message, "the model is ill", "what the callback throws");
  end();
});

const wave = Float32Array.from({ length: 24_000 }, (_, i) => Math.sin(i * 0.05) * Math.cos(i * 0.0003));

function bufferOf(channels, sampleRate) {
  const buffer = new AudioBuffer({ length: channels[0].length, numberOfChannels: channels.length, sampleRate });
  channels.forEach((channel, i) => buffer.copyToChannel(channel, i));
  return buffer;
}

test("an AudioBuffer as a model takes it", async () => {
  const { shape, data } = await soundToTensor(bufferOf([wave, new Float32Array(wave.length)], 48_000), { sampleRate: 16_000 });
  same(shape, [1, 8000], "shape");
  same(data, resample(wave.map((sample) => sample / 2), 48_000, 16_000), "samples");
  const { message } = await failure(soundToTensor(new Blob(["no sound"])));
  check(/^the file \(8 bytes\) is no sound that this browser decodes/.test(message), message);
});

test("an AudioWorklet gives all frames, in turn, at the model's rate", async () => {
  engine.AudioWorklet = "AudioWorkletNode" in globalThis;
  if (!engine.AudioWorklet) return;
  const context = new OfflineAudioContext(1, wave.length, 48_000);
  const source = new AudioBufferSourceNode(context, { buffer: bufferOf([wave], 48_000) });
  const heard = [];
  let [atOnce, most] = [0, 0];
  const listener = await listen(source, { sampleRate: 16_000, size: 512, hop: 256, maxDelay: 1e9 }, async (samples, { time }) => {
    most = Math.max(most, ++atOnce);
    await later(1);
    heard.push({ samples, time });
    atOnce--;
  });
  source.start();
  await context.startRendering();
  // The last piece is not full, and stays behind; so does what the filter waits for.
  const expected = frames(resample(wave, 48_000, 16_000), { size: 512, hop: 256 });
  check(await until(() => heard.length >= expected.shape[0] - 3), `${heard.length} of ${expected.shape[0]} frames`);
  await later(50);
  same([most, listener.dropped, listener.frames], [1, 0, heard.length], "at once, dropped, handled");
  check(listener.realTimeFactor > 0, `${listener.realTimeFactor}`);
  heard.forEach(({ samples, time }, i) => {
    same(samples, expected.data.subarray(512 * i, 512 * (i + 1)), `frame ${i}`);
    check(Math.abs(time - i * 0.016) < 1e-9, `time of frame ${i}: ${time}`);
  });
  listener.stop();
  await listener.done;
});

test("frames are dropped where the callback stays behind, and it is told", async () => {
  if (!engine.AudioWorklet) return;
  const context = new OfflineAudioContext(1, wave.length, 48_000);
  const source = new AudioBufferSourceNode(context, { buffer: bufferOf([wave], 48_000) });
  let [told, release] = [0, () => {}];
  const listener = await listen(source, { sampleRate: 48_000, size: 480, maxDelay: 0.1, onDrop: (count) => (told += count) }, () => new Promise((resolve) => (release = resolve)));
  source.start();
  await context.startRendering();
  // Of 50 frames one is under way, ten wait.
  check(await until(() => told >= 38), `${told} dropped`);
  same(listener.dropped, told, "dropped");
  listener.stop();
  release();
  await listener.done;
});

test("a worklet's script that is not there, and a callback that throws", async () => {
  if (!engine.AudioWorklet) return;
  const context = new OfflineAudioContext(1, wave.length, 48_000);
  const source = new AudioBufferSourceNode(context, { buffer: bufferOf([wave], 48_000) });
  const { code, message } = await failure(listen(source, { sampleRate: 16_000, size: 512, workletUrl: "../runtime/nowhere.js" }, () => {}));
  same(code, "engine", "code");
  check(/capture\.js, is not found at .*nowhere\.js .*the option workletUrl/.test(message), message);
  const listener = await listen(source, { sampleRate: 16_000, size: 512 }, () => { throw new Error("the model is ill"); });
  const ended = failure(listener.done);
  source.start();
  await context.startRendering();
  same((await ended).message, "the model is ill", "what the callback throws");
});

// The others ask somebody.
if (chromium) {
  test("a microphone", async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    let [sound, count] = [0, 0];
    const listener = await listen(stream, { sampleRate: 16_000, size: 512 }, (samples) => {
      same(samples.length, 512, "size");
      sound = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), sound);
      count++;
    });
    check(await until(() => count > 20 && sound > 0.01), `${count} frames, the loudest sample ${sound}`);
    check(listener.realTimeFactor > 0 && listener.realTimeFactor < 1, `${listener.realTimeFactor} of real time`);
    listener.stop();
    await listener.done;
    same(stream.getAudioTracks()[0].readyState, "live", "the microphone");
    const recorder = new MediaRecorder(stream);
    const recorded = new Promise((resolve) => recorder.addEventListener("dataavailable", ({ data }) => resolve(data), { once: true }));
    recorder.start();
    await later(700);
    recorder.stop();
    const { shape } = await soundToTensor(await recorded, { sampleRate: 16_000 });
    check(shape[0] === 1 && shape[1] > 1600, `${shape}`);
    stream.getTracks().forEach((track) => track.stop());
  });

  test("a camera", async () => {
    const video = document.createElement("video");
    [video.muted, video.srcObject] = [true, await navigator.mediaDevices.getUserMedia({ video: true })];
    await video.play();
    const shapes = [];
    const loop = videoLoop(video, async (shown) => shapes.push((await toTensor(shown, { width: 24, height: 24, fit: "cover" })).shape));
    check(await until(() => shapes.length > 2), `${shapes.length} frames`);
    same(shapes[0], [1, 3, 24, 24], "shape");
    loop.stop();
    video.srcObject.getTracks().forEach((track) => track.stop());
  });
}

await finish(engine);
