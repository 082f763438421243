// A page whose worker runs a model by WASI-NN.
const worker = new Worker(new URL("./guest-worker.js", import.meta.url), { type: "module" });
const post = (answer) => fetch("/result", { method: "POST", body: JSON.stringify(answer) });
worker.onmessage = ({ data }) => void post(data);
worker.onerror = ({ message }) => void post({ error: `the guest's worker: ${message}` });
