/** Words that helper threads share with the thread that calls them to one context or another, as indices. */
export const attendance = { turn: 0, present: 1, words: 2 } as const;
