// A model by WASI-NN, as a component's glue calls it, on the thread that this runs on.
import { createWasiNN } from "sconce-wasi-nn";

export async function runGraph(source) {
  const nn = await createWasiNN({ graphs: { affine: source }, threads: 2 });
  const { graph, tensor: { Tensor } } = nn.component;
  const context = graph.loadByName("affine").initExecutionContext();
  const x = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const outputs = new Map(context.compute([["x", new Tensor([1, 4], "FP32", x)], ["mask", new Tensor([1], "U8", Uint8Array.of(1))]]));
  const y = Array.from(new Float32Array(outputs.get("y").data().slice().buffer));
  const { threads } = nn;
  nn.dispose();
  return { y, threads };
}
