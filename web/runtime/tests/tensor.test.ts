import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  type AnyTensor, SconceError, type Tensor, argmax, bfloat16Bits, concatenate, convert, float16Bits, float16Value, full, numbersOf, readNpy, readNpz, reshape, slice, softmax, stack,
  tensor, toNested, topK, writeNpy, writeNpz, zeros,
} from "../src/tensor.js";

const numbers = await readNpz(await readFile(new URL("../../tests/numbers/arrays.npz", import.meta.url)));
const of = (name: string): Tensor => numbers[name] ?? assert.fail(`there is no ${name}`);
const bytes = (name: string) => of(name).data as Uint8Array;
const plain = (data: ArrayLike<number | bigint>) => Array.from(data, Number);

function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    assert.ok(error instanceof SconceError && error.code === "input", String(error));
    return error.message;
  }
  return "accepted";
}

test("tensors of nested arrays", () => {
  assert.deepEqual(tensor([[1, 2], [3, 4.5]]), { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4.5) });
  assert.deepEqual(tensor([[true], [false]]), { dtype: "bool", shape: [2, 1], data: Uint8Array.of(1, 0) });
  assert.deepEqual(tensor([1n, -2n]), { dtype: "int64", shape: [2], data: BigInt64Array.of(1n, -2n) });
  assert.deepEqual(tensor([101, 7], { dtype: "int64", shape: [1, -1] }), { dtype: "int64", shape: [1, 2], data: BigInt64Array.of(101n, 7n) });
  assert.deepEqual(tensor(3), { dtype: "float32", shape: [], data: Float32Array.of(3) });
  assert.deepEqual(tensor([[], []]), { dtype: "float32", shape: [2, 0], data: new Float32Array(0) });
  assert.deepEqual(tensor([-1.7, 2.9], { dtype: "int8" }).data, Int8Array.of(-1, 2));
});

test("tensors of typed arrays are no copies where the dtype is theirs", () => {
  const data = Float32Array.of(1, 2, 3, 4);
  assert.equal(tensor(data, { shape: [2, 2] }).data, data);
  assert.deepEqual(tensor(data).shape, [4]);
  assert.equal(tensor(new Uint8ClampedArray(2)).dtype, "uint8");
  const bits = Uint16Array.of(0x3c00);
  assert.equal(tensor(bits, { dtype: "float16" }).data, bits);
  assert.deepEqual(plain(numbersOf(tensor(bits, { dtype: "float16" }))), [1]);
  assert.deepEqual(tensor(Int32Array.of(1, 0), { dtype: "bool" }).data, Uint8Array.of(1, 0));
  assert.deepEqual(tensor(Float32Array.of(1, 2), { dtype: "complex64" }), { dtype: "complex64", shape: [1], data: Float32Array.of(1, 2) });
  assert.deepEqual([zeros([2, 3]).data.length, zeros([2], "int64").data[1], full([2], 2.5).data[1], full([1], 3, "int64").data[0]], [6, 0n, 2.5, 3n]);
});

test("there and back", () => {
  for (const nested of [[[1, 2, 3], [4, 5, 6]], [[[0.5]]], []]) assert.deepEqual(toNested(tensor(nested as number[][])), nested);
  assert.deepEqual(toNested(tensor([[true, false]])), [[true, false]]);
  assert.deepEqual(toNested(tensor([1n])), [1n]);
  assert.equal(toNested(tensor(5)), 5);
  assert.deepEqual(toNested(tensor([1.5, -2], { dtype: "bfloat16" })), [1.5, -2]);
});

test("half precision is PyTorch's and NumPy's, bit by bit", () => {
  const values = plain(of("half.values").data);
  assert.deepEqual(values.map(float16Bits), plain(of("half.float16").data));
  assert.deepEqual(values.map(bfloat16Bits), plain(of("half.bfloat16").data));
  assert.deepEqual(Array.from({ length: Math.ceil(65536 / 7) }, (_, i) => float16Value(i * 7)), plain(of("half.all").data));
  const half = convert(tensor(Float32Array.from(values.slice(0, 9))), "float16");
  assert.deepEqual(numbersOf(half).length, 9);
  assert.deepEqual(plain(numbersOf(convert(half, "float32"))), plain(numbersOf(half)));
});

test("converting keeps what the dtype has, and refuses what it has not", () => {
  assert.deepEqual(convert(tensor([1.9, -1.9]), "int32").data, Int32Array.of(1, -1));
  assert.deepEqual(convert(tensor([9007199254740993n]), "uint64").data, BigUint64Array.of(9007199254740993n));
  const same = tensor([1]);
  assert.equal(convert(same, "float32"), same);
  assert.equal(refusal(() => convert(tensor([1, 300]), "uint8")), "convert: uint8 holds 0 to 255, got 300 at element 1");
  assert.equal(refusal(() => convert(tensor([NaN]), "int64")), "convert: int64 holds -9223372036854775808 to 9223372036854775807, got NaN at element 0");
  assert.equal(refusal(() => convert(tensor(Float32Array.of(1, 2), { dtype: "complex64" }), "float32")), "convert takes real numbers, got complex64");
});

const counted = tensor(Float32Array.from({ length: 24 }, (_, i) => i), { shape: [2, 3, 4] });

test("reshaping shares the data", () => {
  assert.equal(reshape(counted, [4, -1]).data, counted.data);
  assert.deepEqual(reshape(counted, [4, -1]).shape, [4, 6]);
  assert.equal(refusal(() => reshape(counted, [5, -1])), "the shape [5, -1] does not fit 24 elements");
  assert.equal(refusal(() => reshape(counted, [-1, -1])), "only one dimension of a shape may be -1, got [-1, -1]");
  assert.equal(refusal(() => reshape(counted, [2.5, 2])), "the tensor has the shape [2.5, 2], but a dimension is a whole number from 0 up");
});

test("slices are Python's", () => {
  assert.deepEqual(toNested(slice(counted, [1])), [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]);
  assert.deepEqual(toNested(slice(counted, [null, -1])), [[8, 9, 10, 11], [20, 21, 22, 23]]);
  assert.deepEqual(toNested(slice(counted, [0, [0, 2], [1, -1]])), [[1, 2], [5, 6]]);
  assert.deepEqual(slice(counted, [[1, 99], [-1]]).shape, [1, 1, 4]);
  assert.deepEqual(slice(counted, [[2, 1]]), { dtype: "float32", shape: [0, 3, 4], data: new Float32Array(0) });
  assert.equal(toNested(slice(counted, [1, 2, 3])), 23);
  assert.deepEqual(slice(tensor([[1n, 2n], [3n, 4n]]), [null, 1]).data, BigInt64Array.of(2n, 4n));
  assert.deepEqual(slice(tensor(Float32Array.of(1, 2, 3, 4), { dtype: "complex64" }), [1]).data, Float32Array.of(3, 4));
  assert.deepEqual(slice(counted, []).data, counted.data);
  assert.equal(refusal(() => slice(counted, [2])), "slice: dimension 0 of float32 [2, 3, 4] has no place 2");
  assert.equal(refusal(() => slice(counted, [0, 0, 0, 0])), "slice: float32 [2, 3, 4] has 3 dimensions, got 4 ranges");
});

test("a view over a part of a buffer is read where it lies", () => {
  const part = tensor(new Float32Array(Float32Array.of(9, 1, 2, 3, 4).buffer, 4, 4), { shape: [2, 2] });
  assert.deepEqual(toNested(slice(part, [1])), [3, 4]);
  assert.deepEqual(readNpy(writeNpy(part)), { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
});

test("stacking and concatenating", () => {
  const [a, b] = [tensor([[1, 2], [3, 4]]), tensor([[5, 6], [7, 8]])];
  assert.deepEqual(toNested(stack([a, b])), [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
  assert.deepEqual(toNested(stack([a, b], -1)), [[[1, 5], [2, 6]], [[3, 7], [4, 8]]]);
  assert.deepEqual(toNested(concatenate([a, b, tensor([[9, 10]])])), [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]);
  assert.deepEqual(toNested(concatenate([a, tensor([[5], [6]])], 1)), [[1, 2, 5], [3, 4, 6]]);
  assert.equal(concatenate([zeros([0, 2]), zeros([0, 2])]).data.length, 0);
  assert.equal(refusal(() => stack([a, tensor([[1]])])), "stack takes tensors of one shape, got float32 [2, 2] and float32 [1, 1]");
  assert.equal(refusal(() => concatenate([a, tensor([[1]])], 0)), "concatenate takes tensors whose shapes differ in dimension 0 alone, got float32 [2, 2] and float32 [1, 1]");
  assert.equal(refusal(() => concatenate([a, tensor([[1, 2]], { dtype: "int32" })] as AnyTensor[])), "concatenate takes tensors of one dtype and rank, got float32 [2, 2] and int32 [1, 2]");
  assert.equal(refusal(() => concatenate([a, b], 2)), "concatenate: there is no dimension 2 in 2");
  assert.equal(refusal(() => stack([])), "stack takes one tensor at least, got none");
});

test("argmax, softmax and topK are PyTorch's", () => {
  const scores = of("scores");
  for (const dim of [0, 1, 2]) {
    const found = argmax(scores, dim);
    assert.deepEqual([found.shape, plain(found.data)], [of(`argmax.${dim}`).shape, plain(of(`argmax.${dim}`).data)]);
    const expected = of(`softmax.${dim}`);
    plain(softmax(scores, dim - 3).data).forEach((value, i) => assert.ok(Math.abs(value - Number(expected.data[i])) < 1e-6));
  }
  assert.equal(argmax(scores), Number(of("argmax").data[0]));
  assert.equal(argmax(of("nan")), Number(of("argmax.nan").data[0]));
  assert.equal(argmax(tensor([9007199254740992n, 9007199254740993n])), 1);
  assert.deepEqual(topK(of("row"), 7).map(({ index }) => index), plain(of("topk").data));
  const labels = ["cat", "dog", "bird"];
  assert.deepEqual(topK(tensor([[0.25, 0.5, 0.125]]), 2, { labels }), [{ index: 1, value: 0.5, label: "dog" }, { index: 0, value: 0.25, label: "cat" }]);
  assert.deepEqual(topK(of("nan"), 3).map(({ index }) => index), [1, 3, 4]);
  assert.equal(refusal(() => topK(tensor([[1, 2], [3, 4]]), 1)), "topK takes one row, [n] or [1, n], got float32 [2, 2]: slice(tensor, [i]) is the row i");
  assert.equal(refusal(() => topK(tensor([1, 2]), 3)), "topK takes a whole number from 1 to 2, got 3");
  assert.equal(refusal(() => topK(tensor([1, 2]), 1, { labels })), "topK takes a label for each of 2 numbers, got 3 labels");
  assert.equal(refusal(() => argmax(zeros([0]))), "argmax: there is no greatest of none, in float32 [0]");
});

test("what is no tensor is said", () => {
  assert.equal(refusal(() => reshape([1, 2] as unknown as AnyTensor, [2])), "reshape takes a tensor, { dtype, shape, data }, got Array: tensor() of sconce/tensor makes one of arrays");
  assert.equal(refusal(() => softmax({ data: new Float32Array(2), dims: [2] } as unknown as AnyTensor)), "softmax takes a tensor, { dtype, shape, data }, got { data, dims }: tensor() of sconce/tensor makes one of arrays");
  assert.equal(refusal(() => argmax({ dtype: "float32", shape: [2], data: new Int32Array(2) })), "argmax takes a tensor of float32 in a Float32Array, got a Int32Array");
  assert.equal(refusal(() => argmax({ dtype: "float32", shape: [3], data: new Float32Array(2) })), "argmax takes a tensor whose data fill its shape: [3] has 3 elements, but its data 2");
  assert.equal(refusal(() => tensor([[1, 2], [3]])), "tensor takes arrays of equal lengths: one of 1 stands where one of 2 was expected");
  assert.equal(refusal(() => tensor([[1], 2] as unknown as number[])), "tensor takes arrays of equal lengths: a number stands where an array of 1 was expected");
  assert.equal(refusal(() => tensor(["1"] as unknown as number[])), "tensor takes numbers in arrays in arrays, or a typed array, got string");
  assert.equal(refusal(() => tensor([1], { dtype: "float" as "float32" })), 'tensor: there is no dtype "float": expected one such as float32, int64 or bool');
});

test("NumPy's files are read in all their forms", () => {
  for (const dtype of ["uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "float32", "float64"]) {
    const read = readNpy(bytes(`npy.${dtype}`));
    assert.deepEqual([read.dtype, read.shape, plain(numbersOf(read))], [dtype, [2, 3], [0, 1, 2, 3, 4, 5].map((value) => (dtype.startsWith("uint") ? value : value - 3))]);
  }
  for (const [name, dtype] of [["complex64", "complex64"], ["complex128", "complex128"], ["big-endian-complex", "complex64"]]) {
    const read = readNpy(bytes(`npy.${name}`));
    assert.deepEqual([read.dtype, plain(read.data as Float32Array)], [dtype, [-3, 0, -2, 0, -1, 0, 0, 0, 1, 0, 2, 0]]);
  }
  assert.deepEqual(toNested(readNpy(bytes("npy.bool"))), [[true, false, false], [true, true, false]]);
  assert.deepEqual(toNested(readNpy(bytes("npy.big-endian"))), [[-3, -2, -1], [0, 1, 2]]);
  assert.deepEqual(readNpy(bytes("npy.fortran")), { dtype: "int32", shape: [2, 3, 4], data: Int32Array.from({ length: 24 }, (_, i) => i) });
  assert.deepEqual(readNpy(bytes("npy.scalar")), { dtype: "int64", shape: [], data: BigInt64Array.of(7n) });
  assert.deepEqual(readNpy(bytes("npy.empty")).shape, [0, 5]);
  assert.deepEqual(toNested(readNpy(bytes("npy.version-2"))), [0, 1, 2]);
  assert.match(refusal(() => readNpy(bytes("npy.text"))), /^the \.npy file holds an array of '<U2': expected numbers, bool or complex/);
  assert.match(refusal(() => readNpy(bytes("npy.record"))), /holds an array of \[\('x', '<f4'\), \('y', '<i4'\)\]: expected/);
});

test("a .npy that is damaged is refused, wherever it ends", () => {
  const file = bytes("npy.float32");
  for (let length = 0; length < file.length; length++) assert.match(refusal(() => readNpy(file.subarray(0, length))), /is cut short|is no \.npy file|is of version/);
  const huge = Buffer.from(file).toString("latin1").replace("(2, 3)", "(9999999999, 3)");
  assert.match(refusal(() => readNpy(Buffer.from(huge, "latin1"))), /more than fits|cut short/);
});

test("what is written is what NumPy writes", () => {
  for (const name of ["uint8", "int64", "float16", "float32", "complex128", "scalar", "empty", "bool"]) {
    assert.deepEqual(writeNpy(readNpy(bytes(`npy.${name}`))), Uint8Array.from(bytes(`npy.${name}`)), name);
  }
  assert.match(refusal(() => writeNpy(zeros([1], "bfloat16"))), /NumPy has no bfloat16: convert\(tensor, "float32"\)/);
});

test(".npz is read and written, stored and deflated", async () => {
  const weight = { dtype: "float32", shape: [10, 100], data: Float32Array.from({ length: 1000 }, (_, i) => i) } as const;
  for (const name of ["npz.stored", "npz.deflated"]) {
    const read = await readNpz(bytes(name));
    assert.deepEqual(Object.keys(read), ["weight", "bias"]);
    assert.deepEqual(read.weight, weight);
    // Node's readFile gives a Buffer, whose slices are no copies.
    assert.deepEqual((await readNpz(Buffer.from(bytes(name)))).weight, weight);
  }
  const sizes = await Promise.all([false, true].map(async (compress) => {
    const file = await writeNpz({ weight, "sub/ü": tensor([1n]) }, { compress });
    assert.deepEqual(await readNpz(new Blob([file])), { weight, "sub/ü": tensor([1n]) });
    return file.length;
  }));
  assert.ok((sizes[1] as number) < (sizes[0] as number));
});

test("a .npz that is damaged is refused", async () => {
  const file = await writeNpz({ x: tensor([1, 2, 3]) });
  const changed = (at: number, byte: number) => Object.assign(file.slice(), { [at]: byte });
  const central = file.findIndex((_, i) => file[i] === 0x50 && file[i + 1] === 0x4b && file[i + 2] === 1 && file[i + 3] === 2);
  for (const [bad, message] of [
    [file.slice(0, -9), /is no zip, or is cut short/], [changed(120, 99), /x\.npy is damaged/],
    [changed(central + 24, 200), /x\.npy is damaged/], [changed(central + 10, 12), /packed by method 12/], [changed(central + 8, 9), /encrypted/],
    [new Uint8Array(10), /is no zip/],
  ] as const) await assert.rejects(readNpz(bad), (error: SconceError) => error instanceof SconceError && message.test(error.message));
  // One that would unpack to more than it says.
  const bomb = await writeNpz({ x: zeros([100_000]) }, { compress: true });
  const at = bomb.findIndex((_, i) => bomb[i] === 0x50 && bomb[i + 1] === 0x4b && bomb[i + 2] === 1);
  new DataView(bomb.buffer).setUint32(at + 24, 1000, true);
  await assert.rejects(readNpz(bomb), /larger than the 1000 bytes that it should be/);
});
