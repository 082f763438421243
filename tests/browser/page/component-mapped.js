// A worker with what `jco transpile --map 'wasi:nn/*=./wasi-nn.js#*'` made. Its message may come before the component is there.
import { serve } from "./component-cases.js";

serve(async (request) => {
  const [{ driver }, { nn }, { runCases }] = await Promise.all([import("mapped-guest"), import("mapped-wasi-nn"), import("./component-cases.js")]);
  return { ...runCases({ driver }, request), threads: nn.threads };
});
