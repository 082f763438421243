import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { componentize } from "componentize-qjs";

/** A version of `wasi:nn`, by its date. */
export type Version = "2024-06-25" | "2024-08-19" | "2024-10-28";

export const versions: readonly Version[] = ["2024-06-25", "2024-08-19", "2024-10-28"];

/** The parts of the guest's script. */
const parts: Readonly<Record<Version, readonly string[]>> = {
  "2024-06-25": ["guest.js", "run-steps.js", "make-errors.js"],
  "2024-08-19": ["guest.js", "run-steps.js"],
  "2024-10-28": ["guest.js", "run-list.js"],
};

/** A named tensor, as the guest takes and gives it. */
export interface Value {
  readonly name: string;
  readonly dimensions: Uint32Array;
  readonly ty: string;
  readonly data: Uint8Array;
}

/** An error of WASI-NN, as the guest reports it. */
export interface Failure {
  readonly code: string;
  readonly data: string;
}

/** What the guest exports: see guest.wit. It throws what is a Failure there. */
export interface Guest {
  readonly driver: {
    load(builders: readonly Uint8Array[], encoding: string, target: string): number;
    loadByName(name: string): number;
    dropGraph(graph: number): void;
    open(graph: number): number;
    close(context: number): void;
    run(context: number, inputs: readonly Value[], outputs: readonly string[]): Value[];
    tensor(of: Value): Value;
  };
  readonly steps?: {
    setInput(context: number, input: Value): void;
    compute(context: number): void;
    getOutput(context: number, name: string): Value;
  };
  readonly makingErrors?: { make(of: Failure): Failure };
}

export type TranspileOptions = NonNullable<Parameters<typeof transpileBytes>[1]>;

const sources = new URL("../../tests/component/", import.meta.url);

const built = new Map<Version, Promise<Uint8Array>>();

function guestOf(version: Version): Promise<Uint8Array> {
  const component = built.get(version) ?? buildGuest(version);
  built.set(version, component);
  return component;
}

/** Builds a component from the script, with QuickJS in it. */
async function buildGuest(version: Version): Promise<Uint8Array> {
  const script = parts[version].map((part) => readFileSync(new URL(part, sources), "utf8")).join("\n");
  const { component } = await componentize({
    witPath: fileURLToPath(new URL("wit", sources)), world: `guest-${version}`, jsSource: script.replaceAll("VERSION", `0.2.0-rc-${version}`), sync: true, optSize: true,
  });
  return component;
}

/** Has jco transpile the guest; the URL is that of the module, whose files lie beside it. */
export async function transpileGuest(version: Version, way: string, options: TranspileOptions): Promise<URL> {
  const folder = new URL(`../component/${version}-${way}/`, import.meta.url);
  const { files } = await transpileBytes(await guestOf(version), { name: "guest", ...options });
  for (const [name, content] of Object.entries(files)) {
    const file = new URL(name, folder);
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, content);
  }
  return new URL("guest.js", folder);
}

/** The core modules of componentize-qjs have constant expressions that Node 20 takes only when told to. */
export function allowExtendedConstants(): void {
  if (Number.parseInt(process.versions.node) < 21) setFlagsFromString("--experimental-wasm-extended-const");
}
