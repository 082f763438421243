// Compiles each model in this tab, and posts how long each stage took.
import { compile } from "../compiler/index.js";

const { models } = await (await fetch("../given/models.json")).json();
for (const name of models) {
  const bytes = await (await fetch(`../given/${name}`)).blob();
  const stages = [];
  const began = performance.now();
  const tell = (stage) => stages.push([stage, performance.now() - began]);
  try {
    const { wasm } = await compile(new File([bytes], name), { onProgress: ({ stage }) => tell(stage) });
    tell("end");
    await post({ name, bytes: bytes.size, stages, wasm: wasm.length });
  } catch (error) {
    await post({ name, error: String(error) });
  }
}
await post({ end: true });

async function post(result) {
  await fetch(`../result/${result.end ? "end" : "model"}`, { method: "POST", body: JSON.stringify(result) });
}
