import type { Manifest } from "../artifact/manifest.js";
import { evaluateShape } from "../shared/dims.js";
import { SconceError, suggestion } from "../shared/errors.js";
import { type Inputs, elementCount, elementSize, viewOf } from "../shared/tensor.js";

/** Inputs of zeros, at the sizes that are named, else at each one's least from 1 up. */
export function zeros({ inputs, symbols }: Manifest, sizes: Readonly<Record<string, number>>): Inputs {
  const names = symbols.map(({ name }) => name);
  const unknown = Object.keys(sizes).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new SconceError("input", `the model has no size ${unknown}${suggestion(unknown, names)}: it has ${names.join(", ") || "none that is open"}`);
  const values = new Map(symbols.map(({ name, min, max }) => [name, sizes[name] ?? Math.max(min, Math.min(max ?? 1, 1))]));
  return Object.fromEntries(inputs.map((port, index) => {
    const shape = evaluateShape(port.shape, values);
    const elements = elementCount(shape, `input ${JSON.stringify(port.name)}`);
    const data = viewOf(port.dtype, new ArrayBuffer(elements * elementSize(port.dtype)), 0, elements);
    // An integer that is a size itself.
    const size = shape.length > 0 ? undefined : symbols.find(({ input }) => input === index);
    if (size !== undefined) (data as BigInt64Array)[0] = BigInt(size.scale * (values.get(size.name) as number) + size.offset);
    return [port.name, { dtype: port.dtype, shape, data }];
  }));
}
