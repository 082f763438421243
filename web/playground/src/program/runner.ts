// The script of the worker in which a guest runs, and blocks. Who stops the guest ends the worker.
import { errno } from "sconce-wasi-nn";
import { runGuest, textOf } from "sconce-wasi-nn/guest";
import { runModel } from "./model-run.js";
import { Outbox } from "./outbox.js";
import type { RunReply, RunRequest } from "./protocol.js";

const scope = globalThis as unknown as { postMessage(reply: RunReply): void; onmessage: (event: { data: RunRequest }) => void };

scope.onmessage = async ({ data: { guest, ...options } }) => {
  const outbox = new Outbox((pieces, calls) => scope.postMessage({ type: "said", pieces, calls }));
  let last: RunReply;
  try {
    const [model] = Object.values(options.graphs);
    const { exitCode, threads, milliseconds, files } = guest === undefined && model !== undefined
      ? { exitCode: undefined, files: new Map<string, Uint8Array>(), ...await runModel(model, options, (text) => outbox.say("stdout", text)) }
      : await runGuest(guest as Uint8Array<ArrayBuffer>, {
      ...options,
      stdout: textOf((text) => outbox.say("stdout", text)),
      stderr: textOf((text) => outbox.say("stderr", text)),
      onError: ({ code, message }, call) => outbox.say("error", `${call}: error ${errno[code]} (${code}): ${message}\n`),
      onCall: (call, milliseconds) => outbox.called(call, milliseconds),
    });
    last = { type: "done", exitCode, threads, milliseconds, files };
  } catch (error) {
    last = { type: "failed", message: error instanceof Error ? error.message : String(error) };
  }
  outbox.flush();
  scope.postMessage(last);
};
