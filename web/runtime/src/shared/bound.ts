/**
 * Binds an instance's methods and accessors to it. Frameworks hand objects out behind a Proxy (Vue's `ref`), on which private fields do not exist: the
 * proxy finds these before those of the prototype, and they know the instance itself.
 */
export function bind(instance: object): void {
  const prototype = Object.getPrototypeOf(instance) as object;
  for (const key of Reflect.ownKeys(prototype)) {
    const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) as { value?: unknown; get?: () => unknown; set?: (value: unknown) => void };
    if (key === "constructor") continue;
    const member: PropertyDescriptor = { configurable: true };
    if (typeof value === "function") Object.assign(member, { value: value.bind(instance) as unknown, writable: true });
    if (get !== undefined) member.get = get.bind(instance);
    if (set !== undefined) member.set = set.bind(instance);
    Object.defineProperty(instance, key, member);
  }
}
