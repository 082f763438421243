import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI, WASIProcExit } from "@bjorn3/browser_wasi_shim";
import { any, callback, checkOptions } from "sconce/core";
import { type WasiNNOptions, createWasiNN, optionChecks } from "../create.js";
import { promising } from "../jspi.js";
import { Folder } from "./folder.js";
import { checkImports, compileGuest } from "./module.js";

export interface GuestOptions extends WasiNNOptions {
  /** What the guest calls its arguments, after its name. */
  readonly args?: readonly string[] | undefined;
  /** Its first argument, its own name. */
  readonly name?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The files of its folder by their paths, which is both "." and "/" to it. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
  readonly stdin?: Uint8Array | undefined;
  /** Told of what it writes, as it writes it; `textOf` makes one of a listener of text. */
  readonly stdout?: ((bytes: Uint8Array) => void) | undefined;
  readonly stderr?: ((bytes: Uint8Array) => void) | undefined;
}

export interface GuestResult {
  readonly exitCode: number;
  /** How many threads computed. */
  readonly threads: number;
  /** How long it took until guest, threads and graphs were ready, and how long the guest ran. */
  readonly milliseconds: { readonly ready: number; readonly run: number };
  /** The files that the guest made or changed, by their paths. */
  readonly files: Map<string, Uint8Array>;
}

/**
 * Runs a command of WASI preview 1 in this worker, which it blocks, or on a page where the engine can suspend it. It is rejected where the
 * guest stops by a trap.
 */
export async function runGuest(guest: WebAssembly.Module | BufferSource, options: GuestOptions = {}): Promise<GuestResult> {
  checkOptions("runGuest", options, { ...optionChecks, args: any, name: any, env: any, files: any, stdin: any, stdout: callback, stderr: callback });
  const began = performance.now();
  const module = await compileGuest(guest);
  const folder = new Folder(options.files ?? new Map());
  const args = [options.name ?? "guest.wasm", ...(options.args ?? [])];
  const write = (listener: ((bytes: Uint8Array) => void) | undefined) => new ConsoleStdout((bytes) => listener?.(bytes));
  const wasi = new WASI(args, Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`), [
    new OpenFile(new File(options.stdin ?? new Uint8Array())), write(options.stdout), write(options.stderr),
    new PreopenDirectory(".", folder.contents), new PreopenDirectory("/", folder.contents),
  ], { debug: false });
  const nn = await createWasiNN(Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(optionChecks, name))));
  try {
    const imports = { wasi_snapshot_preview1: { ...wasi.wasiImport, args_sizes_get: argsSizes(args, wasi) }, ...nn.imports } as WebAssembly.Imports;
    checkImports(module, imports);
    const instance = await WebAssembly.instantiate(module, imports);
    nn.attach(instance);
    wasi.inst = instance as typeof wasi.inst;
    const started = performance.now();
    const exitCode = await start(instance.exports["_start"] as () => void);
    return { exitCode, threads: nn.threads, milliseconds: { ready: started - began, run: performance.now() - started }, files: folder.changed() };
  } finally {
    nn.dispose();
  }
}

async function start(run: () => void): Promise<number> {
  try {
    if ("document" in globalThis) await promising(run)();
    else run();
    return 0;
  } catch (error) {
    if (error instanceof WASIProcExit) return error.code;
    throw new Error(`the guest stopped: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The shim counts characters where the guest needs to know bytes. */
function argsSizes(args: readonly string[], wasi: WASI): (count: number, size: number) => number {
  const bytes = args.reduce((sum, arg) => sum + new TextEncoder().encode(arg).length + 1, 0);
  return (count, size) => {
    const view = new DataView(wasi.inst.exports.memory.buffer);
    view.setUint32(count, args.length, true);
    view.setUint32(size, bytes, true);
    return 0;
  };
}
