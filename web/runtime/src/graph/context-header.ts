/** The context's first 64 bytes, as indices of 32-bit words: those that the loader reads or writes. At `fault` stand three int64: what ended a run. */
export const header = { abort: 0, threads: 1, pending: 4, generation: 5, sleepers: 6, exit: 8, announced: 9, fault: 10, words: 16 } as const;

/** What stands at `abort` when a helper thread stopped in the middle of its work. */
export const lost = 0x7fff;

/** Wakes the helper threads of a context. */
export function wakeHelpers(words: Int32Array): void {
  Atomics.add(words, header.generation, 1);
  Atomics.notify(words, header.generation);
}

/** Tells them that a run comes: they are awake when it offers its first step. */
export function announceRun(words: Int32Array): void {
  Atomics.store(words, header.announced, 1);
  wakeHelpers(words);
}
