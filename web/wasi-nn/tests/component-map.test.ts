// The other way to run a component: jco transpile --map 'wasi:nn/*=./wasi-nn.js#*', with a module of three lines. And what jco's types say of ours.
import { deepEqual, equal } from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Guest, type TranspileOptions, type Version, allowExtendedConstants, transpileGuest, versions } from "./component-guest.js";
import { artifactUrl, at, expectOutput, runOf } from "./fixture.js";

allowExtendedConstants();

const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
const tsc = join(dirname(typescript), "bin", "tsc");

/** The module that the package's README shows. */
const module = `import { createWasiNN } from "../../src/index.js";
const nn = await createWasiNN({ graphs: { pair: ${JSON.stringify(artifactUrl("pair").href)} } });
export const { tensor, errors, inference, graph } = nn.component;
`;

/** Ours for theirs: the code that uses a component is checked against what jco declares. */
const mapped = `import type { WasiNN } from "../../../src/index.js";
export function check({ component }: WasiNN): void {
  const tensor: typeof import("./interfaces/wasi-nn-tensor.js") = component.tensor;
  const errors: typeof import("./interfaces/wasi-nn-errors.js") = component.errors;
  const inference: typeof import("./interfaces/wasi-nn-inference.js") = component.inference;
  const graph: typeof import("./interfaces/wasi-nn-graph.js") = component.graph;
  void [tensor, errors, inference, graph];
}
`;

const instantiated = `import type { WasiNN } from "../../../src/index.js";
import type { ImportObject } from "./guest.js";
export function imports({ componentImports }: WasiNN, wasi: Omit<ImportObject, \`wasi:nn/\${string}\`>): ImportObject {
  return { ...wasi, ...componentImports };
}
// Were all of this any, nothing would be wrong.
// @ts-expect-error
export const wrong: ImportObject = { "wasi:nn/graph": 1 };
`;

for (const version of versions) {
  test(`a component for ${version} runs with its imports mapped to a module`, async () => {
    const url = await transpileGuest(version, "map", { map: { "wasi:nn/*": "./wasi-nn.js#*" } });
    writeFileSync(new URL("wasi-nn.js", url), module);
    const { driver } = (await import(url.href)) as Guest;
    const { inputs, outputs } = runOf("pair");
    const context = driver.open(driver.loadByName("pair"));
    const values = inputs.map(({ dimensions, type, data }, i) => ({ name: `${i}`, dimensions: Uint32Array.from(dimensions), ty: type ?? "", data }));
    const given = driver.run(context, values, ["difference", "product"]);
    deepEqual(given.map(({ name }) => name), ["difference", "product"]);
    given.forEach(({ data }, i) => expectOutput(data, at(outputs, i)));
    driver.close(context);
  });
}

test("jco's types take ours", async () => {
  const check = async (version: Version, way: string, options: TranspileOptions, code: string) => {
    const file = new URL("check.ts", await transpileGuest(version, way, options));
    writeFileSync(file, code);
    return fileURLToPath(file);
  };
  const files = versions.flatMap((version) => [
    check(version, "map-types", { map: { "wasi:nn/*": "./wasi-nn.js#*" } }, mapped),
    check(version, "instantiation-types", { instantiation: "async" }, instantiated),
  ]);
  const options = ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom,esnext.disposable", "--module", "nodenext", "--types", "node"];
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options, ...await Promise.all(files)]).catch((error: { stdout: string }) => error);
  equal(stdout, "");
});
