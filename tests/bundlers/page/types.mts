// What a program with strict settings may write, in old and new compilers.
import { load, SconceError, type Model, type Outputs, type Tensor, type Inputs } from "sconce";
import { Graph, Helpers, loadGraphSync } from "sconce/core";
import { compile, inspect, types, verify, type Inspection, type Verification } from "sconce-compiler";
import { createWasiNN, type WasiNN } from "sconce-wasi-nn";
import { runGuest } from "sconce-wasi-nn/guest";

const model = await load("model.wasm", { onProgress: ({ loaded, total }) => console.log(loaded.toFixed(), total.toFixed()) });
const { logits } = await model.run({ image: { data: new Float32Array(4), shape: [1, 4] } });
if (logits?.dtype === "float32") Math.max(...logits.data);
if (logits?.dtype === "int64") { const b: bigint | undefined = logits.data[0]; void b; }
const known = logits as Tensor<Float32Array>;
Math.max(...known.data);
const ids = logits as Tensor<BigInt64Array>;
const t: "int64" = ids.dtype; void t;
// @ts-expect-error bigint
Math.max(...ids.data);

const typed = await load<{ logits: Float32Array; ids: BigInt64Array }>("model.wasm");
const out = await typed.run({});
Math.max(...out.logits.data);
const first: bigint | undefined = out.ids.data[0]; void first;
// @ts-expect-error no such output
out.other;
const once = await model.run<{ y: Float32Array }>({});
Math.max(...once.y.data);
const blob = new Blob([out.logits.data]); void blob;
const m: Model = typed; void m;
const outs: Outputs = await model.run({});
for (const [name, { dtype, shape, data }] of Object.entries(outs)) console.log(name, dtype, shape, data.length);
const inputs: Inputs = { x: new Float32Array(3), y: { data: new BigInt64Array(3) } }; void inputs;
// outputs go in again
await model.run({ state: out.logits, other: logits! });
{
  using again = await load("x.wasm");
  void again;
}
model[Symbol.dispose]();
try { model.dispose(); } catch (e) { if (e instanceof SconceError) console.log(e.code); }
void Graph; void Helpers; void loadGraphSync;

const nn: WasiNN = await createWasiNN({ graphs: { digits: "digits.wasm" } });
WebAssembly.instantiate(new WebAssembly.Module(new Uint8Array()), nn.imports);
const { exitCode } = await runGuest(new Uint8Array(), { graphs: { digits: "digits.wasm" } }); void exitCode.toFixed();

const path: string = await compile("model.pt2", { output: "model.wasm", signal: AbortSignal.timeout(1000) }); void path;
const { inputs: ports, sizes }: Inspection = await inspect("model.wasm");
const size: number | string | undefined = ports[0]?.shape[0]; void size; void sizes;
const [fared]: Verification[] = await verify(["model.pt2"], { threads: 2 });
if (fared?.status === "passed") fared.maxError?.toFixed();
const declaration: string = await types("model.pt2", { url: true }); void declaration;
// @ts-expect-error no such option
await compile("model.pt2", { out: "model.wasm" });
