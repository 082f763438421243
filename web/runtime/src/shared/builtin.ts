// Not by the bare name: bundlers put a library in its place wherever they see that.
const { process } = globalThis as { process?: NodeJS.Process };

/** Gives Node's own modules, where this is Node. */
export const builtin = process?.getBuiltinModule?.bind(process) as NodeJS.Process["getBuiltinModule"] | undefined;
