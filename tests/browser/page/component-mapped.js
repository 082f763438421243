// A worker with what `jco transpile --map 'wasi:nn/*=./wasi-nn.js#*'` made. Its message may come before the component is there.
import { runCases } from "./component-cases.js";
import { serve } from "./component-serve.js";

serve(async (request) => {
  const [{ driver }, { nn }] = await Promise.all([import("mapped-guest"), import("mapped-wasi-nn")]);
  return { ...await runCases({ driver }, request), threads: nn.threads };
});
