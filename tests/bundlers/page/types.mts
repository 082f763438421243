// What a program with strict settings may write, in old and new compilers.
import { load, SconceError, type Model, type Outputs, type Tensor, type Inputs } from "sconce";
import { listen, melSpectrogram, toTensor as toSound, whisperFeatures } from "sconce/audio";
import { Graph, Helpers, loadGraphSync } from "sconce/core";
import { fromMask, letterbox, nms, toTensor } from "sconce/image";
import { argmax, reshape, softmax, stack, tensor, topK, writeNpy } from "sconce/tensor";
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

// What stands beside a model: dtypes and shapes are known where they are given.
const picture = await toTensor(new Blob(), { width: 224, height: 224, channels: "gray", layout: "chw" });
const height: 224 = picture.shape[1]; void height;
const bytes: Uint8Array = (await toTensor(new Blob(), { dtype: "uint8" })).data; void bytes;
// @ts-expect-error a misspelt option
await toTensor(new Blob(), { widht: 224 });
// @ts-expect-error no such fit
await toTensor(new Blob(), { fit: "fill" });
const classifier = await load<{ inputs: { x: { dtype: "float32"; shape: readonly [batch: number, 3, 224, 224] } }; outputs: { y: { dtype: "float32"; shape: readonly [number, 10] } } }>("model.wasm");
const { y } = await classifier.run(await toTensor(new Blob(), { width: 224, height: 224 }));
await classifier.run({ x: await toTensor(new Blob(), { width: 224, height: 224 }) });
// @ts-expect-error another size
await classifier.run({ x: await toTensor(new Blob(), { width: 128, height: 224 }) });
// @ts-expect-error another layout
await classifier.run(await toTensor(new Blob(), { width: 224, height: 224, layout: "nhwc" }));
const where: number = argmax(y); void where;
const classes: Int32Array = argmax(y, 1).data; void classes;
const label: string | undefined = topK(softmax(y), 1, { labels: ["a"] })[0]?.label; void label;
const halves: Float32Array = stack([y, y]).data; void halves;
const words = tensor([101, 102], { dtype: "int64", shape: [1, 2] });
const pair: 2 = words.shape[1]; void pair;
const row: readonly [1, number] = reshape(words, [1, -1]).shape; void row;
const npy: Uint8Array = writeNpy(words); void npy;
const { toSource } = await letterbox(new Blob(), { width: 640, height: 640 });
void toSource(y).data; void nms(y, y); void fromMask(y).data;
const sound = await toSound(new Uint8Array(44), { sampleRate: 16000 });
const channels: 1 = sound.shape[0]; void channels;
void whisperFeatures(sound.data).shape; void melSpectrogram(sound.data, { log: "db" });
void listen(new MediaStream(), { sampleRate: 16000, size: 512 }, async (samples) => model.run({ samples: { data: samples, shape: [1, 512] } }));
