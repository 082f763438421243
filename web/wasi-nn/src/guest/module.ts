import { kindOf } from "../graphs/file-kind.js";

/** Compiles a guest, and says of what is none what it is instead. */
export async function compileGuest(guest: WebAssembly.Module | BufferSource): Promise<WebAssembly.Module> {
  const module = guest instanceof WebAssembly.Module ? guest : await compileBytes(guest);
  if (WebAssembly.Module.customSections(module, "sconce.manifest").length > 0) {
    throw new TypeError("the file is a compiled model, and no program: give it to a guest as a graph");
  }
  const exports = WebAssembly.Module.exports(module);
  if (!exports.some(({ name, kind }) => name === "_start" && kind === "function")) {
    throw new TypeError("the guest exports no _start: it is no command of WASI; a library is instantiated with createWasiNN(…).imports");
  }
  if (!exports.some(({ name, kind }) => name === "memory" && kind === "memory")) throw new TypeError("the guest exports no memory, which WASI reads and writes");
  return module;
}

/** Names all imports that are missing, where an engine names the first. */
export function checkImports(module: WebAssembly.Module, imports: WebAssembly.Imports): void {
  const missing = WebAssembly.Module.imports(module).filter(({ module: from, name }) => imports[from]?.[name] === undefined);
  if (missing.length === 0) return;
  throw new TypeError(`the guest imports ${missing.map(({ module: from, name }) => `${from}.${name}`).join(", ")}, of which neither WASI preview 1 nor WASI-NN knows`);
}

async function compileBytes(bytes: BufferSource): Promise<WebAssembly.Module> {
  const head = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 8)) : new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 8));
  if (kindOf(head) !== "wasm") throw new TypeError("the guest is no WebAssembly: its first bytes are not those of a module");
  // The version's upper half says that it is a component.
  if (head[6] === 1) throw new TypeError("the guest is a component, and browsers run modules: make one of it with jco transpile, and map wasi:nn to createWasiNN(…).component");
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new TypeError(`the guest cannot be compiled: ${(error as Error).message}`, { cause: error });
  }
}
