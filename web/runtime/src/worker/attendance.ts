/** Words that helper threads share with the thread that calls them to one context or another, as indices: at each one's own number stands whether it is present. */
export const attendance = { turn: 0 } as const;
