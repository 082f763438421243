// The guests of examples/wasi-nn, built from source, say of each picture what PyTorch says. Where a toolchain is missing, its guest is left out,
// and the runner's output says which and why.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { runGuest, textOf } from "sconce-wasi-nn/guest";
import { folderFor, root, sconce } from "./tool.mjs";

const examples = join(root, "examples/wasi-nn");
const pictures = Object.entries(JSON.parse(readFileSync(join(examples, "pictures.json"), "utf8")));
const model = join(root, "examples/digits/digits.pt2");
const missingToolchain = 3;
/** Half of the last digit that is printed, and what a guest's f32 is off. */
const tolerance = 0.0006;

const lacking = new Map();
const guests = ["rust", "c", "assemblyscript"];

before(() => {
  for (const language of guests) {
    const { status, stdout, stderr } = spawnSync(join(examples, "build"), [language], { encoding: "utf8", timeout: 300_000 });
    if (status === missingToolchain) lacking.set(language, stderr.trim());
    else assert.equal(status, 0, stdout + stderr);
  }
});

function checkAnswer(stdout, { digit, probabilities }) {
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.at(-1), `this is a ${digit}`);
  assert.equal(lines.length, probabilities.length + 1);
  probabilities.forEach((expected, index) => {
    const [label, value, bar = ""] = lines[index].split(" ");
    assert.equal(label, String(index));
    assert.ok(Math.abs(Number(value) - expected) <= tolerance, `${lines[index]}: PyTorch says ${expected}`);
    assert.match(bar, new RegExp(`^#{${Math.round(40 * Number(value))}}$`));
  });
}

for (const language of guests) {
  const wasm = join(examples, "dist", `${language}.wasm`);
  const leftOut = (t) => {
    if (lacking.has(language)) t.skip(lacking.get(language));
    return lacking.has(language);
  };
  const run = (...args) => sconce(["wasi", wasm, "--dir", `${examples}::.`, ...args]);

  for (const [index, [picture, expected]] of pictures.entries()) {
    const options = [["--threads", "1"], ["--threads", "2", "--no-relaxed"], []][index % 3];
    test(`${language}: ${picture}, with a model by name ${options.join(" ")}`, (t) => {
      if (leftOut(t)) return;
      const { status, stdout, stderr } = run("--graph", `digits=${model}`, ...options, picture);
      assert.equal(status, 0, stderr);
      assert.equal(stderr, "");
      checkAnswer(stdout, expected);
    });
  }

  test(`${language}: a file that the guest reads itself, compiled and not`, (t) => {
    if (leftOut(t)) return;
    const folder = folderFor(t);
    const [picture, expected] = pictures[0];
    copyFileSync(join(examples, picture), join(folder, picture));
    copyFileSync(model, join(folder, "source.pt2"));
    assert.equal(sconce(["compile", model, "-o", join(folder, "compiled.wasm")]).status, 0);
    for (const file of ["compiled.wasm", "source.pt2"]) {
      const { status, stdout, stderr } = sconce(["wasi", wasm, "--dir", `${folder}::.`, picture, file]);
      assert.equal(status, 0, stderr);
      checkAnswer(stdout, expected);
    }
  });

  test(`${language}: with the WASI that pages have`, async (t) => {
    if (leftOut(t)) return;
    const folder = folderFor(t);
    assert.equal(sconce(["compile", model, "-o", join(folder, "digits.wasm")]).status, 0);
    const [picture, expected] = pictures[1];
    let said = "";
    const { exitCode } = await runGuest(readFileSync(wasm), {
      graphs: { digits: join(folder, "digits.wasm") },
      threads: 1,
      args: [picture],
      files: new Map([[picture, readFileSync(join(examples, picture))]]),
      stdout: textOf((text) => (said += text)),
    });
    assert.equal(exitCode, 0);
    checkAnswer(said, expected);
  });

  test(`${language}: what is wrong is said`, (t) => {
    if (leftOut(t)) return;
    const nothing = run("seven.pgm", "nothing");
    assert.equal(nothing.status, 1);
    assert.match(nothing.stderr, /^nothing is neither a graph of the host's \(error 8\) nor a file\nwasi-nn: load_by_name: there is no graph "nothing"/);

    const noModel = run("seven.pgm", "pictures.json");
    assert.equal(noModel.status, 1);
    assert.match(noModel.stderr, /pictures\.json.*: error 1\n/);
    assert.match(noModel.stderr, /wasi-nn: load: the bytes are neither a compiled model nor a file of PyTorch's \(errno 1, invalid-argument\)/);

    const noPicture = run("pictures.json");
    assert.equal(noPicture.status, 1);
    assert.match(noPicture.stderr, /no PGM picture/);
  });
}

test("a name that is no guest is refused", () => {
  const { status, stderr } = spawnSync(join(examples, "build"), ["cobol"], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stderr, /expected rust, c or assemblyscript, but got cobol/);
});

test("a missing toolchain is named, with what to do", (t) => {
  const path = folderFor(t);
  for (const tool of ["dirname", "readlink", "mkdir"]) symlinkSync(spawnSync("which", [tool], { encoding: "utf8" }).stdout.trim(), join(path, tool));
  const { status, stderr } = spawnSync("/bin/bash", [join(examples, "build")], { encoding: "utf8", env: { PATH: path } });
  assert.equal(status, missingToolchain, stderr);
  assert.match(stderr, /no Rust for WASI: rustup .*\n.*no C for WASI: .*WASI_SDK_PATH.*\n.*no npm/);
});
