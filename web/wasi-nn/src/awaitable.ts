/** What is at hand in a worker, and comes later where the models live in another thread. */
export type Awaitable<T> = T | Promise<T>;

/** Goes on at once where it can. */
export function then<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
