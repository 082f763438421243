// The folders of the sources know each other one way only, and no two files know each other. The files beside the folders, which users import, stand above all of them.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { posix } from "node:path";
import { test } from "node:test";

/** From the bottom up; docs/architecture.md shows this table. */
const allowed: readonly (readonly [folder: string, knows: readonly string[]])[] = [
  ["shared", []],
  ["artifact", ["shared"]],
  ["loading", ["shared", "artifact"]],
  ["graph", ["shared", "artifact", "loading"]],
  ["worker", ["shared", "artifact", "loading", "graph"]],
  ["page", ["shared", "artifact", "loading", "graph", "worker"]],
  ["tensor", ["shared"]],
  ["image", ["shared", "tensor"]],
  ["audio", ["shared", "tensor"]],
];

const root = new URL("../../", import.meta.url);
const files = (await readdir(new URL("src/", root), { recursive: true })).map((file) => file.replaceAll("\\", "/")).filter((file) => file.endsWith(".ts"));
const imports = new Map(await Promise.all(files.map(async (file) => {
  const code = await readFile(new URL(`src/${file}`, root), "utf8");
  const found = [...code.matchAll(/\b(?:from|import\() ?"(\.[^"]+)\.js"/g)].map(([, path = ""]) => `${posix.join(posix.dirname(file), path)}.ts`);
  return [file, found] as const;
})));
const folderOf = (file: string) => (file.includes("/") ? posix.dirname(file) : undefined);

test("each folder knows only those below it", () => {
  assert.deepEqual([...new Set(files.map(folderOf))].filter((folder) => folder !== undefined).sort(), allowed.map(([folder]) => folder).sort());
  allowed.forEach(([, knows], place) => assert.ok(knows.every((name) => allowed.slice(0, place).some(([folder]) => folder === name))));
  const table = new Map(allowed);
  const strays = [...imports].flatMap(([file, found]) => found
    .filter((other) => folderOf(file) !== undefined && folderOf(other) !== folderOf(file) && table.get(folderOf(file) ?? "")?.includes(folderOf(other) ?? "") !== true)
    .map((other) => `${file} knows ${other}`));
  assert.deepEqual(strays, []);
});

test("no file knows itself by way of others", () => {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    assert.ok(!way.includes(file), [...way, file].join(" -> "));
    if (done.has(file)) return;
    for (const other of imports.get(file) ?? assert.fail(`${way.at(-1)} imports ${file}, which is not there`)) visit(other, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test("the architecture page shows the same table", async () => {
  const page = await readFile(new URL("../../docs/architecture.md", root), "utf8");
  assert.ok(page.includes(allowed.map(([folder, knows]) => `| ${folder} | ${knows.join(", ")} |\n`).join("")));
});
