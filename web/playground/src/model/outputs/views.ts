// Ways to look at an output. Each says whether it fits, and makes an element.
import type { Tensor } from "sconce/core";
import { fromHeatMap, fromMask, fromTensor } from "sconce/image";
import { argmax, numbersOf, slice, softmax, topK } from "sconce/tensor";
import { make } from "../../dom.js";
import { isFloat, isInteger, pictureForm, planeForm, segmentsForm, soundForm } from "../shapes.js";
import type { TextTokenizer } from "../tokenizer.js";
import { tableOf } from "./table.js";
import { paintWave } from "./wave.js";

/** What was dropped beside the model. */
export interface Beside {
  readonly labels: readonly string[] | undefined;
  readonly tokenizer: TextTokenizer | undefined;
}

export interface View {
  readonly title: string;
  fits(tensor: Tensor, beside: Beside): boolean;
  show(tensor: Tensor, beside: Beside): HTMLElement;
}

const topClasses = 5;
/** A picture with no longer side is shown larger than it is. */
const smallPicture = 200;

/** The last row of scores: of [1, tokens, words] those of the next word. */
function lastRow(tensor: Tensor): Tensor {
  let row = tensor;
  while (row.shape.length > 1) row = slice(row, [-1]) as Tensor;
  return row;
}

const classes: View = {
  title: "Top classes",
  fits: ({ dtype, shape }) => isFloat(dtype) && shape.length >= 1 && shape.length <= 3 && shape.slice(0, -1).every((size, i, all) => size === 1 || (all.length === 2 && i === 1)) && (shape.at(-1) ?? 0) >= 2,
  show(tensor, { labels, tokenizer }) {
    const row = lastRow(tensor);
    const count = row.shape[0] ?? 0;
    const values = numbersOf(row) as ArrayLike<number>;
    const sum = Array.from(values).reduce((a, b) => a + b, 0);
    const areProbabilities = Array.from(values).every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) < 1e-2;
    const named = labels?.length === count ? labels : tokenizer?.labels(count);
    const best = topK(areProbabilities ? row : softmax(row), Math.min(topClasses, count), named === undefined ? {} : { labels: named });
    const rest = labels !== undefined && labels.length !== count ? [make("p", { className: "note" }, `${labels.length} labels were dropped, and this output has ${count} numbers.`)] : [];
    return make("div", {}, make("ol", { className: "classes" }, ...best.map(({ index, value, label }) => make("li", {},
      make("span", { className: "label" }, label ?? `class ${index}`), make("meter", { value, ariaLabel: label ?? `class ${index}` }), make("span", { className: "number" }, `${(100 * value).toFixed(1)} %`)))),
      make("p", { className: "note" }, areProbabilities ? "Probabilities, as the model gives them." : "Probabilities by softmax of what the model gives."), ...rest);
  },
};

const text: View = {
  title: "Text",
  fits: ({ dtype, shape }, { tokenizer }) => tokenizer !== undefined && /^int(32|64)$/.test(dtype) && shape.length >= 1 && shape.length <= 2,
  show: (tensor, { tokenizer }) => make("p", { className: "text" }, tokenizer?.decode(Array.from(tensor.data as Iterable<number | bigint>, Number)) ?? ""),
};

const picture: View = {
  title: "Picture",
  fits: ({ dtype, shape }) => pictureForm(dtype, shape)?.channels === 3 || (pictureForm(dtype, shape) !== undefined && isInteger(dtype)),
  show(tensor) {
    const form = pictureForm(tensor.dtype, tensor.shape);
    const values = numbersOf(tensor) as ArrayLike<number>;
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < values.length; i++) [least, most] = [Math.min(least, values[i] as number), Math.max(most, values[i] as number)];
    // By the numbers: bytes, -1 to 1, or 0 to 1.
    const numbers = most > 2 ? { scale: 1 } : least < -0.05 ? { scale: 1 / 255, mean: 0.5, std: 0.5 } : { scale: 1 / 255 };
    return canvasOf(fromTensor(tensor, { layout: form?.layout ?? "nchw", channels: form?.channels === 1 ? "gray" : "rgb", ...numbers }), `${range(least)} to ${range(most)}`);
  },
};

const segments: View = {
  title: "Classes of pixels",
  fits: ({ dtype, shape }) => segmentsForm(dtype, shape),
  show: (tensor) => canvasOf(fromMask(argmax(tensor, 1)), `the likeliest of ${tensor.shape[1]} classes; class 0 has no colour`),
};

const heat: View = {
  title: "Heat map",
  fits: ({ dtype, shape }) => !/complex/.test(dtype) && (planeForm(shape) !== undefined || planeForm(shape.slice(-2)) !== undefined),
  show(tensor) {
    const planes = tensor.shape.slice(0, -2).reduce((a, b) => a * b, 1);
    if (planeForm(tensor.shape) !== undefined) return canvasOf(fromHeatMap(squeezed(tensor)), limits(tensor));
    const field = make("input", { type: "number", min: "0", max: String(planes - 1), value: "0", step: "1" });
    const place = make("div", {});
    const show = () => {
      const [height = 0, width = 0] = tensor.shape.slice(-2);
      const at = Math.min(Math.max(0, Math.trunc(Number(field.value)) || 0), planes - 1) * height * width;
      const plane = { ...tensor, shape: [height, width], data: tensor.data.subarray(at, at + height * width) } as Tensor;
      place.replaceChildren(canvasOf(fromHeatMap(plane), limits(plane)));
    };
    field.addEventListener("input", show);
    show();
    return make("div", {}, make("label", { className: "inline" }, `Plane of ${planes}`, field), place);
  },
};

const wave: View = {
  title: "Waveform",
  fits: ({ dtype, shape }) => soundForm(dtype, shape) !== undefined,
  show(tensor) {
    const canvas = make("canvas", { className: "wave", width: 800, height: 160, role: "img", ariaLabel: "The numbers as a wave" });
    // Its colour is known once it is on the page.
    requestAnimationFrame(() => paintWave(canvas, numbersOf(tensor) as ArrayLike<number>));
    return make("figure", {}, canvas, make("figcaption", { className: "note" }, limits(tensor)));
  },
};

const table: View = { title: "Table", fits: () => true, show: (tensor) => tableOf(tensor) };

/** The first that fits is shown at first. */
const all: readonly View[] = [text, picture, segments, heat, wave, classes, table];

/** The likeliest first. */
export function viewsOf(tensor: Tensor, beside: Beside): View[] {
  const fitting = all.filter((view) => view.fits(tensor, beside));
  // A row that is labelled is of classes, however long it is; so is one that is named for it, and not too short.
  const count = tensor.shape.at(-1) ?? 0;
  const areClasses = classes.fits(tensor, beside) && (beside.labels?.length === count || beside.tokenizer?.labels(count) !== undefined || (count >= 3 && count <= 2000 && (tensor.shape.length === 2 || tensor.shape.length === 1)));
  return areClasses ? [classes, ...fitting.filter((view) => view !== classes)] : fitting;
}

function squeezed(tensor: Tensor): Tensor {
  return { ...tensor, shape: tensor.shape.filter((size) => size !== 1) } as Tensor;
}

const range = (value: number) => String(Number(value.toPrecision(3)));

function limits(tensor: Tensor): string {
  const values = numbersOf(tensor) as ArrayLike<number>;
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) [least, most] = [Math.min(least, values[i] as number), Math.max(most, values[i] as number)];
  return `${range(least)} to ${range(most)}`;
}

function canvasOf(image: ImageData, said: string): HTMLElement {
  const canvas = make("canvas", { width: image.width, height: image.height, className: Math.max(image.width, image.height) <= smallPicture ? "small pixels" : "pixels", role: "img", ariaLabel: said });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return make("figure", {}, canvas, make("figcaption", { className: "note" }, `${image.width} × ${image.height}, ${said}`));
}
