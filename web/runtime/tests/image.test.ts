// What is the same in every engine; sources of pages are tried in browsers (tests/browser/neighbours.test.mjs).
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Filter, type Pixels, boxesToSource, convertBoxes, fromHeatMap, fromMask, fromTensor, letterbox, nms, placePicture, toTensor, videoLoop } from "../src/image.js";
import { type AnyTensor, SconceError, type Tensor, numbersOf, readNpz, slice, tensor, zeros } from "../src/tensor.js";

const numbers = await readNpz(await readFile(new URL("../../tests/numbers/pictures.npz", import.meta.url)));
const of = (name: string): Tensor => numbers[name] ?? assert.fail(`there is no ${name}`);
const plain = (tensor: AnyTensor) => Array.from(numbersOf(tensor) as ArrayLike<number>);
const picture = (name: string): Pixels => {
  const { data, shape: [height = 0, width = 0] } = of(name);
  return { data: data as Uint8Array, width, height };
};

/** How far numbers are from what was expected, at the most. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  return Math.max(...Array.from(actual, (value, i) => Math.abs(value - (expected[i] as number))));
}

async function refusal(body: () => unknown): Promise<string> {
  try {
    await body();
  } catch (error) {
    assert.ok(error instanceof SconceError && error.code === "input", String(error));
    return error.message;
  }
  return "accepted";
}

for (const filter of ["nearest", "bilinear", "bicubic", "lanczos"] as const satisfies readonly Filter[]) {
  test(`resizes as Pillow to the bit, ${filter}`, async () => {
    for (const [width, height] of [[16, 16], [61, 41], [53, 20], [7, 37], [1, 1]] as const) {
      const { data } = await toTensor(picture("wide"), { width, height, filter, layout: "nhwc", dtype: "uint8" });
      assert.deepEqual(Array.from(data), plain(of(`pillow.${filter}.${width}.${height}`)), `${width}x${height}`);
    }
  });
}

test("resizes as torchvision's tensors, within a byte", async () => {
  for (const [width, height] of [[16, 16], [61, 41]] as const) {
    const bytes = await toTensor(picture("wide"), { width, height, layout: "nhwc", dtype: "uint8" });
    assert.ok(distance(bytes.data, of(`uint8.${width}.${height}`).data as Uint8Array) <= 1);
    const floats = await toTensor(picture("wide"), { width, height, layout: "nhwc" });
    assert.ok(distance(floats.data, of(`float.${width}.${height}`).data as Float32Array) <= 1 / 255);
  }
});

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

test("gives what torchvision's presets for classifiers give", async () => {
  for (const name of ["wide", "tall"]) {
    for (const [crop, resize] of [[16, 16], [16, 20], [15, 18], [9, 33]] as const) {
      const made = await toTensor(picture(name), { width: crop, height: crop, fit: "cover", resize, ...imagenet });
      assert.deepEqual(made.shape, [1, 3, crop, crop]);
      // The same bytes; PyTorch divides them in single precision.
      const most = distance(made.data, of(`preset.${name}.${crop}.${resize}`).data as Float32Array);
      assert.ok(most < 1e-6, `${name}, ${crop} of ${resize}: ${most} off`);
    }
    const least = await toTensor(picture(name), { width: 16, height: 16, fit: "cover", ...imagenet });
    assert.deepEqual(least, await toTensor(picture(name), { width: 16, height: 16, fit: "cover", resize: 16, ...imagenet }));
  }
});

test("grey as Pillow's L, and a border", async () => {
  const gray = await toTensor(picture("wide"), { width: 16, height: 16, channels: "gray", dtype: "uint8" });
  assert.deepEqual(gray.shape, [1, 1, 16, 16]);
  assert.deepEqual(Array.from(gray.data), plain(of("gray")));
  const { tensor: boxed } = await letterbox(picture("wide"), { width: 32, height: 32, padding: 114, layout: "hwc", dtype: "uint8" });
  assert.deepEqual(boxed.shape, [32, 32, 3]);
  assert.deepEqual(Array.from(boxed.data), plain(of("contain")));
});

const two: Pixels = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), width: 2, height: 1 };

test("layouts, channels and numbers", async () => {
  const bytes = async (options: Parameters<typeof toTensor>[1]) => plain(await toTensor(two, { dtype: "uint8", ...options }));
  assert.deepEqual(await bytes({}), [10, 40, 20, 50, 30, 60]);
  assert.deepEqual(await bytes({ layout: "hwc" }), [10, 20, 30, 40, 50, 60]);
  assert.deepEqual(await bytes({ channels: "bgr", layout: "nhwc" }), [30, 20, 10, 60, 50, 40]);
  assert.deepEqual((await toTensor(two, { layout: "chw" })).shape, [3, 1, 2]);
  assert.deepEqual(plain(await toTensor(two, { scale: 1, mean: 10, std: [2, 1, 5] })), [0, 15, 10, 40, 4, 10]);
  assert.deepEqual(plain(await toTensor(two, { dtype: "int8", mean: 128 })), [-118, -88, -108, -78, -98, -68]);
  assert.deepEqual(plain(await toTensor(two, { dtype: "float16", scale: 1 })), [10, 40, 20, 50, 30, 60]);
  assert.deepEqual((await toTensor(two, {})).data, Float32Array.from([10, 40, 20, 50, 30, 60], (byte) => byte / 255));
  const grey: Pixels = { data: Uint8Array.of(7, 9), width: 1, height: 2 };
  assert.deepEqual(plain(await toTensor(grey, { dtype: "uint8" })), [7, 9, 7, 9, 7, 9]);
  assert.deepEqual(plain(await toTensor(grey, { dtype: "uint8", channels: "gray" })), [7, 9]);
  const clear: Pixels = { data: Uint8Array.of(100, 200, 50, 0, 100, 200, 50, 51), width: 2, height: 1 };
  assert.deepEqual(plain(await toTensor(clear, { dtype: "uint8", layout: "hwc" })), [100, 200, 50, 100, 200, 50]);
  assert.deepEqual(plain(await toTensor(clear, { dtype: "uint8", layout: "hwc", background: [255, 255, 255] })), [255, 255, 255, 224, 244, 214]);
});

test("there and back", async () => {
  const cases = [[{}], [{ layout: "nhwc" }], [{ channels: "bgr", layout: "chw" }], [imagenet], [{ layout: "hwc" }, "uint8"], [{ scale: 1 }, "bfloat16"]] as const;
  for (const [options, dtype] of cases) {
    const { data, width, height } = fromTensor(await toTensor(two, { ...options, dtype }), options);
    assert.deepEqual([width, height, Array.from(data)], [2, 1, [10, 20, 30, 255, 40, 50, 60, 255]]);
  }
  const gray = fromTensor(tensor([[[[0, 0.5, 2, -1]]]] as unknown as number[][]));
  assert.deepEqual([0, 4, 8, 12].map((i) => gray.data[i]), [0, 128, 255, 0]);
  const batch = tensor(Uint8Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3, 1, 1] });
  assert.deepEqual(Array.from(fromTensor(batch, { index: 1 }).data), [4, 5, 6, 255]);
  assert.equal(await refusal(() => fromTensor(batch, { index: 2 })), "fromTensor: the batch has 2 pictures, and none of index 2");
  assert.equal(await refusal(() => fromTensor(zeros([1, 8, 8, 3]))), 'fromTensor takes [3, height, width], or such in a batch, for layout "nchw", got float32 [1, 8, 8, 3]');
  assert.equal(await refusal(() => fromTensor(zeros([8, 8]))), 'fromTensor takes [3, height, width], or such in a batch, for layout "nchw", got float32 [8, 8]');
});

test("errors name what was expected and what came", async () => {
  const cases: readonly (readonly [unknown, object, RegExp])[] = [
    ["cat.png", {}, /^a picture is an ImageData, ImageBitmap, .*, or \{ data, width, height \} with bytes, got string$/],
    [{ width: 2, height: 2 }, {}, /got \{ width, height \}$/],
    [null, {}, /got null$/],
    [{ data: new Float32Array(12), width: 2, height: 2 }, {}, /^a picture's data is a Uint8ClampedArray or Uint8Array, got Float32Array$/],
    [{ data: new Uint8Array(13), width: 2, height: 2 }, {}, /^a picture's data has 4, 3 or 1 bytes for each pixel, got 13 bytes in \{ data, width: 2, height: 2 \}$/],
    [two, { width: 4 }, /^toTensor takes both width and height, or neither of them$/],
    [two, { swap: 4 }, /^toTensor has no option swap: it takes width, height, fit, /],
    [two, { means: 4 }, /^toTensor has no option means \(did you mean "mean"\?\)/],
    [two, { width: 4, height: 4, fit: "fill" }, /^the option fit should be "stretch" or "cover" or "contain", got "fill"$/],
    [two, { width: 4, height: 0 }, /^a model's picture has a width and a height, whole numbers from 1 up, got \{ width: 4, height: 0 \}$/],
    [two, { width: 4, height: 4, resize: 8 }, /^the option resize is a whole number from 1 up, with fit: "cover", got 8 with fit: "stretch"$/],
    [two, { width: 4, height: 4, fit: "cover", resize: 2 }, /^resize: 2 makes the picture 4 x 2, which does not cover 4 x 4$/],
    [two, { mean: [1, 2] }, /^mean is a number or 3, one for each channel of "rgb", got \[1, 2\]$/],
    [two, { std: 0 }, /^std divides, and cannot be 0$/],
    [two, { dtype: "uint8", mean: 128 }, /^toTensor: uint8 holds 0 to 255, got -118 at element 0$/],
    [two, { dtype: "int64" }, /^the option dtype should be "float32" or /],
  ];
  for (const [source, options, message] of cases) assert.match(await refusal(() => toTensor(source as Pixels, options)), message);
  await assert.rejects(toTensor(new Blob(["x"])), /there is no createImageBitmap here: decode the picture first/);
  assert.match(await refusal(() => videoLoop({} as HTMLVideoElement, () => {})), /^videoLoop takes a video element, got Object$/);
});

test("boxes find the way back, whatever the fit", () => {
  const source = { width: 640, height: 360 };
  const corners = tensor([[100, 40, 300, 200]]);
  for (const fit of ["stretch", "cover", "contain"] as const) {
    const placement = placePicture(source, { width: 320, height: 320, fit });
    const forward = tensor([plain(corners).map((value, i) => (i % 2 === 0 ? placement.left + (value * placement.width) / 640 : placement.top + (value * placement.height) / 360))]);
    if (fit === "cover") assert.deepEqual([placement.width, placement.height, placement.left, placement.top], [568, 320, -124, 0]);
    if (fit === "contain") assert.deepEqual([placement.width, placement.height, placement.left, placement.top], [320, 180, 0, 70]);
    assert.deepEqual(plain(boxesToSource(placement, forward)).map(Math.round), plain(corners));
    assert.deepEqual(plain(boxesToSource(placement, tensor([plain(forward).map((value) => value / 320)]), { normalized: true })).map(Math.round), plain(corners));
    assert.deepEqual(plain(boxesToSource(placement, convertBoxes(forward, "xyxy", "cxcywh"), { format: "cxcywh" })).map(Math.round), plain(corners));
  }
  assert.deepEqual(placePicture(source, { width: 320, height: 321, fit: "contain", align: "start" }).top, 0);
  assert.deepEqual(placePicture({ width: 10, height: 7 }, { width: 10, height: 10, fit: "contain" }).top, 1);
  // Beyond the picture there is nothing.
  assert.deepEqual(plain(boxesToSource(placePicture(source, { width: 320, height: 320, fit: "contain" }), tensor([[-5, 0, 400, 320]]))), [0, 0, 640, 360]);
});

test("nms and box formats are torchvision's", async () => {
  const [boxes, scores, classes] = [of("boxes"), of("scores"), of("classes")];
  for (const threshold of ["0.3", "0.5", "0.8"]) {
    assert.deepEqual(nms(boxes, scores, { iouThreshold: Number(threshold) }), plain(of(`nms.${threshold}`)));
    assert.deepEqual(nms(boxes, scores, { iouThreshold: Number(threshold), classes }), plain(of(`batched.${threshold}`)));
  }
  for (const format of ["xywh", "cxcywh"] as const) {
    assert.deepEqual(convertBoxes(boxes, "xyxy", format).data, of(`convert.${format}`).data);
    assert.deepEqual(nms(of(`convert.${format}`), scores, { format }), plain(of("nms.0.5")));
    plain(convertBoxes(of(`convert.${format}`), format, "xyxy")).forEach((value, i) => assert.ok(Math.abs(value - Number(boxes.data[i])) < 1e-4));
  }
  const kept = nms(boxes, scores, { scoreThreshold: 0.5 });
  assert.deepEqual(kept, plain(of("nms.0.5")).filter((index) => Number(scores.data[index]) > 0.5));
  assert.deepEqual(nms(boxes, scores, { limit: 3 }), kept.slice(0, 3));
  assert.deepEqual(nms(zeros([0, 4]), zeros([0])), []);
  assert.equal(await refusal(() => nms(boxes, slice(scores, [[0, 5]]))), "nms takes boxes [n, 4] and scores [n], got float32 [60, 4] and float32 [5]");
  assert.equal(await refusal(() => nms(boxes, scores, { classes: [1] })), "nms takes a class for each of 60 boxes, got 1");
});

test("heat maps and masks", async () => {
  const heat = fromHeatMap(tensor([[0, 1], [2, NaN]]), { alpha: 0.5 });
  assert.deepEqual(Array.from(heat.data), [0x44, 0x01, 0x54, 128, 0x21, 0x91, 0x8c, 128, 0xfd, 0xe7, 0x25, 128, 0, 0, 0, 0].map((byte, i) => (i >= 4 && i < 7 ? heat.data[i] : byte)));
  // The middle of viridis, by matplotlib.
  assert.ok(distance([heat.data[4], heat.data[5], heat.data[6]] as number[], [0x21, 0x91, 0x8c]) <= 2);
  assert.deepEqual(Array.from(fromHeatMap(zeros([1, 1, 1, 2]), { map: "gray" }).data), [0, 0, 0, 255, 0, 0, 0, 255]);
  assert.deepEqual(Array.from(fromHeatMap(tensor([[5]]), { map: (value) => [value * 100, 1, 2], min: 0, max: 10 }).data), [50, 1, 2, 255]);
  const classes = tensor([[0, 1], [2, 15]], { dtype: "int64" });
  // Pascal VOC: background, aeroplane, bicycle, person.
  assert.deepEqual(Array.from(fromMask(classes).data), [0, 0, 0, 0, 128, 0, 0, 255, 0, 128, 0, 255, 192, 128, 128, 255]);
  assert.deepEqual(Array.from(fromMask(tensor([[0, 1]], { dtype: "uint8" }), { colors: [[1, 2, 3], undefined], alpha: 0.5 }).data), [1, 2, 3, 128, 0, 0, 0, 0]);
  assert.deepEqual(Array.from(fromMask(tensor([[[0.25], [1]]] as unknown as number[][]), { colors: [[9, 8, 7]] }).data), [9, 8, 7, 64, 9, 8, 7, 255]);
  assert.deepEqual(Array.from(fromMask(tensor([[0.25, 0.75]]), { threshold: 0.5, colors: [[9, 8, 7]] }).data), [0, 0, 0, 0, 9, 8, 7, 255]);
  assert.equal(await refusal(() => fromMask(zeros([1, 3, 4, 4]))), "fromMask takes one plane, [height, width], got float32 [1, 3, 4, 4]: slice(tensor, [i, j]) of sconce/tensor is one of several, argmax(tensor, 1) the class of each pixel");
  assert.equal(await refusal(() => fromMask(classes, { colors: [[1, 2, 3]] })), "fromMask: class 1 has no colour: 1 were given, for 0 to 0");
  assert.equal(await refusal(() => fromMask(classes, { threshold: 1 })), "fromMask: the option threshold is for fractions, and int64 [2, 2] holds classes");
  assert.match(await refusal(() => fromHeatMap(zeros([2, 2]), { map: "jet" as "gray" })), /^the option map should be viridis, magma, inferno, plasma, gray, or a function, got "jet"$/);
});
