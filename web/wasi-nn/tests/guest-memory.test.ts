// The guest's memory: when it is known, when it grows, when threads share it, and how often a tensor is copied.
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { errno, type WasiNN } from "../src/index.js";
import { artifact, artifactUrl, at, expectOutput, runOf, runsOf, withNN } from "./fixture.js";
import { EphemeralGuest, WamrGuest } from "./guest.js";

const { inputs, outputs } = runOf("classifier");

test("before attach every call that needs memory gives 3", () => withNN({}, (nn) => {
  const g = new EphemeralGuest(nn, { attach: false });
  const missing = errno["missing-memory"];
  equal(g.call("load", 0, 1, 5, 0, 0), missing);
  equal(g.call("load_by_name", 0, 1, 0), missing);
  equal(g.call("load_by_name_with_config", 0, 1, 0, 1, 0), missing);
  equal(g.call("init_execution_context", 0, 0), missing);
  equal(new WamrGuest(nn, { attach: false }).call("load", 0, 5, 0, 0), missing);
  nn.attach(g.memory);
  g.context(g.load(artifact("classifier")));
}));

test("attach takes an instance that exports its memory, and says what it lacks", () => withNN({}, (nn) => {
  // (module (memory (export "memory") 1))
  const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 10, 1, 6, 109, 101, 109, 111, 114, 121, 2, 0));
  nn.attach(new WebAssembly.Instance(module));
  equal(nn.imports.wasi_ephemeral_nn["unload"]?.(0), errno["invalid-argument"]);
  const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  throws(() => nn.attach(new WebAssembly.Instance(empty)), /exports no memory/);
}));

test("memory that grows between any two calls", () => withNN({}, (nn) => {
  const g = new EphemeralGuest(nn);
  const grow = () => equal(g.memory.grow(1) > 0, true);
  const graph = g.load(artifact("classifier"));
  grow();
  const context = g.context(graph);
  grow();
  equal(g.setInput(context, 0, at(inputs, 0)), errno.success);
  grow();
  equal(g.call("compute", context), errno.success);
  grow();
  expectOutput(g.read(context), at(outputs, 0));
  // What is there only since.
  const last = g.memory.buffer.byteLength - 44;
  equal(g.call("get_output", context, 0, last, 40, last + 40), errno.success);
  expectOutput(g.bytes(last, 40).slice(), at(outputs, 0));
}));

for (const threads of [1, 2]) {
  test(`memory that a guest's threads share, with ${threads} thread${threads > 1 ? "s" : ""}`, () => withNN({ threads, graphs: { classifier: artifactUrl("classifier") } }, (nn) => {
    const g = new EphemeralGuest(nn, { shared: true });
    equal(g.memory.buffer instanceof SharedArrayBuffer, true);
    for (const graph of [g.load(artifact("classifier")), g.loadByName("classifier")]) {
      const context = g.context(graph);
      g.run(context, inputs);
      expectOutput(g.read(context), at(outputs, 0));
    }
  }));
}

/** Bytes that typed arrays copy while a call is made, whichever of their methods does it. */
function copiedBy(call: () => void): number {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Record<string, (...parameters: never[]) => unknown>;
  const names = ["set", "slice", "fill", "copyWithin"] as const;
  const originals = names.map((name) => prototype[name]);
  const array = globalThis.Uint8Array;
  let bytes = 0;
  names.forEach((name, i) => {
    prototype[name] = function (this: Uint8Array, ...parameters: never[]) {
      const [given] = parameters as unknown[];
      const result = originals[i]?.apply(this, parameters);
      bytes += name === "set" ? (given as Uint8Array).length * this.BYTES_PER_ELEMENT : (result as Uint8Array).byteLength;
      return result;
    };
  });
  // A typed array made of another one, or of a list, copies it as well.
  globalThis.Uint8Array = new Proxy(array, {
    construct(target, parameters: [unknown], newTarget) {
      const made = Reflect.construct(target, parameters, newTarget) as Uint8Array;
      if (typeof parameters[0] === "object" && !(parameters[0] instanceof ArrayBuffer || parameters[0] instanceof SharedArrayBuffer)) bytes += made.byteLength;
      return made;
    },
  });
  try {
    call();
  } finally {
    globalThis.Uint8Array = array;
    names.forEach((name, i) => (prototype[name] = originals[i] as () => unknown));
  }
  return bytes;
}

test("the counter of copies counts", () => {
  const [from, to] = [new Uint8Array(10), new Uint8Array(10)];
  equal(copiedBy(() => to.set(from)), 10);
  equal(copiedBy(() => from.slice(2)), 8);
  equal(copiedBy(() => new Uint8Array(from)), 10);
  equal(copiedBy(() => new Float32Array(4).fill(1)), 16);
  equal(copiedBy(() => new Uint8Array(from.buffer, 2)), 0);
});

for (const threads of [1, 2]) {
  test(`a tensor is copied once on its way in and once on its way out, with ${threads} thread${threads > 1 ? "s" : ""}`, () => withNN({ threads }, (nn: WasiNN) => {
    const g = new EphemeralGuest(nn);
    const context = g.context(g.load(artifact("classifier")));
    const tensor = g.tensor(at(inputs, 0), 1);
    const [buffer, size] = [g.take(64), g.take(4)];
    for (let turn = 0; turn < 3; turn++) {
      equal(copiedBy(() => equal(g.call("set_input", context, 0, tensor), errno.success)), at(inputs, 0).data.length);
      equal(copiedBy(() => equal(g.call("compute", context), errno.success)), 0);
      equal(copiedBy(() => equal(g.call("get_output", context, 0, buffer, 64, size), errno.success)), 40);
    }
    expectOutput(g.bytes(buffer, 40).slice(), at(outputs, 0));

    const w = new WamrGuest(nn);
    const wamrTensor = w.tensor(at(inputs, 0), 1);
    const [wamrBuffer, floats] = [w.take(64), w.put32(16)];
    equal(copiedBy(() => equal(w.call("set_input", context, 0, wamrTensor), errno.success)), at(inputs, 0).data.length);
    equal(copiedBy(() => equal(w.call("compute", context), errno.success)), 0);
    equal(copiedBy(() => equal(w.call("get_output", context, 0, wamrBuffer, floats), errno.success)), 40);
  }));
}

test("of a dynamic graph too, from the second run of one shape on; a new shape has its inputs wait", () => withNN({}, (nn) => {
  const g = new EphemeralGuest(nn);
  const context = g.context(g.load(artifact("table")));
  const [three, seven] = runsOf("table");
  if (three === undefined || seven === undefined) throw new Error("table has runs");
  const copies = (run: typeof three) => {
    const tensors = run.inputs.map((tensor) => g.tensor(tensor, 1));
    return [
      ...tensors.map((tensor, index) => copiedBy(() => equal(g.call("set_input", context, index, tensor), errno.success))),
      copiedBy(() => equal(g.call("compute", context), errno.success)),
    ];
  };
  // Kept first, and then put where the model reads them.
  deepEqual(copies(three).slice(0, 2), [48, 12]);
  deepEqual(copies(three), [48, 12, 0]);
  copies(seven);
  deepEqual(copies(seven), [112, 28, 0]);
}));
