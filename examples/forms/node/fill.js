// Inputs of a request as tensors.
import { tensor } from "sconce/tensor";

/** A tensor of numbers in JSON, in arrays as deep as its shape or in one. */
export function fill({ name, dtype, shape }, values) {
  if (values === undefined) throw new Error(`${name} is missing: an array of ${dtype} [${shape.join(", ")}]`);
  return tensor([values].flat(Infinity), { dtype, shape });
}
