// The guest of guest.wat, run with the digit model in one of several ways.
import { compile } from "sconce-compiler/browser";
import { runGuest, textOf } from "sconce-wasi-nn/guest";

const models = new URL("../models/", location.href.replace(/\/page\/.*/, "/page/").replace(/\/wasi-nn\/.*/, "/page/"));
const slow = new URL("../slow/models/", models);
const bytes = async (name) => new Uint8Array(await (await fetch(new URL(name, models))).arrayBuffer());

/** Options of `createWasiNN` by a name, for what cannot be sent to a worker. */
const ways = {
  "a map, as it arrives": () => ({ graphs: { digits: new URL("digits.wasm", slow).href } }),
  "a map of a response": async () => ({ graphs: { digits: await fetch(new URL("digits.wasm", models)) } }),
  "a map of a blob": async () => ({ graphs: { digits: new Blob([await bytes("digits.wasm")]) } }),
  "a map of bytes": async () => ({ graphs: { digits: await bytes("digits.wasm") } }),
  "a template": () => ({ graphs: `${models.href}{name}.wasm` }),
  "a manifest": () => ({ graphs: new URL("graphs.json", models) }),
  "a hook": () => ({ resolve: (name) => new URL(`${name}.wasm`, models) }),
  "a hook that takes its time": () => ({ resolve: async (name) => fetch(new URL(`${name}.wasm`, models)) }),
  "a compiler": () => ({ compile: async () => bytes("digits.wasm") }),
  "the compiler in this tab": () => ({ compile: async (model) => (await compile(model, { name: "digits.pt2" })).wasm, compileTimeout: 300_000 }),
  nothing: () => ({}),
};

/** @param {{ way: keyof ways, graph?: string, threads: number }} request */
export async function run({ way, graph = "digits", threads }) {
  const said = { stdout: "", stderr: "", errors: [], calls: [] };
  const file = graph.startsWith("@") ? [[`models/${graph.slice(1)}`, await bytes(graph.slice(1))]] : [];
  const { exitCode, files, threads: used } = await runGuest(await bytes("guest.wasm"), {
    ...(await ways[way]()),
    threads,
    args: [graph.replace("@", "@models/"), "data/digits.in", "data/probabilities-é"],
    files: new Map([["data/digits.in", await bytes("digits.in")], ...file]),
    stdout: textOf((text) => (said.stdout += text)),
    stderr: textOf((text) => (said.stderr += text)),
    onError: ({ code, message }, call) => said.errors.push({ call, code, message }),
    onCall: (call) => said.calls.push(call),
  });
  return { ...said, exitCode, threads: used, files: [...files.keys()], output: files.get("data/probabilities-é") };
}
