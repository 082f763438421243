/** The context's first 64 bytes, as indices of 32-bit words. */
export const header = {
  abort: 0, threads: 1, tile: 2, arrivals: 3, generation: 4, command: 5, first: 6, last: 7, error: 8, exit: 9, finished: 10,
  words: 16,
} as const;
