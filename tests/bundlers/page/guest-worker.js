import { runGraph } from "./graph.js";

runGraph("/affine.wasm").then(postMessage, (error) => postMessage({ error: `${error}` }));
