import { type Dim, type SymbolValues, evaluate, formatDim, formatShape, symbolsIn } from "../shared/dims.js";
import { SconceError, suggestion } from "../shared/errors.js";
import type { Manifest, Port, SymbolInfo } from "../artifact/manifest.js";
import {
  type DType, type Inputs, type TensorInput, type TypedArray,
  arrayName, elementCount, elementsOf, holds, isDType, isTypedArray, typeName,
} from "../shared/tensor.js";

/** An input after all checks: what the model takes, in the order of its inputs. */
export interface BoundInput {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** The inputs of one run and the values of the symbols that their shapes give. */
export interface BoundInputs {
  readonly tensors: readonly BoundInput[];
  readonly symbols: SymbolValues;
  /** Of random numbers. */
  readonly seed?: number | bigint | undefined;
  /** Whose inputs they are, where it is not the main method. */
  readonly method?: string | undefined;
}

/** Checks named inputs, or the only one, against the manifest, and learns the symbols from their shapes. */
export function bindInputs(manifest: Manifest, inputs: Inputs | TensorInput | TypedArray): BoundInputs {
  const [only, more] = manifest.inputs;
  // An input may be called "data" itself.
  if (only !== undefined && more === undefined && (isTypedArray(inputs) || (only.name !== "data" && isTypedArray((inputs as Inputs | null)?.data)))) {
    return bindInputs(manifest, { [only.name]: inputs as TensorInput });
  }
  if (typeof inputs !== "object" || inputs === null || isTypedArray(inputs)) {
    throw wrong(`expected an object of named tensors, ${signature(manifest)}, got ${typeName(inputs)}`);
  }
  const names = manifest.inputs.map(({ name }) => name);
  const unknown = Object.keys(inputs).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw wrong(`the model has no input ${quote(unknown)}${suggestion(unknown, names)}: it takes ${signature(manifest)}`);
  }
  const missing = manifest.inputs.filter(({ name }) => !Object.hasOwn(inputs, name));
  if (missing.length > 0) {
    throw wrong(`${missing.length > 1 ? "inputs are" : "an input is"} missing: ${missing.map(formatPort).join(", ")}`);
  }
  const tensors = manifest.inputs.map((port) => checkTensor(port, (inputs as Inputs)[port.name]));
  return { tensors, symbols: solve(manifest, tensors.map(({ shape, data }, index) => sizesOf(manifest, index, shape, data))) };
}

/** What an input gives to the symbols: its shape, or the integer that it is. */
export function sizesOf({ symbols }: Manifest, index: number, shape: readonly number[], data: TypedArray): readonly number[] {
  return shape.length === 0 && symbols.some(({ input }) => input === index) ? [Number(data[0])] : shape;
}

/** The values of the symbols that these input shapes give; every dimension must agree with them. */
export function solve(manifest: Manifest, shapes: readonly (readonly number[])[]): SymbolValues {
  const values = new Map<string, number>();
  for (const symbol of manifest.symbols) values.set(symbol.name, solveSymbol(manifest, symbol, shapes));
  manifest.inputs.forEach((port, index) => port.shape.forEach((dim, axis) => {
    const given = shapes[index]?.[axis];
    const expected = evaluate(dim, values);
    if (given === expected) return;
    const because = typeof dim === "number" ? "" : `, for ${reasons(manifest, dim, values)}`;
    const formula = typeof dim === "number" || typeof dim === "string" ? "" : ` = ${formatDim(dim)}`;
    throw wrong(`${place(port, axis)} must be ${expected}${formula}${because}, got ${given}`);
  }));
  return values;
}

function solveSymbol(manifest: Manifest, symbol: SymbolInfo, shapes: readonly (readonly number[])[]): number {
  const { name, min, max, scale, offset, input, dim } = symbol;
  const port = manifest.inputs[input];
  const given = shapes[input]?.[dim];
  if (port === undefined || given === undefined) throw new SconceError("artifact", `the manifest's symbol ${name} belongs to no input`);
  const value = (given - offset) / scale;
  if (Number.isInteger(value) && value >= min && (max === null || value <= max)) return value;
  const [first, last] = [min * scale + offset, max === null ? undefined : max * scale + offset];
  // "0 or more" would say nothing.
  const range = last !== undefined ? `${Math.min(first, last)}..${Math.max(first, last)}` : scale < 0 ? `${first} or less` : first > 0 ? `${first} or more` : "";
  const form = scale === 1 ? "" : offset === 0 && scale > 0 ? `a multiple of ${scale}` : `of the form ${formatDim(port.shape[dim] ?? name)}`;
  const wanted = [range, form].filter(Boolean).join(form.startsWith("of") ? ", " : " and ") || "0 or more";
  throw wrong(`${place(port, dim)} must be ${wanted} (symbol ${name}), got ${given}`);
}

function checkTensor(port: Port, input: Inputs[string] | undefined): BoundInput {
  const where = `input ${quote(port.name)}`;
  const tensor = isTypedArray(input) ? { data: input } : port.dtype === "int64" && (typeof input === "bigint" || Number.isInteger(input)) ? { data: BigInt64Array.of(BigInt(input as bigint)) } : input;
  if (typeof tensor !== "object" || tensor === null || !isTypedArray(tensor.data)) {
    const what = typeName(tensor);
    const data = what === "Object" ? (tensor as TensorInput).data as unknown : tensor;
    throw wrong(`${where} should be ${formatPort(port)} as { data: ${arrayName(port.dtype)}, shape }, got ${what === "Object" ? `data is ${typeName(data)}` : what}${remedy(port.dtype, data)}`);
  }
  const { data, dtype, shape } = tensor as TensorInput;
  if (dtype !== undefined && dtype !== port.dtype) {
    const came = isDType(dtype) ? dtype : JSON.stringify(dtype);
    throw wrong(`${where} should have the dtype ${port.dtype} (in a ${arrayName(port.dtype)}), got ${came}`);
  }
  if (!holds(port.dtype, data)) {
    throw wrong(`${where} is ${port.dtype} and comes in a ${arrayName(port.dtype)}, got ${isPicture(tensor) ? typeName(tensor) : `a ${typeName(data)}`}${remedy(port.dtype, tensor)}`);
  }
  const actual = shape ?? fixedShape(port);
  if (actual === undefined) {
    throw wrong(`${where} has the shape ${formatShape(port.shape)}, which is not fixed: give { data, shape }, got { ${Object.keys(tensor).join(", ")} }`);
  }
  if (actual.length !== port.shape.length) {
    throw wrong(`${where} should have ${port.shape.length} dimensions, ${formatShape(port.shape)}, got ${actual.length}, [${actual.join(", ")}]`);
  }
  const channels = port.shape.at(-3);
  if (typeof channels === "number" && channels <= 4 && actual.at(-3) !== channels && actual.at(-1) === channels) {
    throw wrong(`${where} should have the shape ${formatShape(port.shape)}, got [${actual.join(", ")}]: its channels come last (NHWC), and PyTorch wants them before height and width (NCHW): data[(c * height + y) * width + x]`);
  }
  const expected = elementCount(actual, where);
  const elements = elementsOf(port.dtype, data);
  if (elements !== expected) {
    throw wrong(`${where} of shape [${actual.join(", ")}] has ${expected} elements, but its data has ${elements}`);
  }
  return { dtype: port.dtype, shape: [...actual], data };
}

/** How what came is made what is wanted. */
function remedy(dtype: DType, came: unknown): string {
  if (isPicture(came)) {
    return ": toTensor of sconce/image makes a tensor of a picture";
  }
  const data = isTypedArray(came) || Array.isArray(came) ? came : (came as Partial<TensorInput> | undefined)?.data;
  if (!isTypedArray(data) && !Array.isArray(data)) return "";
  const numbers = Array.isArray(data) && data.some(Array.isArray) ? "numbers.flat(Infinity)" : "numbers";
  const [array = ""] = arrayName(dtype).split(" ");
  return /oat16$|^complex/.test(dtype) && array !== "Float16Array" ? "" : `: ${array}.from(${numbers}${array[0] === "B" ? ", BigInt" : ""}) makes one`;
}

/** An ImageData, or what pages draw. */
function isPicture(value: unknown): boolean {
  return /^Image|^HTML|^VideoFrame$|^OffscreenCanvas$/.test(typeName(value));
}

function fixedShape(port: Port): readonly number[] | undefined {
  return port.shape.every((dim) => typeof dim === "number") ? port.shape : undefined;
}

/** `height = 64 from dim 2 of "image"`, for each symbol in a dimension. */
function reasons(manifest: Manifest, dim: Dim, values: SymbolValues): string {
  return sources(manifest, symbolsIn(dim), ({ name }, source) => `${name} = ${values.get(name)} from ${source}`);
}

/** The symbols that some sizes hang on, each with what `say` makes of it and of what it is read off. */
export function sources({ symbols, inputs }: Manifest, names: ReadonlySet<string>, say: (symbol: SymbolInfo, source: string) => string): string {
  return symbols.filter(({ name }) => names.has(name)).map((symbol) => {
    const { name, shape } = inputs[symbol.input] as Port;
    return say(symbol, `${shape.length === 0 ? "" : `dim ${symbol.dim} of `}${quote(name)}`);
  }).join(" and ");
}

function place(port: Port, axis: number): string {
  return `input ${quote(port.name)}${port.shape.length === 0 ? "" : `: dim ${axis} of ${formatShape(port.shape)}`}`;
}

function signature(manifest: Manifest): string {
  return manifest.inputs.length === 0 ? "no inputs" : manifest.inputs.map(formatPort).join(", ");
}

export function formatPort(port: Port): string {
  return `${quote(port.name)} ${port.dtype} ${formatShape(port.shape)}`;
}

function quote(name: string): string {
  return JSON.stringify(name);
}

function wrong(message: string): SconceError {
  return new SconceError("input", message);
}
