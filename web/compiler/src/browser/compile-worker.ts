// The script of the worker in which a model is compiled. Whoever started it ends it.
import { crc32 } from "./crc32.js";
import { openModelFile } from "./model-file.js";
import { Outbox } from "./outbox.js";
import type { Answer, Job, Reply } from "./protocol.js";
import { startRuntime } from "./runtime.js";

const scope = globalThis as unknown as { postMessage(reply: Reply, transfer?: Transferable[]): void };

// No `onmessage`: .NET's loader takes a worker that has one for a thread of its own, and waits for what it never gets.
addEventListener("message", async ({ data: { task, name, file, settings } }: MessageEvent<Job>) => {
  try {
    const opened = openModelFile(file);
    const outbox = new Outbox((bytes) => scope.postMessage({ type: "part", bytes }, [bytes.buffer]));
    // Nobody asks for a part before the file is there.
    let model: Awaited<typeof opened>;
    const exports = await startRuntime({
      read: (offset, into) => into.set(model.read(offset, into.length)),
      crc32: (offset, length) => crc32(model.read(offset, length)),
      write: (bytes) => outbox.write(bytes),
      stage: (stage) => scope.postMessage({ type: "stage", stage }),
    });
    model = await opened;
    const request = JSON.stringify({ name, length: model.length, sha256: model.sha256, ...settings });
    const answer = JSON.parse(task === "compile" ? exports.Compile(request) : exports.Inspect(request)) as Answer;
    outbox.flush();
    scope.postMessage({ type: "done", answer });
  } catch (error) {
    scope.postMessage({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
