// The reference of the npm packages' modules, from their types, by TypeDoc: one page for each module.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Application, TSConfigReader } from "typedoc";
import { slug } from "./markdown.mjs";
import { root } from "./pages.mjs";

/** Modules by the names that they are imported by. */
const modules = {
  "sconce": "web/runtime/src/index.ts",
  "sconce/core": "web/runtime/src/core.ts",
  "sconce/cache": "web/runtime/src/cache.ts",
  "sconce/tensor": "web/runtime/src/tensor.ts",
  "sconce/image": "web/runtime/src/image.ts",
  "sconce/audio": "web/runtime/src/audio.ts",
  "sconce-compiler": "web/compiler/src/index.ts",
  "sconce-compiler/browser": "web/compiler/src/browser/index.ts",
  "vite-plugin-sconce": "web/vite-plugin/src/index.ts",
  "sconce-wasi-nn": "web/wasi-nn/src/index.ts",
  "sconce-wasi-nn/guest": "web/wasi-nn/src/guest.ts",
  "sconce-wasi-nn/node": "web/wasi-nn/src/node.ts",
};

export async function writeApi(folder, repository) {
  const application = await Application.bootstrapWithPlugins({
    entryPoints: Object.values(modules).map((file) => `${root}${file}`),
    tsconfig: `${root}site/tsconfig.json`,
    plugin: ["typedoc-plugin-markdown"],
    out: folder,
    router: "module",
    readme: "none",
    name: "API",
    logLevel: "Warn",
    skipErrorChecking: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    disableGit: true,
    gitRevision: "main",
    // Paths are from the folder that all modules have in common.
    sourceLinkTemplate: `${repository}/blob/main/web/{path}#L{line}`,
    basePath: root,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    entryFileName: "index",
    parametersFormat: "table",
    propertiesFormat: "table",
    interfacePropertiesFormat: "table",
    enumMembersFormat: "table",
    validation: { notExported: false },
  }, [new TSConfigReader()]);
  const project = await application.convert();
  if (project === undefined) throw new Error("TypeDoc made nothing of the packages' types");
  const names = Object.entries(modules);
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fileName ?? "";
    const known = names.find(([, path]) => path === file || path.endsWith(file));
    if (known === undefined) throw new Error(`no module is made of ${file}`);
    module.name = known[0];
  }
  await application.generateOutputs(project);
  if (application.logger.hasErrors()) throw new Error("TypeDoc found errors");
  mendLinks(folder);
}

/** TypeDoc counts names that are written into tables too; a link to the second of a name is then to a heading that is the first one. */
function mendLinks(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".md"));
  const headings = new Map(files.map((name) => [join(folder, name), headingSlugs(readFileSync(join(folder, name), "utf8"))]));
  for (const [path] of headings) {
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/\]\(([^)#\s]*)#([^)\s]+?)-(\d+)\)/g, (whole, file, name, number) => {
      const there = headings.get(file === "" ? path : join(dirname(path), file));
      return there !== undefined && !there.has(`${name}-${number}`) && there.has(name) ? `](${file}#${name})` : whole;
    }));
  }
}

function headingSlugs(text) {
  const slugs = new Set();
  for (const [, heading] of text.matchAll(/^#+ (.*)$/gm)) {
    const name = slug(heading.replace(/\\/g, ""));
    let unique = name;
    for (let number = 1; slugs.has(unique); number++) unique = `${name}-${number}`;
    slugs.add(unique);
  }
  return slugs;
}
