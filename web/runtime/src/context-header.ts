/** The context's first 64 bytes, as indices of 32-bit words: those that the loader reads or writes. */
export const header = { abort: 0, threads: 1, generation: 5, sleepers: 6, exit: 8, words: 16 } as const;
