// Whether this Node can run models. Older ones lack process.getBuiltinModule, by which the runtime finds Node's own modules.

/** What is wrong with this Node, or nothing. */
export const tooOld = typeof process.getBuiltinModule === "function" ? undefined
  : `Node 20.16 or newer (of 22, 22.3) is wanted to run models, but ${process.execPath} is ${process.version}: install a newer one (https://nodejs.org), or name its path in the environment variable SCONCE_NODE`;
