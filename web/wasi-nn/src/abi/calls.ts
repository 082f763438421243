import { type Awaitable, then } from "../awaitable.js";
import { errno, toNNError, type NNError } from "../errors.js";

/** What is called with every error that a guest learns as a number only. */
export type ErrorListener = (error: NNError, call: string) => void;

/** A function of an import module. All parameters and the result, an errno, are i32. */
export type HostCall = (...parameters: number[]) => Awaitable<number>;

/** Makes a host call of a function: whatever it throws becomes an error number. */
export function hostCall(name: string, call: (...parameters: number[]) => Awaitable<void>, onError: ErrorListener | undefined): HostCall {
  const fail = (thrown: unknown): number => {
    const error = toNNError(thrown);
    onError?.(error, name);
    return errno[error.code];
  };
  return (...parameters) => {
    try {
      const done = then(call(...parameters), (): number => errno.success);
      return done instanceof Promise ? done.catch(fail) : done;
    } catch (error) {
      return fail(error);
    }
  };
}
