// What pages say of errors, of hosts and of speed is what the sources and the results say.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocks, read, root } from "./markdown.mjs";

const sources = (folder) => readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(root, folder, name), "utf8")).join("\n");

const codes = [...readFileSync(join(root, "web/runtime/src/shared/errors.ts"), "utf8").split("export class")[0].matchAll(/^ +\| "(\w+)"/gm)].map(([, code]) => code);

/** The part of a page beneath a heading. */
function section(page, heading) {
  const [, text] = new RegExp(`^#+ ${heading}\\n([^]*?)(?=^#|(?![^]))`, "m").exec(read(page)) ?? [];
  assert.ok(text !== undefined, `${page} has no heading "${heading}"`);
  return text;
}

test("each code of an error has its entry", () => {
  assert.ok(codes.length >= 7, `${codes}`);
  for (const code of codes) assert.ok(section("docs/troubleshooting.md", code).length > 80, code);
  const listed = [...read("docs/troubleshooting.md").split("## By code")[1].split("## By symptom")[0].matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(listed.toSorted(), codes.toSorted(), "no entry is of a code that there is not");
});

test("messages that pages quote are the runtime's", () => {
  const said = sources("web/runtime/src");
  const quoted = [
    ...codes.flatMap((code) => section("docs/troubleshooting.md", code).split("\n").filter((line) => line.startsWith("- ")).flatMap((line) => [...line.split(": ")[0].matchAll(/`([^`]*)`/g)].map(([, text]) => text))),
    ...[...section("docs/threads.md", "Why are there no threads\\?").matchAll(/^\| `([^`]*)` \|/gm)].map(([, text]) => text).filter((text) => text !== "threads.reason"),
  ];
  assert.ok(quoted.length > 20);
  // "…" stands for what a message is filled in with.
  const parts = quoted.flatMap((text) => text.split("…").map((piece) => piece.trim()).filter((piece) => piece.length > 2));
  assert.deepEqual(parts.filter((part) => !said.includes(part)), []);
});

test("each host's configuration has both headers", () => {
  const hosts = blocks("docs/deploy.md").filter(({ mark }) => mark === "host");
  assert.ok(hosts.length >= 12, `${hosts.length}`);
  for (const { text, language, line } of hosts) {
    for (const [header, value] of [["cross-origin-opener-policy", "same-origin"], ["cross-origin-embedder-policy", "require-corp"]]) {
      const at = text.toLowerCase().indexOf(header);
      assert.ok(at >= 0 && text.slice(at, at + 80).includes(value), `docs/deploy.md:${line}: ${header}`);
    }
    if (language === "json") JSON.parse(text);
    if (language === "yaml") assert.ok(!text.includes("\t"), `docs/deploy.md:${line}: YAML has no tabs`);
  }
});

test("the comparison's figures are those of the bench", () => {
  const { models, runtime } = JSON.parse(readFileSync(join(root, "bench/results/chromium-1.json"), "utf8"));
  const rows = [...section("docs/comparison.md", "How fast").matchAll(/^\| ([A-Z].*?) \| ([\d.]+) \| ([\d.]+) \|$/gm)];
  assert.equal(rows.length, models.length);
  const ratios = models.map(({ engines }) => [engines["onnxruntime-web"].ratio.toFixed(2), engines["native PyTorch"].ratio.toFixed(2)]);
  assert.deepEqual(rows.map(([, , web, native]) => [web, native]), ratios);
  assert.match(read("docs/comparison.md"), new RegExp(`processor \\| ${Math.round(runtime["onnxruntime-web"].gzip / 1000).toLocaleString("en")} `));
  const [, loader] = /a loader of (\d+) kB/.exec(read("README.md"));
  assert.match(read("docs/comparison.md"), new RegExp(`loader and its worker \\| ${loader} `));
  assert.match(read("docs/deploy.md"), new RegExp(`with its worker \\| ${loader} kB`));
  assert.match(read("docs/start.md"), new RegExp(`first one, ${loader} kB`));
});
