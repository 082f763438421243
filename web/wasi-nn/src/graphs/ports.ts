import type { Port } from "sconce/core";
import { type TensorType, elementsOf, sizeOf, typeOf } from "../enums.js";
import { NNError, invalid } from "../errors.js";
import type { NNTensor } from "./backend.js";

/** A shape as WASI-NN writes it: a single value has the dimensions [1]. */
export function dimensionsOf(shape: readonly number[]): readonly number[] {
  return shape.length === 0 ? [1] : shape;
}

/** The shape that a tensor for this input has, after all checks but those that need the other inputs. */
export function checkInput(inputs: readonly Port[], index: number, { dimensions, type, data }: NNTensor): readonly number[] {
  const port = inputs[index];
  if (port === undefined) throw invalid(`the graph has ${inputs.length} inputs, there is no input ${index}`);
  const where = `input ${index} (${port.name})`;
  if (typeOf(port.dtype) !== type) throw invalid(`${where} is ${port.dtype}, which WASI-NN calls ${typeOf(port.dtype) ?? "nothing"}; got ${type}`);
  const bytes = elementsOf(dimensions) * sizeOf(type);
  if (data.length !== bytes) throw invalid(`${where}: [${dimensions.join(", ")}] of ${type} has ${bytes} bytes, got ${data.length}`);
  const shape = port.shape.length === 0 && dimensions.length === 1 && dimensions[0] === 1 ? [] : dimensions;
  const fits = shape.length === port.shape.length && shape.every((size, axis) => typeof port.shape[axis] !== "number" || port.shape[axis] === size);
  if (fits) return shape;
  const expected = port.shape.map((dim) => (typeof dim === "number" ? dim : "?")).join(", ");
  throw invalid(`${where} should have the dimensions [${expected}], got [${dimensions.join(", ")}]`);
}

/** A place, written as a name. */
const placeNumber = /^(0|[1-9]\d{0,4})$/;

/**
 * The place of an input or output by its name: PyTorch's own, or a number, or what hosts call the only one, "input" and "output".
 * @param what "input" or "output"
 */
export function indexOf(ports: readonly Port[], name: string, what: "input" | "output"): number {
  const named = ports.findIndex((port) => port.name === name);
  if (named >= 0) return named;
  if (placeNumber.test(name) && Number(name) < ports.length) return Number(name);
  if (ports.length === 1 && name === what) return 0;
  throw invalid(`the graph has no ${what} ${JSON.stringify(name)}: it has ${ports.map((port) => JSON.stringify(port.name)).join(", ")}`);
}

/**
 * The places of inputs that come all at once, each with a name. A list in which no name is known is taken in its order: hosts of PyTorch look at
 * nothing else.
 */
export function placesOf(inputs: readonly Port[], names: readonly string[]): readonly number[] {
  const known = (name: string) => inputs.some((port) => port.name === name) || placeNumber.test(name);
  if (names.length === inputs.length && !names.some(known)) return names.map((_, place) => place);
  const places = names.map((name) => indexOf(inputs, name, "input"));
  places.forEach((place, i) => {
    if (places.indexOf(place) < i) throw invalid(`input ${place} (${inputs[place]?.name}) is there twice, as ${JSON.stringify(names[places.indexOf(place)])} and as ${JSON.stringify(names[i])}`);
  });
  const missing = inputs.findIndex((_, place) => !places.includes(place));
  if (missing >= 0) throw invalid(`input ${missing} (${inputs[missing]?.name}) is not in the list`);
  return places;
}

/** The type, where WIT has one for it. */
export function expectType(type: TensorType | undefined, port: Port | undefined): TensorType {
  if (type !== undefined) return type;
  throw new NNError("unsupported-operation", `output ${JSON.stringify(port?.name)} is ${port?.dtype}, for which WASI-NN has no tensor type`);
}
