// Every command of an installed sconce, each with what shows that it worked. Whoever packs the tool tries it by this.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { version } from "./folder.mjs";

/** @param folder gives the folder, when the tests run; @param command how sconce is started there */
export function tryCommands(folder, command) {
  const sconce = (...args) => folder().ok(...command, ...args);

  test("says its version", () => assert.equal(sconce("--version").trim(), version));

  test("compiles, and runs the artifact", () => {
    assert.match(sconce("compile", "digits.pt2"), /^digits\.wasm +\d+ kB\n[^]*parameters +117 k/);
    const ran = sconce("run", "digits.wasm", "--input", "digits.npz", "--output", "answer.npz", "--threads", "2");
    assert.match(ran, /^probabilities +float32 +\[7, 10\] /m);
    assert.ok(existsSync(folder().at("answer.npz")));
  });

  test("makes projects, with its own sample and with a model", () => {
    assert.match(sconce("new", "page", "--template", "vanilla"), /^page +vanilla\n +model +model\.wasm, [^]*\n {2}cd page\n {2}npm install\n {2}npm run dev\n$/);
    assert.match(sconce("new", "other", "--template", "vite-react", "--model", "digits.pt2"), /takes +image, a picture of 28 x 28/);
    assert.ok(readFileSync(folder().at("page/model.wasm")).equals(readFileSync(folder().at("other/src/model.wasm"))), "the same model");
    assert.equal(JSON.parse(readFileSync(folder().at("other/package.json"))).dependencies.sconce, version);
    const { status, stderr } = folder().run(...command, "new", "page", "--template", "next");
    assert.equal(status, 1);
    assert.match(stderr, /^error: expected a folder to make, or an empty one, but got one with files in it\n/);
  });

  test("verifies", () => assert.match(sconce("verify", "digits.pt2"), /^passed[^]*1 passed, 0 failed/));

  test("inspects, and writes types", () => {
    assert.match(sconce("inspect", "digits.pt2"), /^ +image +float32 +\[\w+, 1, 28, 28\]/m);
    assert.match(sconce("types", "digits.pt2"), /readonly image: /);
  });

  test("measures", () => assert.match(sconce("bench", "digits.pt2", "--rounds", "3"), /^run +[\d.]+ ms/m));

  test("lists operators", () => assert.match(sconce("ops", "prelu"), /aten::_prelu_kernel/));

  test("runs a guest of WASI-NN", () => {
    const said = sconce("wasi", "digits-guest.wasm", "--graph", "digits=digits.pt2", "--dir", ".", "four.pgm");
    assert.match(said, /^this is a 4$/m);
  });

  test("shows the demo", () => assert.match(sconce("demo", "--no-serve"), /^20 of 20 handwritten digits right/m));

  for (const [page, parts] of [["demo", ["digits.wasm", "main.js", "runtime/worker.js"]], ["playground", ["digits.wasm", "main.js", "sample/digits-guest.wasm"]]]) {
    test(`serves the page of ${page}`, async () => {
      const child = folder().start(...command, page);
      try {
        const address = await announced(child);
        assert.match(await (await fetch(address)).text(), /<script/);
        for (const part of parts) assert.equal((await fetch(new URL(part, address))).status, 200, part);
      } finally {
        const ended = new Promise((resolve) => child.once("close", resolve));
        process.kill(-child.pid, "SIGINT");
        await ended;
      }
    });
  }

  test("says what is wrong, and ends with 1", () => {
    const { status, stderr } = folder().run(...command, "compile", "none.pt2");
    assert.equal(status, 1);
    assert.match(stderr, /^error: [^]*none\.pt2/);
  });
}

/** The address that a server prints when it is there. */
function announced(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => {
      said += part;
      const [address] = /http:\/\/\S+/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once("close", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
}

