// The worker in which a guest blocks.
import { run } from "./wasi-nn-guest.js";

onmessage = ({ data }) => {
  run(data).then((result) => postMessage({ result }), (error) => postMessage({ error: `${error.message}` }));
};
