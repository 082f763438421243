// A worker that instantiates what `jco transpile --instantiation` made.
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";
import { createWasiNN } from "sconce-wasi-nn";
import { instantiateGuest, runCases, runDrops } from "./component-cases.js";
import { serve } from "./component-serve.js";

serve(async (request) => {
  const { version, threads, drops = false } = request;
  const nn = await createWasiNN({ graphs: { pair: "../models/pair.wasm" }, threads, memory: drops ? 256 << 10 : undefined });
  const guest = await instantiateGuest(`${version}-instantiation`, { ...new WASIShim().getImportObject(), ...nn.componentImports });
  const result = await (drops ? runDrops(guest) : runCases(guest, request));
  nn.dispose();
  return { ...result, threads: nn.threads };
});
