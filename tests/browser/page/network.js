// Runs in the browser, on a page of the server that misbehaves: models that are large, split, cut off, damaged and kept.
import { load } from "../runtime/index.js";
import { clearCache, listCaches } from "../runtime/cache.js";
import { check, failure, finish, later, same, test } from "./harness.js";

const { results, ...facts } = await (await fetch("../good/facts.json")).json();
const parameters = new URLSearchParams(location.search);
const tensors = { x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } };
const expected = tensors.x.data.map((value, i) => value * facts.weights[i] + facts.bias[i]);
const pieceBytes = 4 << 20;

const control = async (command) => (await fetch(`../control/${command}`)).json();
/** What was asked of the server since it forgot, for models by their names. */
const asked = async (what) => (await control("asked")).filter(({ path, method }) => method === "GET" && path.includes(what));
const sent = async (what) => (await asked(what)).reduce((sum, { sent }) => sum + sent, 0);
const at = (manner, name) => `../${manner}/${name}`;

/** Loads and runs a model; gives its report, with the last progress. */
async function runs(address, options) {
  let progress;
  const model = await load(address, { threads: 1, onProgress: (now) => (progress = now), ...options });
  same((await model.run(tensors)).y.data, expected, "y");
  const report = model.report();
  model.dispose();
  return { ...report, progress };
}

const secure = globalThis.isSecureContext;

/** A visit that ends while the models are on their way: the next one begins where it was. */
async function visitThatIsKilled() {
  await control("forget");
  await Promise.all(["whole.wasm", "split.wasm"].map((name) => new Promise((resolve, reject) => {
    load(at("slow", name), { threads: 1, cache: "killed", onProgress: ({ loaded }) => loaded > 2.2 * pieceBytes && resolve() }).catch(reject);
  })));
  // What the browser has been given to keep is kept only when it says so, which a busy machine puts off.
  const killed = await caches.open("sconce:killed");
  for (;;) {
    const pieces = (await killed.keys()).map(({ url }) => url).filter((url) => /\/\d+$/.test(url));
    const ofShards = pieces.filter((url) => url.includes("sha256/")).length;
    if (pieces.length - ofShards >= 2 && ofShards >= 8) break;
    await later(20);
  }
  parameters.set("phase", "rest");
  location.search = parameters;
  await new Promise(() => {});
}

if (secure && parameters.get("phase") !== "rest") await visitThatIsKilled();

for (const name of ["whole.wasm", "split.wasm"]) {
  for (const manner of ["good", "cutting", "cutting-whole", "gzip", "gzip-cutting", "busy", "slow", "chunked"]) {
    test(`${name} from a server that is ${manner}`, async () => {
      const { progress, cache } = await runs(at(manner, `small-${name}`));
      const total = facts[`small-${name}`];
      same(progress, { loaded: total, total }, "the last progress");
      check(cache === undefined, "a cache that nobody asked for");
    });
  }
}

test("a byte that was changed is found, and what stays damaged is named", async () => {
  await runs(at("flipping", "small-split.wasm"));
  const { code, message } = await failure(load(at("damaged", "small-split.wasm")));
  same(code, "artifact", "code");
  check(/: the file of weights weights\/[0-9a-f]{64}\.bin is damaged: it has bytes whose SHA-256 is [0-9a-f]{64}, also when fetched anew/.test(message), message);
});

test("a shard that is not there is named", async () => {
  check(/weights\/\w+\.bin cannot be fetched: the server answers 404/.test((await failure(load(at("gone", "small-split.wasm")))).message), "404 is not named");
});

test("an abort stops it", async () => {
  const controller = new AbortController();
  const loading = failure(load(at("slow", "split.wasm"), { signal: controller.signal, onProgress: ({ loaded }) => loaded > 1e6 && controller.abort() }));
  same((await loading).name, "AbortError", "the error");
  await later(300);
  await control("forget");
  await later(300);
  same(await sent("weights"), 0, "bytes that were sent afterwards");
});

test("a file is checked before it runs", async () => {
  await runs(at("good", "small-whole.wasm"), { integrity: facts.integrity });
  const { message } = await failure(load(at("good", "small-split.wasm"), { integrity: facts.integrity }));
  check(/the file is not the one that integrity names: expected sha256-\S+=, got sha256-\S+=/.test(message), message);
});

if (!secure) {
  test("nothing can be kept on plain http: the model runs, and says so", async () => {
    const { cache } = await runs(at("good", "small-split.wasm"), { cache: true });
    same(cache.kept, false, "kept");
    check(/there is no Cache API here: browsers have it on https and on localhost/.test(cache.reason), cache.reason);
    same(await listCaches(), [], "caches");
  });
} else {
  for (const name of ["whole.wasm", "split.wasm"]) {
    test(`a visit that was killed is continued: ${name}`, async () => {
      await control("forget");
      const { cache, progress } = await runs(at("slow", name), { cache: "killed" });
      same(progress, { loaded: facts[name], total: facts[name] }, "the last progress");
      same([cache.kept, cache.reason], [true, undefined], "kept");
      check(cache.fetched < facts[name] - 2 * pieceBytes + 1e6, `${cache.fetched} bytes of ${facts[name]} were fetched`);
      if (name === "whole.wasm") check((await asked(name)).every(({ from }) => from >= 2 * pieceBytes && from % pieceBytes === 0), "it began from the beginning");
    });

    test(`the second visit needs no network: ${name}`, async () => {
      const first = await runs(at("good", name), { cache: true });
      same([first.cache.kept, first.cache.reason, first.cache.fetched > 0], [true, undefined, true], "the first");
      await control("forget");
      await control("down");
      try {
        check(/cannot be fetched/.test((await failure(load(at("good", `small-${name}`)))).message), "the server still serves");
        await control("forget");
        const second = await runs(at("good", name), { cache: true });
        same(second.cache, { kept: true, fetched: 0, reason: undefined }, "the second");
        same(second.progress, { loaded: facts[name], total: facts[name] }, "the last progress");
        same(await asked(""), [], "what was asked of the server");
      } finally {
        await control("up");
      }
    });
  }

  test("a model that was trained anew costs what is new, and the version before goes", async () => {
    await control("forget");
    const { cache } = await runs(at("good", "tuned.wasm"), { cache: true });
    same(cache.fetched, facts.tuned, "bytes fetched");
  });

  test("a newer version is seen while the old one runs, and comes at the next visit", async () => {
    await runs(at("good", "small-whole.wasm"), { cache: "versions" });
    await control("deploy");
    same((await runs(at("good", "small-whole.wasm"), { cache: "versions" })).cache.fetched, 0, "fetched with the old version at hand");
    const isStale = async () => (await listCaches()).find(({ name }) => name === "versions").models[0].stale;
    for (let i = 0; i < 600 && !await isStale(); i++) await later(100);
    check(await isStale(), "the new version was not seen");
    // Offline the old one still serves.
    await control("down");
    await runs(at("good", "small-whole.wasm"), { cache: "versions" });
    await control("up");
    same((await runs(at("good", "small-whole.wasm"), { cache: "versions" })).cache.fetched, facts["small-whole.wasm"], "fetched of the new version");
    same((await runs(at("good", "small-whole.wasm"), { cache: "versions" })).cache.fetched, 0, "fetched afterwards");
    const [{ models: [model, ...others] }] = (await listCaches()).filter(({ name }) => name === "versions");
    same([model.bytes, model.stale, others.length], [facts["small-whole.wasm"], false, 0], "what is kept");
    same((await (await caches.open("sconce:versions")).keys()).length, 2, "an entry and a piece");
  });

  test("what is kept is listed and cleared", async () => {
    const list = await listCaches();
    same(list.map(({ name }) => name).sort(), ["default", "killed", "versions"], "names");
    const { bytes, models } = list.find(({ name }) => name === "default");
    same(models.map(({ url }) => url.replace(/.*\//, "")).sort(), ["split.wasm", "tuned.wasm", "whole.wasm"], "models");
    same(bytes, facts["whole.wasm"] + facts["split.wasm"] + facts.tuned, "bytes");
    await clearCache("versions");
    same((await failure(clearCache("versions"))).message, 'there is no cache "versions": listCaches tells which there are', "the message");
    await clearCache();
    same(await listCaches(), [], "caches");
    check((await runs(at("good", "small-split.wasm"), { cache: true })).cache.fetched > 0, "it was still there");
  });

  test("storage that is full is told of with what was asked and what there is, and the model runs", async () => {
    const { put } = Cache.prototype;
    const { warn } = console;
    const said = [];
    console.warn = (text) => said.push(text);
    let puts = 0;
    Cache.prototype.put = function (...parameters) {
      if (++puts > 3) throw new DOMException("no room", "QuotaExceededError");
      return put.apply(this, parameters);
    };
    try {
      for (const name of ["whole.wasm", "split.wasm"]) {
        puts = 0;
        const { cache } = await runs(at("good", name), { cache: "full" });
        same(cache.kept, false, "kept");
        check(/^the browser does not keep another \d+\.\d MiB(: this origin has \d+\.\d MiB of storage, of which \d+\.\d MiB are taken)? \(.*no room\); clearCache\(\) makes room$/.test(cache.reason), cache.reason);
      }
    } finally {
      Cache.prototype.put = put;
      console.warn = warn;
    }
    same(said.length, 2, "messages on the console");
    same((await runs(at("good", "whole.wasm"), { cache: "full" })).cache.kept, true, "kept when there is room again");
  });
}

await finish({ secure }, results.replace("RUN", parameters.get("run")));
