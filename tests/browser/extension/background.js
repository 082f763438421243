// The background of an extension: a service worker, in which there is no Worker.
import { answer } from "./page/service-answer.js";

void fetch("address.json")
  .then((file) => file.json())
  .then(async ({ address }) => fetch(address, { method: "POST", body: JSON.stringify(await answer("models/affine.wasm")) }));
