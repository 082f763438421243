// A hostile guest: any call in any order with any numbers gives an errno, throws nothing, and writes nowhere but where results go.
import { equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createWasiNN, errno } from "../src/index.js";
import { openCatalogue } from "../src/graphs/catalogue.js";
import { LocalStore } from "../src/graphs/local-store.js";
import { artifact, source, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";
import { type HostileCall, allowedWrites, furnish, graphs, hostileCalls, pages } from "./hostile-calls.js";

// The same calls each time; other ones with SCONCE_SEED=….
const seed = Number(process.env["SCONCE_SEED"] ?? 20261123);
const callsPerGuest = 250;

const { furniture } = furnish(await createWasiNN({ threads: 1 }));
const successes = new Map<string, number>();
let calls = 0;

async function play(sequence: readonly HostileCall[], threads: number): Promise<void> {
  await withNN({ graphs, threads, memory: 64 << 20 }, (nn) => {
    const { guest } = furnish(nn);
    const memory = Buffer.from(guest.memory.buffer);
    const shadow = Buffer.from(memory);
    equal(memory.length, pages * 65536);
    for (const call of sequence) {
      const result = nn.imports[call.module]?.[call.name]?.(...call.parameters);
      calls++;
      if (typeof result !== "number" || !Number.isInteger(result) || result < 0 || result > 8) throw new Error(`${describe(call)} gave ${String(result)}`);
      for (const [address, size] of allowedWrites(guest, call, result)) memory.copy(shadow, address, address, address + size);
      if (!memory.equals(shadow)) {
        const place = memory.findIndex((byte, i) => byte !== shadow[i]);
        throw new Error(`${describe(call)} gave ${result} and wrote to ${place}`);
      }
      if (result === errno.success) successes.set(call.name, (successes.get(call.name) ?? 0) + 1);
    }
  });
}

function describe({ module, name, parameters }: HostileCall): string {
  return `${module}.${name}(${parameters.map((value) => value >>> 0).join(", ")})`;
}

test("100,000 calls, some of them on two threads", async () => {
  const before = process.memoryUsage().rss;
  for (const [threads, guests] of [[1, 360], [2, 40]] as const) {
    const sequences = fc.array(hostileCalls(furniture), { minLength: callsPerGuest, maxLength: callsPerGuest, size: "max" });
    await fc.assert(fc.asyncProperty(sequences, (sequence) => play(sequence, threads)), { seed, numRuns: guests, endOnFailure: true });
  }
  ok(calls >= 100_000, `${calls} calls`);
  // Chance alone would never get past load: a good part must have gone through.
  for (const [name, least] of [["load", 800], ["init_execution_context", 3000], ["set_input", 3000], ["compute", 1000], ["get_output", 200]] as const) {
    ok((successes.get(name) ?? 0) >= least, `${name} succeeded ${successes.get(name) ?? 0} times`);
  }
  const grown = process.memoryUsage().rss - before;
  ok(grown < 1 << 30, `the host grew by ${grown} bytes`);
});

test("artifacts with a wrong byte before their code: an errno at every call", async () => {
  const file = artifact("table");
  const codeAt = file.findIndex((_, i) => String.fromCharCode(...file.subarray(i, i + 9)) === "\"steps\":[");
  ok(codeAt > 100);
  const change = fc.tuple(fc.integer({ min: 8, max: codeAt }), fc.integer({ min: 0, max: 255 }));
  const onlyErrnos = (numbers: number[]) => ok(numbers.every((number) => Number.isInteger(number) && number >= 0 && number <= 8), numbers.join());
  await withNN({ memory: 64 << 20 }, (nn) => fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
    const guest = new EphemeralGuest(nn);
    const bytes = file.slice();
    for (const [place, value] of changes) bytes[place] = value;
    const [graph, context] = [guest.take(4), guest.take(4)];
    const rows = guest.put32(guest.put32(3, 4), 2, 1, guest.take(48), 48);
    const weights = guest.put32(guest.put32(3), 1, 1, guest.take(12), 12);
    const loaded = guest.call("load", guest.builders(bytes), 1, 5, 0, graph);
    onlyErrnos([loaded]);
    if (loaded !== errno.success) return;
    const opened = guest.call("init_execution_context", guest.u32(graph), context);
    const number = guest.u32(context);
    onlyErrnos([opened, guest.call("set_input", number, 0, rows), guest.call("set_input", number, 1, weights), guest.call("compute", number)]);
    onlyErrnos([0, 1, 2].map((index) => guest.output(number, index).errno));
    onlyErrnos([guest.call("unload", guest.u32(graph))]);
    if (opened === errno.success) onlyErrnos([guest.call("finalize_execution_context", number)]);
  }), { seed, numRuns: 1500 }));
});

test("inputs that wait for others count", async () => {
  await withNN({ graphs, guestMemory: 1 << 20 }, (nn) => {
    const [graph, data] = [nn.component.graph.loadByName("table"), new Uint8Array(4 * 300_000)];
    throws(() => new nn.component.tensor.Tensor([75_000, 4], "FP32", data), (error) => /may have 1 MiB/.test((error as { data(): string }).data()));
    const half = data.subarray(0, 4 * 150_000);
    const tensor = new nn.component.tensor.Tensor([37_500, 4], "FP32", half);
    throws(() => new nn.component.tensor.Tensor([37_500, 4], "FP32", half));
    tensor[Symbol.dispose]();
    const context = graph.initExecutionContext();
    context.setInput("0", new nn.component.tensor.Tensor([37_500, 4], "FP32", half));
    throws(() => graph.initExecutionContext().setInput("0", new nn.component.tensor.Tensor([37_500, 4], "FP32", half)));
  });
});

test("a promise of the option compile is not waited for without end", async () => {
  const store = await LocalStore.start({ catalogue: await openCatalogue({}, undefined), threads: 1, mayWait: true, compileTimeout: 20, compile: () => new Promise(() => {}) });
  await rejects(async () => store.load([source("sum")], "pytorch"), /not compiled within 0.02 s/);
  store.dispose();
});
