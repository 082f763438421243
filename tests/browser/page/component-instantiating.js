// A worker that instantiates what `jco transpile --instantiation` made.
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";
import { createWasiNN } from "sconce-wasi-nn";
import { runCases, runDrops, serve } from "./component-cases.js";

serve(async (request) => {
  const { version, threads, drops = false } = request;
  const nn = await createWasiNN({ graphs: { pair: "../models/pair.wasm" }, threads, memory: drops ? 512 << 10 : undefined });
  const url = new URL(`../component/${version}-instantiation/guest.js`, location.href);
  const { instantiate } = await import(url.href);
  const core = (path) => WebAssembly.compileStreaming(fetch(new URL(path, url)));
  const guest = await instantiate(core, { ...new WASIShim().getImportObject(), ...nn.componentImports });
  const result = drops ? runDrops(guest) : runCases(guest, request);
  nn.dispose();
  return { ...result, threads: nn.threads };
});
