// The script of the worker in which a model is compiled and verified. Whoever started it ends it.
import { crc32 } from "./crc32.js";
import { type ModelFile, openModelFile } from "./model-file.js";
import { Outbox } from "./outbox.js";
import type { Answer, GivenInput, Job, Outputs, Question, Reply, TensorOf } from "./protocol.js";
import { type Exports, startRuntime } from "./runtime.js";
import { sumProducts } from "./sum-products.js";

const scope = globalThis as unknown as { postMessage(reply: Reply, transfer?: Transferable[]): void };
const outbox = new Outbox((bytes) => scope.postMessage({ type: "part", bytes }, [bytes.buffer]));
let compiler: Exports;
/** Of the page's last run. */
let outputs: Outputs = {};

// No `onmessage`: .NET's loader takes a worker that has one for a thread of its own, and waits for what it never gets.
addEventListener("message", async ({ data }: MessageEvent<Job | Question>) => {
  try {
    const answer = JSON.parse("file" in data ? await begin(data) : goOn(data)) as Answer;
    outbox.flush();
    scope.postMessage({ type: "done", answer });
  } catch (error) {
    scope.postMessage({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});

async function begin({ task, name, file, settings }: Job): Promise<string> {
  const opened = openModelFile(file);
  // Nobody asks for a part before the file is there.
  let model: ModelFile;
  compiler = await startRuntime({
    read: (offset, into) => into.set(model.read(offset, into.length)),
    crc32: (offset, length) => crc32(model.read(offset, length)),
    write: (bytes) => outbox.write(bytes),
    stage: (stage) => scope.postMessage({ type: "stage", stage }),
    give: (header, bytes) => give({ ...(JSON.parse(header) as Omit<GivenInput, "data">), data: bytes.slice() as Uint8Array<ArrayBuffer> }),
    take: (output) => describe(outputs[output]),
    sumProducts,
    readTaken: (output, into) => into.set(bytesOf(outputs[output])),
  });
  model = await opened;
  const request = JSON.stringify({ name, length: model.length, sha256: model.sha256, ...settings });
  return task === "compile" ? compiler.Compile(request) : compiler.Inspect(request);
}

function goOn(question: Question): string {
  if ("outputs" in question) outputs = question.outputs;
  switch (question.task) {
    case "evaluate": return compiler.Evaluate();
    case "judge": return compiler.Judge(question.call);
    case "probed": return compiler.Probed(question.call);
    case "explain": return compiler.Explain(question.maxError);
  }
}

const give = (input: GivenInput) => scope.postMessage({ type: "input", input }, [input.data.buffer]);

const describe = (tensor: TensorOf | undefined) => (tensor === undefined ? "" : JSON.stringify({ dtype: tensor.dtype, shape: tensor.shape, bytes: tensor.data.byteLength }));

const bytesOf = (tensor: TensorOf | undefined) => (tensor === undefined ? new Uint8Array() : new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
