// .NET's WebAssembly runtime, from files beside this script. Each is named by a URL of its own, which bundlers know by.
import type { IntegersView, MemoryView, NumbersView } from "./memory-view.js";

const files: Readonly<Record<string, URL>> = {
  "dotnet.js": new URL("./dotnet/dotnet.js", import.meta.url),
  "dotnet.runtime.js": new URL("./dotnet/dotnet.runtime.js", import.meta.url),
  "dotnet.native.js": new URL("./dotnet/dotnet.native.js", import.meta.url),
  "dotnet.native.wasm": new URL("./dotnet/dotnet.native.wasm", import.meta.url),
};

/** All assemblies in one file: a length, a list of names and sizes as JSON, then one after the other. */
const assemblies = new URL("./dotnet/assemblies.bin", import.meta.url);

/** What the compiler calls: src/Sconce.Browser/Host.cs. */
export interface Host {
  read(offset: number, into: MemoryView): void;
  crc32(offset: number, length: number): number;
  write(bytes: MemoryView): void;
  stage(name: string): void;
  give(header: string, bytes: MemoryView): void;
  take(name: string): string;
  readTaken(name: string, into: MemoryView): void;
  sumProducts(input: NumbersView, places: IntegersView, terms: IntegersView, weights: NumbersView, sums: NumbersView): void;
}

/** What it has: src/Sconce.Browser/Exports.cs. Each gives JSON, and takes some or numbers. */
export interface Exports {
  Compile(request: string): string;
  Inspect(request: string): string;
  Evaluate(): string;
  Judge(call: number): string;
  Probed(call: number): string;
  Explain(maxError: number): string;
}

interface Dotnet {
  withResourceLoader(load: (type: string, name: string) => string | Promise<Response> | null): Dotnet;
  create(): Promise<{
    setModuleImports(name: string, imports: Host): void;
    getAssemblyExports(assembly: string): Promise<{ Sconce: { Browser: { Exports: Exports } } }>;
  }>;
}

export async function startRuntime(host: Host): Promise<Exports> {
  const packed = readPacked();
  const { dotnet } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ files["dotnet.js"]?.href ?? "")) as { dotnet: Dotnet };
  const runtime = await dotnet.withResourceLoader((_, name) => files[name]?.href ?? packed.then((read) => read(name))).create();
  runtime.setModuleImports("host", host);
  return (await runtime.getAssemblyExports("Sconce.Browser.dll")).Sconce.Browser.Exports;
}

async function readPacked(): Promise<(name: string) => Response> {
  const response = await fetch(assemblies);
  if (!response.ok) throw new Error(`the compiler's own files are not where they should be: ${assemblies.href} gives ${response.status}`);
  const bytes = await response.arrayBuffer();
  const listBytes = new DataView(bytes).getUint32(0, true);
  const list = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, listBytes))) as readonly (readonly [name: string, size: number])[];
  const places = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = 4 + listBytes;
  for (const [name, size] of list) {
    places.set(name, new Uint8Array(bytes, at, size));
    at += size;
  }
  return (name) => {
    const found = places.get(name);
    return found === undefined ? new Response(null, { status: 404 }) : new Response(found, { headers: { "Content-Type": "application/wasm" } });
  };
}
