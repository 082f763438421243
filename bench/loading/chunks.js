// On a page: reads a file into WebAssembly's memory, and does with the chunks that were read what the address says.
const parameters = new URLSearchParams(location.search);
const way = parameters.get("way");
const megabytes = Number(parameters.get("megabytes"));

const { port1, port2 } = new MessageChannel();
port2.close();
const ends = { transfer: ({ buffer }) => buffer.transfer(0), send: ({ buffer }) => port1.postMessage(0, [buffer]) };

async function read() {
  const memory = new WebAssembly.Memory({ initial: 16 * (megabytes + 1), maximum: 16 * (megabytes + 1) });
  const { body } = await fetch("../good/whole.wasm");
  let at = 0;
  const place = (chunk) => {
    new Uint8Array(memory.buffer, at, chunk.length).set(chunk);
    at += chunk.length;
  };
  const reader = body.getReader(way === "byob" ? { mode: "byob" } : {});
  for (let buffer = new ArrayBuffer(1 << 20); ;) {
    const { done, value } = await (way === "byob" ? reader.read(new Uint8Array(buffer)) : reader.read());
    if (done) return memory;
    place(value);
    buffer = value.buffer;
    ends[way]?.(value);
  }
}

const started = performance.now();
if (way !== "nothing") globalThis.kept = await read();
await fetch(parameters.get("to"), { method: "POST", body: JSON.stringify(performance.now() - started) });
