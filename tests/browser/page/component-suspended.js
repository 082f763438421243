// On a page's own thread: what `jco transpile --async-mode jspi` made is suspended while it waits for a graph.
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";
import { createWasiNN } from "sconce-wasi-nn";
import { instantiateGuest, runCases } from "./component-cases.js";

export async function run(request) {
  const { version, threads } = request;
  const nn = await createWasiNN({ graphs: { pair: "../models/pair.wasm" }, threads });
  const guest = await instantiateGuest(`${version}-suspended`, { ...new WASIShim().getImportObject(), ...nn.componentImports });
  const result = await runCases(guest, request);
  nn.dispose();
  return { ...result, threads: nn.threads };
}
