// Commands that a document shows with `<!-- run -->` before them run (`npx sconce` is ours, and a script of JavaScript is run by Node), and say what the document says they do: as many lines of each
// kind may differ as numbers do, but what stands at the beginning of a line must be there. With `<!-- exact -->` it is all of the output, to the letter,
// but for what a line "…" stands for. They run in order, in a folder of their own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { blocks, documents, read, root } from "./markdown.mjs";

const models = join(root, "tests", "docs", "models");
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sconce-docs-"));
  for (const name of readdirSync(root)) {
    if (!name.startsWith(".")) symlinkSync(join(root, name), join(folder, name));
  }
  // What the Python of the documents writes.
  for (const name of readdirSync(models)) if (name.endsWith(".pt2")) copyFileSync(join(models, name), join(folder, name));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npx"), `#!/usr/bin/env bash\n[ "$1" = sconce ] || { echo "npx $1 is not for a test" >&2; exit 1; }\nexec bash "${join(root, "sconce")}" "\${@:2}"\n`, { mode: 0o755 });
  shell("./sconce compile examples/digits/digits.pt2 -o digits.wasm");
});

after(() => rmSync(folder, { recursive: true, force: true }));

function shell(command) {
  const { status, stdout, stderr, error } = spawnSync("bash", ["-euc", command], {
    cwd: folder, encoding: "utf8", timeout: 120_000, env: { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}` },
  });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${command}\nended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** A script, with the models that it loads. */
function script(text, name) {
  for (const [, model] of text.matchAll(/load\("(\w+)\.wasm"/g)) {
    if (!existsSync(join(folder, `${model}.wasm`))) shell(`./sconce compile ${model}.pt2`);
  }
  writeFileSync(join(folder, name), text);
  shell(`"${process.execPath}" ${name}`);
}

/** "$ command" and the output beneath it, as often as there are. */
function sessions(text) {
  const found = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) found.push({ command: line.slice(2), output: [] });
    else found.at(-1)?.output.push(line);
  }
  return found;
}

/** The label of a line of output, undefined where it begins with a number. */
const label = (line) => /^\s*([A-Za-z][^\s]*)/.exec(line)?.[1];

/** Output to the letter, in which a line "…" stands for any lines. */
const pattern = (lines) => new RegExp(`^${lines.map((line) => (line === "…" ? "(?:.*\\n)*" : `${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\n`)).join("")}$`);

for (const document of documents()) {
  for (const { language, text, line, mark } of blocks(document)) {
    if (mark !== "run" && mark !== "exact") continue;
    test(`${document}:${line}`, () => {
      if (language === "js") return void script(text, `${document.replace(/\W/g, "-")}-${line}.mjs`);
      assert.ok(language === "bash" || language === "console", `a block to be run is bash or console, not "${language}"`);
      if (language === "bash") return void shell(text);
      const commands = sessions(text);
      assert.ok(commands.length > 0, "no line begins with '$ '");
      for (const { command, output } of commands) {
        if (mark === "exact") {
          assert.match(shell(command), pattern(output), command);
          continue;
        }
        const labels = new Set(shell(command).split("\n").map(label));
        for (const expected of output.map(label)) {
          assert.ok(labels.has(expected) || expected === undefined, `${command}\nno line begins with "${expected}"; there are: ${[...labels].join(" ")}`);
        }
      }
    });
  }
}

const help = (...command) => shell(`./sconce ${command.join(" ")} --help`);

test("commands that documents speak of exist, with their options", () => {
  const commands = new Set([...help().matchAll(/^  ([a-z]+) .*$/gm)].map(([, name]) => name));
  const options = new Map();
  const wrong = [];
  for (const document of documents()) {
    const shown = [...read(document).matchAll(/(?:npx |\.\/|^|`|\$ )sconce ([a-z]+)\b([^`\n]*)/gm)];
    for (const [text, command, rest] of shown) {
      if (!commands.has(command)) {
        if (/^npx|^\.\//.test(text.replace(/^[`$ ]+/, ""))) wrong.push(`${document}: ${text.trim()}`);
        continue;
      }
      if (!options.has(command)) options.set(command, help(command));
      // The rest of a command, up to what a shell ends it with.
      for (const [option] of rest.replace(/[;&|#].*/, "").matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) {
        if (option !== "--help" && !new RegExp(`${option}\\b`).test(options.get(command))) wrong.push(`${document}: sconce ${command} has no ${option}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("the README's commands and their options exist", () => {
  const shown = new Set([...read("README.md").matchAll(/(?:\.\/|npx )sconce (\w+)/g)].map((match) => match[1]));
  assert.ok(shown.size >= 5);
  const help = shell("./sconce --help");
  for (const command of shown) {
    if (command !== "COMMAND") assert.match(help, new RegExp(`^  ${command} `, "m"));
  }
});

test("the README counts the operators that there are", () => {
  const claimed = [...read("README.md").matchAll(/\| ([a-z][a-z ]*) \| (\d+) /g)].map(([, family, count]) => [family, Number(count)]);
  const listed = shell("./sconce ops --markdown").split(/^## /m).slice(1).map((part) => [part.slice(0, part.indexOf("\n")), part.match(/^\| `/gm).length]);
  assert.ok(listed.length > 20);
  assert.deepEqual(Object.fromEntries(claimed), Object.fromEntries(listed), "the README's counts of operators, beside those of 'sconce ops'");
});
