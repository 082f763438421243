import assert from "node:assert/strict";
import { test } from "node:test";
import { wantedBy } from "../src/compiling.js";
import { type Arrays, compareWith, formsOf } from "../src/model/answers.js";
import { pageCode } from "../src/model/code.js";
import { companionOf, lines, ofJson } from "../src/model/companions.js";
import { type Box, layOut } from "../src/model/graph/layout.js";
import { filled, likelyFilling } from "../src/model/inputs/filled.js";
import { numbersIn } from "../src/model/inputs/numbers.js";
import { isText, pictureForm, planeForm, segmentsForm, soundForm } from "../src/model/shapes.js";

const float32 = (shape: readonly number[], ...numbers: number[]) => ({ dtype: "float32" as const, shape, data: Float32Array.from(numbers) });

test("a refusal of TorchScript says which inputs are wanted", () => {
  const hint = "say what the inputs are: --input x=SIZES --input boxes.0=SIZES --input rate=NUMBER, where SIZES are 1x3x224x224";
  assert.deepEqual(wantedBy({ hint }), [{ name: "x", isNumber: false }, { name: "boxes.0", isNumber: false }, { name: "rate", isNumber: true }]);
  assert.deepEqual(wantedBy({ hint: "export it again" }), []);
  assert.deepEqual(wantedBy({}), []);
});

test("arrays beside TorchScript say what its inputs are like", () => {
  const arrays: Arrays = { in0: float32([2, 1], 1, 2), in1: { dtype: "int64", shape: [], data: BigInt64Array.of(3n) }, out0: float32([1], 1) };
  assert.deepEqual(formsOf(arrays), ["in0=float32:2x1", "in1=int64:scalar"]);
  assert.deepEqual(formsOf({ x: float32([3], 1, 2, 3) }), ["x=float32:3"]);
});

test("a tensor's dtype and shape say what it is likely to be", () => {
  assert.deepEqual(pictureForm("float32", [1, 3, 224, 224]), { layout: "nchw", channels: 3, width: 224, height: 224, batch: 1 });
  assert.deepEqual(pictureForm("uint8", [undefined, 20, 30, 3]), { layout: "nhwc", channels: 3, width: 30, height: 20, batch: undefined });
  assert.deepEqual(pictureForm("float32", [1, undefined, undefined]), { layout: "chw", channels: 1, width: undefined, height: undefined, batch: 1 });
  assert.equal(pictureForm("int64", [1, 3, 224, 224]), undefined);
  assert.equal(pictureForm("float32", [1, 3, 4, 4]), undefined);
  assert.equal(pictureForm("float32", [1, 64, 56, 56]), undefined);
  assert.deepEqual(soundForm("float32", [1, 16_000]), { samples: 16_000, channels: 1 });
  assert.deepEqual(soundForm("float32", [1, 2, undefined]), { samples: undefined, channels: 2 });
  assert.equal(soundForm("float32", [1, 80, 3000]), undefined);
  assert.equal(soundForm("float32", [1, 10]), undefined);
  assert.ok(isText("int64", [1, undefined]) && isText("int32", [8]));
  assert.ok(!isText("int64", [4, 8]) && !isText("float32", [1, 8]) && !isText("int64", []));
  assert.deepEqual(planeForm([1, 1, 32, 48]), { height: 32, width: 48 });
  assert.equal(planeForm([2, 32, 48]), undefined);
  assert.ok(segmentsForm("float32", [1, 21, 64, 64]) && !segmentsForm("float32", [1, 1, 64, 64]) && !segmentsForm("float32", [2, 21, 64, 64]));
});

test("numbers that a visitor writes are read, whatever stands between them", () => {
  assert.deepEqual(numbersIn("1, 2.5\n[-3e2;nan] inf true", "x"), [1, 2.5, -300, NaN, Infinity, 1]);
  assert.throws(() => numbersIn("1 two", "x"), /x: expected a number, but got "two"/);
});

test("inputs that nobody chose have likely numbers", () => {
  assert.deepEqual([...filled(3, "counting", true)], [0, 1, 2]);
  assert.ok(filled(200, "random", true).every((value) => value === 0 || value === 1));
  assert.ok(filled(200, "random", false).some((value) => value < 0 && value > -1));
  assert.deepEqual(["attention_mask", "position_ids", "x"].map(likelyFilling), ["ones", "counting", "random"]);
});

test("files beside a model are known by what is in them", async () => {
  const kind = async (name: string, text: string) => (await companionOf(name, new Blob([text])))?.kind;
  assert.equal(await kind("labels.txt", "a\nb\n"), "labels");
  assert.equal(await kind("x.npz", ""), "arrays");
  assert.equal(await kind("cat.JPG", ""), "picture");
  assert.equal(await kind("a.wav", ""), "sound");
  assert.equal(await kind("tokenizer.json", '{"model": {"type": "BPE"}, "added_tokens": []}'), "tokenizer");
  assert.equal(await kind("notes.md", "x"), undefined);
  assert.deepEqual(lines("a\r\nb\r\n"), ["a", "b"]);
  const labelsOf = (json: unknown) => { const found = ofJson(json); return found?.kind === "labels" ? found.labels : undefined; };
  assert.deepEqual(labelsOf(["a", "b"]), ["a", "b"]);
  assert.deepEqual(labelsOf({ 1: ["n01", "dog"], 0: ["n00", "cat"] }), ["cat", "dog"]);
  assert.deepEqual(labelsOf({ model_type: "vit", id2label: { 0: "no", 1: "yes" } }), ["no", "yes"]);
  for (const other of [{ 0: "a", 2: "b" }, { 0: 1 }, "text", null, [], { a: "b" }]) assert.equal(ofJson(other), undefined, JSON.stringify(other));
});

test("PyTorch's answers are compared as sconce verify compares", () => {
  const ports = [{ name: "logits" }, { name: "ids" }];
  const ids = { dtype: "int64" as const, shape: [2], data: BigInt64Array.of(1n, 2n) };
  const arrays: Arrays = { out0: float32([3], 100, 0, NaN), out1: ids };
  const right = compareWith(arrays, ports, { logits: float32([3], 100.01, 0.001, NaN), ids });
  assert.deepEqual([right.count, right.problem], [2, undefined]);
  assert.ok(right.maxError > 0.9e-4 && right.maxError < 1.1e-4);
  assert.match(compareWith(arrays, ports, { logits: float32([3], 100, 0.02, NaN), ids }).problem ?? "", /^logits: expected 0 at 1, but got 0\.0199/);
  assert.match(compareWith(arrays, ports, { logits: float32([3], 100, 0, 1), ids }).problem ?? "", /expected NaN at 2, but got 1/);
  assert.match(compareWith(arrays, ports, { logits: arrays["out0"] as never, ids: { ...ids, data: BigInt64Array.of(1n, 3n) } }).problem ?? "", /^ids: expected 2 at 1, but got 3/);
  assert.match(compareWith(arrays, ports, { logits: float32([1, 3], 100, 0, NaN), ids }).problem ?? "", /expected \[3\], but got \[1, 3\]/);
  assert.equal(compareWith({ in0: float32([1], 1) }, ports, { ids }).count, 0);
});

test("the code for a page has its imports and names", () => {
  const image = { imports: { "sconce/image": "toTensor" }, expression: "await toTensor(image, {})" };
  assert.equal(pageCode("net.wasm", [{ name: "x", code: image }, { name: "in.0", code: { imports: { "sconce/tensor": "zeros" }, expression: "zeros([2])" } }], ["y", "a-b"]), `import { load } from "sconce";
import { toTensor } from "sconce/image";
import { zeros } from "sconce/tensor";

const model = await load("net.wasm");
const outputs = await model.run({
  x: await toTensor(image, {}),
  "in.0": zeros([2]),
});
console.log(outputs.y);
console.log(outputs["a-b"]);
`);
});

test("a graph's boxes do not overlap, and stand below what they read", () => {
  // A ladder of branches of different lengths, with a long way around.
  const reads = [[], [0], [0], [1], [1, 2], [3, 4], [0, 5], [], [7, 6], [8, 8]];
  const boxes: Box[] = reads.map((from, i) => ({ width: 60 + 17 * (i % 4), height: 30 + 10 * (i % 3), reads: from }));
  const layout = layOut(boxes);
  const rects = boxes.map(({ width, height }, i) => { const { x, y } = layout.boxes[i] as { x: number; y: number }; return { left: x - width / 2, right: x + width / 2, top: y, bottom: y + height }; });
  rects.forEach((a, i) => {
    assert.ok(a.left >= -0.01 && a.right <= layout.width + 0.01 && a.bottom <= layout.height + 0.01, `box ${i} is outside`);
    rects.forEach((b, j) => i < j && assert.ok(a.right <= b.left + 0.01 || b.right <= a.left + 0.01 || a.bottom <= b.top || b.bottom <= a.top, `boxes ${i} and ${j} overlap`));
    for (const from of reads[i] ?? []) assert.ok((rects[from]?.bottom ?? 0) < a.top, `box ${i} is not below ${from}`);
  });
  assert.equal(layout.lines.length, 12);
  for (const { from, to, points } of layout.lines) {
    assert.deepEqual([points[0]?.y, points.at(-1)?.y], [rects[from]?.bottom, rects[to]?.top]);
    points.forEach(({ y }, i) => assert.ok(i === 0 || y >= (points[i - 1]?.y ?? 0), "a line goes up"));
  }
  assert.deepEqual(layOut([]), { boxes: [], lines: [], width: 0, height: 0 });
});

test("a graph of thousands of boxes is laid out at once", () => {
  const boxes: Box[] = Array.from({ length: 2000 }, (_, i) => ({ width: 100, height: 40, reads: i === 0 ? [] : i % 7 === 0 ? [i - 1, i - 5] : [i - 1] }));
  const began = performance.now();
  layOut(boxes);
  assert.ok(performance.now() - began < 5000);
});
