import type { Failure } from "./protocol.js";

/** What is wrong, in the words of the command line: the problem, where, and what to do. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  /** `Invalid`, `Unsupported`, `Internal` (a mistake of Sconce's) or `Memory`. */
  readonly kind: string;
  readonly problem: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor({ message, kind, problem, where, hint }: Failure) {
    super(message);
    [this.kind, this.problem, this.where, this.hint] = [kind, problem ?? message, where, hint];
  }
}
