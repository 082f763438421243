// Components of WASI-NN in real browsers, in a worker and on a page that can suspend them: the same files of jco's that the package's own tests run in Node, and a bundled one.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const nn = new URL("web/wasi-nn/", root);
let server;

before(async () => {
  const run = (...command) => execFileSync(process.execPath, command, { cwd: fileURLToPath(nn), stdio: ["ignore", "ignore", "inherit"] });
  run(fileURLToPath(new URL("node_modules/typescript/bin/tsc", root)), "-p", "tests/tsconfig.json");
  run("tests/compile-graphs.mjs");
  const { transpileGuest, versions } = await import(new URL("obj/tests/component-guest.js", nn));
  for (const version of versions) {
    await transpileGuest(version, "instantiation", { instantiation: "async" });
    await transpileGuest(version, "suspended", { instantiation: "async", asyncMode: "jspi", ...waiting(`0.2.0-rc-${version}`) });
  }
  const mapped = await transpileGuest("2024-10-28", "browser", { map: { "wasi:nn/*": "./wasi-nn.js#*" }, nodejsCompat: false });
  const files = new Map([
    ["models/pair.wasm", readFileSync(new URL("obj/graphs/pair.wasm", nn))],
    ["models/pair.json", readFileSync(new URL("tests/graphs/pair.json", nn))],
    ...await bundle(mapped),
  ]);
  server = await startServer({ folders: { page: new URL("page/", import.meta.url), component: new URL("obj/component/", nn) }, files });
});

/** What a component waits for on a page, and the exports in which it does. */
function waiting(version) {
  return {
    asyncImports: [`wasi:nn/graph@${version}#load`, `wasi:nn/graph@${version}#load-by-name`, `wasi:nn/inference@${version}#[method]graph-execution-context.compute`],
    asyncExports: ["load", "load-by-name", "run"].map((name) => `sconce:guest/driver#${name}`),
  };
}

after(() => server?.close());

/** Workers as esbuild bundles them: one that instantiates a component, and one in which a component has its imports mapped. */
async function bundle(mapped) {
  writeFileSync(new URL("wasi-nn.js", mapped), `import { createWasiNN } from "sconce-wasi-nn";
export const nn = await createWasiNN({ graphs: { pair: "../models/pair.wasm" } });
export const { tensor, errors, inference, graph } = nn.component;
`);
  const page = (name) => fileURLToPath(new URL(`page/${name}.js`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: {
      instantiating: page("component-instantiating"), mapped: page("component-mapped"), suspended: page("component-suspended"),
      "nn-worker": "sconce-wasi-nn/worker", worker: "sconce/worker",
    },
    alias: { "mapped-guest": fileURLToPath(mapped), "mapped-wasi-nn": fileURLToPath(new URL("wasi-nn.js", mapped)) },
    bundle: true, format: "esm", outdir: "bundle", write: false, logLevel: "warning",
  });
  const folder = new URL(".", mapped);
  const cores = readdirSync(folder).filter((file) => file.endsWith(".wasm")).map((file) => [file, readFileSync(new URL(file, folder))]);
  return [...outputFiles.map(({ path, contents }) => [basename(path), contents]), ...cores].map(([name, contents]) => [`component-bundle/${name}`, contents]);
}

const { found, missing } = findBrowsers();
for (const name of missing) test(`component, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  for (const mode of ["strict", "plain"]) test(`component, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "component" }));
}
