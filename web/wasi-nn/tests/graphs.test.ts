// Where graphs come from: by name from a map, a template, a manifest or a function, by their bytes, and by PyTorch's own file.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createWasiNN, errno, type Graphs, type WasiNNOptions } from "../src/index.js";
import { artifact, artifactUrl, at, expectOutput, runOf, source, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

const { inputs, outputs } = runOf("classifier");
const folder = mkdtempSync(join(tmpdir(), "sconce-wasi-nn-"));
after(() => rmSync(folder, { recursive: true }));

const messages: string[] = [];
const withGuest = <T>(options: WasiNNOptions, run: (guest: EphemeralGuest) => T): Promise<T> => {
  messages.length = 0;
  return withNN({ onError: (error, call) => messages.push(`${call}: ${error.code}: ${error.message}`), ...options }, (nn) => run(new EphemeralGuest(nn)));
};

function works(g: EphemeralGuest, graph: number): void {
  const context = g.context(graph);
  g.run(context, inputs);
  expectOutput(g.read(context), at(outputs, 0));
}

function byName(g: EphemeralGuest, name: string): number {
  return g.call("load_by_name", ...g.text(name), g.take(4));
}

function byBytes(g: EphemeralGuest, bytes: Uint8Array, encoding: number): number {
  return g.call("load", g.builders(bytes), 1, encoding, 0, g.take(4));
}

function manifest(graphs: Record<string, unknown>): string {
  const path = join(folder, "graphs.json");
  writeFileSync(path, JSON.stringify({ graphs }));
  return path;
}

const classifier = source("classifier");
const digest = createHash("sha256").update(classifier).digest("hex");

const sources = {
  "a path": artifactUrl("classifier").pathname,
  "a URL": artifactUrl("classifier"),
  "a URL's text": artifactUrl("classifier").href,
  bytes: artifact("classifier"),
  "an ArrayBuffer": artifact("classifier").slice().buffer as ArrayBuffer,
  "a Blob": new Blob([artifact("classifier") as Uint8Array<ArrayBuffer>]),
};
for (const [what, file] of Object.entries(sources)) {
  test(`by name, from a map: ${what}`, () => withGuest({ graphs: { "a picture's class": file } }, (g) => works(g, g.loadByName("a picture's class"))));
}

test("a graph whose weights are in files of their own: from a map, when the guest asks, and not by bytes alone", async () => {
  const split = artifactUrl("classifier-split");
  await withGuest({ graphs: { split } }, (g) => works(g, g.loadByName("split")));
  await withGuest({ graphs: new URL("{name}.wasm", split).href }, (g) => works(g, g.loadByName("classifier-split")));
  await withGuest({ resolve: () => split.pathname }, (g) => works(g, g.loadByName("split")));
  await withGuest({}, (g) => byBytes(g, artifact("classifier-split"), 5));
  match(messages.join(), /the model's weights lie in files of their own, in weights\/ beside it/);
  await rejects(createWasiNN({ graphs: { split: artifact("classifier-split") } }), /the model's weights lie in files of their own/);
  const beside = new URL("weights/", split);
  const files = readdirSync(beside).map((name) => [name.replace(".bin", ""), readFileSync(new URL(name, beside))] as const);
  const blobs = new Map(files.map(([digest, bytes]) => [digest, new Blob([bytes])]));
  await withGuest({ weights: blobs, graphs: { split: artifact("classifier-split") } }, (g) => works(g, g.loadByName("split")));
  await withGuest({ weights: new Map(files), resolve: () => artifact("classifier-split") }, (g) => works(g, g.loadByName("split")));
  await rejects(createWasiNN({ weights: new Map(), graphs: { split: artifact("classifier-split") } }), /the model's file of weights [0-9a-f]{64}\.bin is not among those that were given/);
});

test("by name, from a map: a Response, and over the network", async () => {
  const server = createServer((request, response) => {
    const found = request.url === "/classifier.wasm";
    response.writeHead(found ? 200 : 404).end(found ? artifact("classifier") : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  try {
    await withGuest({ graphs: { classifier: `${base}/classifier.wasm` } }, (g) => works(g, g.loadByName("classifier")));
    await withGuest({ graphs: { classifier: await fetch(`${base}/classifier.wasm`) } }, (g) => works(g, g.loadByName("classifier")));
    await rejects(createWasiNN({ graphs: { classifier: `${base}/other.wasm` }, threads: 1 }), /answers 404/);
    // This thread cannot wait for what is asked for now.
    await withGuest({ graphs: `${base}/{name}.wasm` }, (g) => {
      equal(byName(g, "classifier"), errno["unsupported-operation"]);
      match(messages.join(), /name it in the option graphs/);
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("a name that is loaded twice is one graph with two numbers", () => withGuest({ graphs: { classifier: artifactUrl("classifier") } }, (g) => {
  deepEqual([g.loadByName("classifier"), g.loadByName("classifier")], [0, 1]);
  equal(g.call("unload", 0), errno.success);
  works(g, 1);
  works(g, g.loadByName("classifier"));
}));

test("load_by_name_with_config reads a configuration, and has no use for it", () => withGuest({ graphs: { classifier: artifactUrl("classifier") } }, (g) => {
  const graph = g.take(4);
  equal(g.call("load_by_name_with_config", ...g.text("classifier"), ...g.text('{"n_predict": 100}'), graph), errno.success);
  works(g, g.u32(graph));
  equal(g.call("load_by_name_with_config", ...g.text("classifier"), 0, 0, graph), errno.success);
}));

for (const template of [join(folder, "..", "nowhere", "{name}.wasm"), artifactUrl("classifier").pathname.replace("classifier", "{name}"), new URL("{name}.wasm", artifactUrl("classifier"))]) {
  const known = !String(template).includes("nowhere");
  test(`by name, from a ${template instanceof URL ? "URL" : "path"} with {name} in it${known ? "" : ", where nothing is"}`, () => withGuest({ graphs: template }, (g) => {
    if (known) works(g, g.loadByName("classifier"));
    equal(byName(g, "nobody"), errno["not-found"]);
  }));
}

test("a name does not lead out of a template's folder", () => withGuest({ graphs: artifactUrl("classifier").pathname.replace("classifier", "{name}") }, (g) => {
  for (const name of ["../graphs/classifier", "..\\graphs\\classifier", "..", ".", "", "/classifier", "%2e%2e/graphs/classifier", "..%2fgraphs%2fclassifier"]) {
    equal(byName(g, name), errno["not-found"], name);
  }
}));

test("names with signs of their own", async () => {
  for (const name of ["größe 1%", "a#b?c", "名"]) {
    writeFileSync(join(folder, `${encodeURIComponent(name)}.wasm`), artifact("classifier"));
    writeFileSync(join(folder, `${name}.wasm`), artifact("classifier"));
    await withGuest({ graphs: new URL(`${pathToFileURL(folder).href}/{name}.wasm`) }, (g) => works(g, g.loadByName(name)));
    await withGuest({ graphs: { [name]: join(folder, `${name}.wasm`) } }, (g) => works(g, g.loadByName(name)));
  }
});

test("names that are a JavaScript object's own", () => withGuest({ graphs: { classifier: artifactUrl("classifier") } }, (g) => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) equal(byName(g, name), errno["not-found"], name);
}));

test("a name that is not UTF-8", () => withGuest({}, (g) => {
  equal(g.call("load_by_name", g.put(Uint8Array.of(0x66, 0xff)), 2, g.take(4)), errno["invalid-argument"]);
}));

test("by name, from a manifest, relative to it", async () => {
  writeFileSync(join(folder, "one.wasm"), artifact("classifier"));
  for (const address of [manifest({ picture: { url: "one.wasm" } }), pathToFileURL(join(folder, "graphs.json"))]) {
    await withGuest({ graphs: address }, (g) => {
      works(g, g.loadByName("picture"));
      equal(byName(g, "one"), errno["not-found"]);
    });
  }
});

test("a manifest that is none", async () => {
  const path = join(folder, "wrong.json");
  const wrongs: [string, RegExp][] = [
    ["{", /is not JSON/], ["[]", /no object graphs/], ["null", /no object graphs/], ['{"graphs": []}', /no object graphs/],
    ['{"graphs": {"a": {}}}', /gives "a" no url/], ['{"graphs": {"a": null}}', /gives "a" no url/],
    ['{"graphs": {"a": {"url": "x", "source": "12"}}}', /no SHA-256/],
  ];
  for (const [text, message] of wrongs) {
    writeFileSync(path, text);
    await rejects(createWasiNN({ graphs: path, threads: 1 }), message);
  }
  await rejects(createWasiNN({ graphs: join(folder, "missing.json"), threads: 1 }), /cannot be read/);
  await rejects(createWasiNN({ numThreads: 1 } as object), /createWasiNN has no option numThreads \(did you mean "threads"\?\)/);
});

test("graphs that cannot be loaded ahead", async () => {
  await rejects(createWasiNN({ graphs: { a: join(folder, "missing.wasm") }, threads: 2 }), /cannot be read/);
  await rejects(createWasiNN({ graphs: { a: new Uint8Array(10) }, threads: 2 }));
  await rejects(createWasiNN({ graphs: { a: classifier }, threads: 1 }));
});

test("by name, from a function", () => withGuest({ resolve: (name) => (name === "classifier" ? artifactUrl("classifier") : undefined) }, (g) => {
  works(g, g.loadByName("classifier"));
  equal(byName(g, "other"), errno["not-found"]);
}));

test("a function is asked after the map, and once for each name", async () => {
  const asked: string[] = [];
  const resolve = (name: string) => (asked.push(name), artifact("classifier"));
  await withGuest({ graphs: { classifier: artifactUrl("classifier") }, resolve }, (g) => {
    works(g, g.loadByName("classifier"));
    works(g, g.loadByName("other"));
    works(g, g.loadByName("other"));
    deepEqual(asked, ["other"]);
  });
});

test("a function that throws, or whose promise nobody can wait for", async () => {
  await withGuest({ resolve: () => { throw new Error("the disk is gone"); } }, (g) => {
    equal(byName(g, "a"), errno["runtime-error"]);
    match(messages.join(), /the disk is gone/);
  });
  for (const promise of [() => Promise.resolve(artifact("classifier")), () => Promise.reject(new Error("late"))]) {
    await withGuest({ resolve: promise }, (g) => {
      equal(byName(g, "a"), errno["unsupported-operation"]);
      match(messages.join(), /cannot wait/);
    });
  }
});

test("an artifact's bytes are an artifact, whatever encoding and target the guest claims", () => withGuest({}, (g) => {
  for (let encoding = 0; encoding < 7; encoding++) {
    for (let target = 0; target < 3; target++) {
      const graph = g.take(4);
      equal(g.call("load", g.builders(artifact("sum")), 1, encoding, target, graph), errno.success);
      equal(g.u32(graph), 3 * encoding + target);
    }
  }
}));

test("other models' bytes have no backend", () => withGuest({}, (g) => {
  // As ONNX (protobuf), OpenVINO (XML), TensorFlow Lite (flatbuffer) and GGUF begin.
  const files: [number, Uint8Array][] = [
    [1, Uint8Array.of(0x08, 0x07, 0x12, 0x07)], [0, new TextEncoder().encode("<?xml version")],
    [4, Uint8Array.of(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33)], [6, new TextEncoder().encode("GGUF")], [2, Uint8Array.of(8, 1)],
  ];
  for (const [encoding, bytes] of files) {
    equal(byBytes(g, bytes, encoding), errno["invalid-encoding"]);
    equal(byBytes(g, bytes, 5), errno["invalid-argument"]);
    equal(byBytes(g, bytes, 3), errno["invalid-argument"]);
  }
  match(messages.join("\n"), /there is no backend for onnx/);
}));

test("a WebAssembly module that is no artifact, and an artifact that is cut off", () => withGuest({}, (g) => {
  equal(byBytes(g, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), 5), errno["invalid-argument"]);
  const whole = artifact("classifier");
  for (const length of [4, 8, 100, 2000, whole.length - 1]) equal(byBytes(g, whole.subarray(0, length), 5), errno["invalid-argument"], `${length} bytes`);
}));

test("PyTorch's own file: the graph that a manifest says was compiled from it", async () => {
  writeFileSync(join(folder, "ahead.wasm"), artifact("classifier"));
  const graphs = manifest({ picture: { url: "ahead.wasm", source: digest.toUpperCase() } });
  await withGuest({ graphs }, (g) => {
    for (const encoding of [3, 5]) works(g, g.load(classifier, encoding));
    equal(byBytes(g, classifier, 1), errno["invalid-encoding"]);
    // Another file.
    equal(byBytes(g, source("sum"), 3), errno["invalid-argument"]);
    match(messages.at(-1) ?? "", /was not compiled ahead/);
  });
});

test("PyTorch's own file: a named graph that was loaded already knows what it was compiled from", async () => {
  const graphs: Graphs = { anything: artifactUrl("classifier") };
  await withGuest({ graphs }, (g) => works(g, g.load(classifier, 3)));
});

test("PyTorch's own file: compiled when it comes, and once", async () => {
  const compiled: Uint8Array[] = [];
  const compile = (model: Uint8Array) => (compiled.push(model.slice()), artifact("classifier"));
  await withGuest({ compile }, (g) => {
    works(g, g.load(classifier, 3));
    works(g, g.load(classifier, 5));
    deepEqual(compiled, [new Uint8Array(classifier)]);
  });
});

test("a compiler that fails, gives rubbish, or gives a promise that nobody can wait for", async () => {
  await withGuest({ compile: () => { throw new Error("operator unknown"); } }, (g) => {
    equal(byBytes(g, classifier, 3), errno["runtime-error"]);
    match(messages.join(), /load: runtime-error: operator unknown/);
  });
  await withGuest({ compile: () => Uint8Array.of(1, 2, 3) }, (g) => equal(byBytes(g, classifier, 3), errno["invalid-argument"]));
  for (const promise of [() => Promise.resolve(artifact("classifier")), () => Promise.reject(new Error("late"))]) {
    await withGuest({ compile: promise }, (g) => {
      const graph = g.put32(77);
      equal(g.call("load", g.builders(classifier), 1, 3, 0, graph), errno["unsupported-operation"]);
      equal(g.u32(graph), 77);
      match(messages.join(), /cannot wait/);
    });
  }
});
