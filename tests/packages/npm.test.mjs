// npm's sconce-compiler, installed from what .ci/pack made, where there is no .NET: the command, and the functions.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { blocks } from "../docs/markdown.mjs";
import { tryCommands } from "./commands.mjs";
import { Folder, version } from "./folder.mjs";

const native = `sconce-compiler-${process.platform}-${process.arch}`;
// What the README tells a person to type: first what installs, then what compiles resnet18.pt2. Our model stands in for that one.
const [install, compile] = blocks("README.md").filter(({ language, text }) => language === "bash" && /^(npm|npx) /.test(text)).map(({ text }) => text);

const registry = spawn(process.execPath, [fileURLToPath(new URL("registry.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
const [address] = await once(registry.stdout, "data");
after(() => registry.stdin.end());

function machine(name) {
  const folder = new Folder(name, ["node", "npm", "npx", "sh"]);
  Object.assign(folder.environment, { npm_config_registry: `${address}`.trim(), npm_config_audit: "false", npm_config_fund: "false", npm_config_update_notifier: "false" });
  return folder;
}

test("npx fetches what it needs where nothing is installed", (context) => {
  const folder = machine("npx");
  context.after(() => folder.remove());
  assert.match(folder.ok("npx", "--yes", "sconce", "compile", "digits.pt2"), /^digits\.wasm +\d+ kB\n/);
  assert.match(folder.ok("npx", "--yes", "sconce-compiler", "verify", "digits.pt2"), /1 passed, 0 failed/);
  const { status, stderr } = folder.run("npx", "--yes", "sconce", "compile", "none.pt2");
  assert.equal(status, 1);
  assert.match(stderr, /^error: expected [^]*none\.pt2/m);
});

describe("npx sconce", () => {
  let folder;

  before(() => {
    folder = machine("npm");
    folder.ok("sh", "-ec", install);
  });
  after(() => folder?.remove());

  test("the README's commands install it, with this platform's tool alone, and compile", () => {
    assert.deepEqual(readdirSync(folder.at("node_modules")).filter((name) => !name.startsWith(".")), ["sconce", "sconce-compiler", native]);
    copyFileSync(folder.at("digits.pt2"), folder.at("resnet18.pt2"));
    assert.match(folder.ok("sh", "-ec", compile), /^resnet18\.wasm [^]*\ninputs\n +image /);
  });

  test("there is no .NET here", () => assert.throws(() => folder.run("dotnet", "--version"), /ENOENT/));

  tryCommands(() => folder, ["npx", "sconce"]);

  test("runs models in the Node that started it, whatever the PATH has", () => {
    const bin = folder.at("node_modules/.bin/sconce");
    const { PATH } = folder.environment;
    folder.environment.PATH = folder.at("nowhere");
    try {
      assert.match(folder.ok(process.execPath, bin, "verify", "digits.pt2"), /1 passed, 0 failed/);
    } finally {
      folder.environment.PATH = PATH;
    }
  });

  test("the runtime's own command is the same", () => {
    assert.match(folder.ok("node", "node_modules/sconce/cli/sconce.js", "verify", "digits.pt2"), /1 passed, 0 failed/);
    renameSync(folder.at("node_modules/sconce-compiler"), folder.at("away"));
    try {
      const { status, stderr } = folder.run("node", "node_modules/sconce/cli/sconce.js", "verify", "digits.pt2");
      assert.equal(status, 1);
      assert.match(stderr, /^error: the command line is the package sconce-compiler, which is not installed here\n {2}what to do: npm install/);
    } finally {
      renameSync(folder.at("away"), folder.at("node_modules/sconce-compiler"));
    }
  });

  test("gives the same as functions", () => {
    writeFileSync(folder.at("functions.mjs"), `import { compile, inspect, types, verify } from "sconce-compiler";
const message = (error) => error.message;
const aborted = new AbortController();
const stopped = compile("digits.pt2", { output: "stopped.wasm", signal: aborted.signal }).catch(message);
aborted.abort(new Error("enough"));
const path = await compile(new URL("digits.pt2", import.meta.url), { output: "with spaces/model.wasm", exact: true });
await compile("digits.pt2", { output: "split/model.wasm", split: 100_000 });
const { inputs, sizes, source, steps, multiplyAdds } = await inspect(path);
console.log(JSON.stringify({
  path, inputs, sizes, source, steps: steps.length, multiplyAdds, types: await types(path), verified: await verify(["digits.pt2", "lonely.pt2"], { threads: 2, relaxed: false }),
  stopped: await stopped, missing: await compile("none.pt2").catch(message), wrong: await inspect("digits.npz").catch(message), unverified: await verify("none.pt2").catch(message),
}));
`);
    for (const name of ["with spaces", "split"]) mkdirSync(folder.at(name));
    writeFileSync(folder.at("lonely.pt2"), readFileSync(folder.at("digits.pt2")));
    const said = JSON.parse(folder.ok("node", "functions.mjs"));
    assert.equal(said.path, "with spaces/model.wasm");
    assert.ok(readdirSync(folder.at("split/weights")).length > 3);
    const [{ name: size }] = said.sizes;
    assert.deepEqual(said.inputs, [{ name: "image", dtype: "float32", shape: [size, 1, 28, 28] }]);
    assert.deepEqual(said.sizes, [{ name: size, min: 0, max: 64 }]);
    assert.equal(said.source, "digits.pt2");
    assert.ok(said.steps > 5 && said.multiplyAdds.includes(size), said.multiplyAdds);
    assert.match(said.types, /readonly image: /);
    assert.deepEqual(said.verified.map(({ model, status }) => [model, status]), [["digits.pt2", "passed"], ["lonely.pt2", "passed"]]);
    assert.ok(said.verified[0].maxError < 1e-4 && said.verified[0].codeBytes > 1000);
    assert.match(said.verified[1].message, /no lonely\.npz beside it; compared with the reference evaluator on 3 random ones/);
    assert.equal(said.stopped, "enough");
    assert.deepEqual(readdirSync(folder.path).filter((file) => file.includes("stopped")), [], "a stopped compilation leaves nothing");
    for (const problem of [said.missing, said.unverified]) assert.match(problem, /^expected [^]*none\.pt2/);
    assert.match(said.wrong, /digits\.npz/);
  });

  test("without the platform's package the portable tool writes the same bytes, and it says which package to install", () => {
    folder.ok("npx", "sconce", "compile", "digits.pt2", "-o", "native.wasm");
    const described = folder.ok("npx", "sconce", "inspect", "digits.pt2");
    const [here, away] = [folder.at(`node_modules/${native}`), folder.at("away")];
    renameSync(here, away);
    try {
      const { status, stdout, stderr } = folder.run("npx", "sconce", "compile", "digits.pt2", "-o", "portable.wasm");
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^portable\.wasm +\d+ kB\n/);
      assert.match(stderr, new RegExp(`^note: the package ${native}, .* is not installed[^]*what to do: npm install ${native}@${version.replaceAll(".", "\\.")}\n  meanwhile the portable tool does it`));
      assert.ok(readFileSync(folder.at("portable.wasm")).equals(readFileSync(folder.at("native.wasm"))), "the same bytes");
      assert.equal(folder.ok("npx", "sconce", "inspect", "digits.pt2"), described);
      folder.ok("npx", "sconce", "new", "portable-page", "--template", "next", "--model", "digits.pt2");
      assert.ok(readFileSync(folder.at("portable-page/app/model.wasm")).equals(readFileSync(folder.at("native.wasm"))), "a project with them");
      const missing = folder.run("npx", "sconce", "compile", "none.pt2");
      assert.equal(missing.status, 1);
      assert.match(missing.stderr, /\nerror: expected a PyTorch model \(\.pt2 or \.pt\), but got nothing there\n {2}where: none\.pt2\n/);
      const verify = folder.run("npx", "sconce", "verify", "digits.pt2");
      assert.equal(verify.status, 1);
      assert.match(verify.stderr + verify.stdout, /'verify' needs processes, threads or sockets, which the portable tool does not have/);
      assert.deepEqual(readdirSync(folder.path).filter((file) => file.includes(".part")), [], "nothing is left aside");
    } finally {
      renameSync(away, here);
    }
  });
});
