import type { Port, TensorInput } from "sconce/core";
import { evaluateShape } from "sconce/core";
import type { OpenSizes } from "../open-sizes.js";

/** An input of the model, and what is known of the sizes that it may have. */
export interface InputPort {
  readonly port: Port;
  /** Its place among the inputs. */
  readonly index: number;
  readonly sizes: OpenSizes;
}

/** A way to say what an input is: controls, and the tensor that comes of them. */
export interface InputSource {
  readonly element: HTMLElement;
  /** Throws where it is not there yet. */
  read(): Promise<TensorInput>;
  /** How a page makes it: what is imported from where, and an expression. */
  code(): InputCode;
  /** Whether what it gives has sizes of its own, which others follow. */
  readonly decidesSizes: boolean;
  /** Takes a file that was dropped, where it can. */
  take?(file: File): Promise<void>;
}

export interface InputCode {
  readonly imports: Readonly<Record<string, string>>;
  readonly expression: string;
  /** What stands before the run. */
  readonly before?: readonly string[];
}

/** The shape of an input with the sizes that are chosen now. */
export const shapeOf = ({ port, sizes }: InputPort): number[] => evaluateShape(port.shape, sizes.values());
