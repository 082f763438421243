// What models leave to their callers: the greatest, the likeliest, the first few by name.
import { type TensorOf, elementCount } from "../shared/tensor.js";
import { dimension } from "./shape.js";
import { type AnyTensor, checkReal, checkTensor, describeTensor, numbersOf, wrong } from "./elements.js";

/** One of the first few: where it stands, its number, and its label where labels were given. */
export interface Ranked {
  readonly index: number;
  readonly value: number;
  readonly label: string | undefined;
}

/** Where the greatest number is: of the whole tensor, as if it had one dimension, or along a dimension, which is gone then. NaN is the greatest, and of equals the first, as in PyTorch. */
export function argmax(from: AnyTensor): number;
export function argmax(from: AnyTensor, dim: number): TensorOf<"int32">;
export function argmax(from: AnyTensor, dim?: number): number | TensorOf<"int32"> {
  checkTensor(from, "argmax");
  checkReal(from, "argmax");
  const { outer, size, inner, place } = lanes(dim === undefined ? { ...from, shape: [elementCount(from.shape, "the tensor")] } : from, dim ?? 0, "argmax");
  if (size === 0) throw wrong(`argmax: there is no greatest of none, in ${describeTensor(from)}`);
  // Whole numbers of 64 bits are compared as they are.
  const values = from.data instanceof BigInt64Array || from.data instanceof BigUint64Array ? from.data : numbersOf(from);
  const found = new Int32Array(outer * inner);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const start = i * size * inner + j;
      let [best, where] = [values[start] as number | bigint, 0];
      for (let k = 1; k < size && best === best; k++) {
        const value = values[start + k * inner] as number | bigint;
        if (value > best || value !== value) [best, where] = [value, k];
      }
      found[i * inner + j] = where;
    }
  }
  return dim === undefined ? (found[0] as number) : { dtype: "int32", shape: from.shape.toSpliced(place, 1), data: found };
}

/** Numbers from 0 to 1 whose sum along a dimension is 1: probabilities, for a model that ends with logits. */
export function softmax(from: AnyTensor, dim = -1): TensorOf<"float32"> {
  checkTensor(from, "softmax");
  checkReal(from, "softmax");
  const values = numbersOf(from);
  const { outer, size, inner } = lanes(from, dim, "softmax");
  const data = new Float32Array(values.length);
  const powers = new Float64Array(size);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const start = i * size * inner + j;
      let [most, sum] = [-Infinity, 0];
      for (let k = 0; k < size; k++) most = Math.max(most, values[start + k * inner] as number);
      for (let k = 0; k < size; k++) sum += powers[k] = Math.exp((values[start + k * inner] as number) - most);
      for (let k = 0; k < size; k++) data[start + k * inner] = (powers[k] as number) / sum;
    }
  }
  return { dtype: "float32", shape: [...from.shape], data };
}

/**
 * The k greatest numbers of one row, [n] or [1, n], from the greatest on, of equals the first first: `topK(softmax(logits), 5, { labels })`. NaN is the greatest, as in PyTorch.
 * @param options labels: a name for each place
 */
export function topK(from: AnyTensor, k: number, { labels }: { readonly labels?: readonly string[] | undefined } = {}): Ranked[] {
  checkTensor(from, "topK");
  checkReal(from, "topK");
  const values = numbersOf(from);
  const last = from.shape.at(-1);
  if (last !== values.length) throw wrong(`topK takes one row, [n] or [1, n], got ${describeTensor(from)}: slice(tensor, [i]) is the row i`);
  if (!Number.isInteger(k) || k < 1 || k > last) throw wrong(`topK takes a whole number from 1 to ${last}, got ${k}`);
  if (labels !== undefined && labels.length !== last) throw wrong(`topK takes a label for each of ${last} numbers, got ${labels.length} labels`);
  const order = Array.from(values, (_, index) => index);
  const key = (index: number) => { const value = values[index] as number; return value !== value ? Infinity : value; };
  // Infinity minus itself is no order.
  order.sort((a, b) => { const [x, y] = [key(a), key(b)]; return x === y ? Number(!Number.isNaN(values[a])) - Number(!Number.isNaN(values[b])) || a - b : y > x ? 1 : -1; });
  return order.slice(0, k).map((index) => ({ index, value: values[index] as number, label: labels?.[index] }));
}

/** A dimension amid those before it and those behind it. */
function lanes({ shape }: AnyTensor, dim: number, what: string) {
  const place = dimension(dim, shape.length, what);
  const product = (sizes: readonly number[]) => sizes.reduce((count, size) => count * size, 1);
  return { outer: product(shape.slice(0, place)), size: shape[place] ?? 1, inner: product(shape.slice(place + 1)), place };
}
