// Runs in the browser after a bundler has made one script of it and of the runtime.
import { load } from "sconce";
import { finish, same, test } from "./harness.js";

for (const threads of [1, 2]) {
  test(`a bundled page runs models, with ${threads} thread${threads > 1 ? "s" : ""}`, async () => {
    const model = await load("../models/affine.wasm", { threads });
    const { y } = await model.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
    same(y.data.length, 4, "elements");
    same(model.report().worker, true, "worker");
    model.dispose();
  });
}

await finish({});
