// The reference of the npm packages' modules, from their types, by TypeDoc: one page for each module.
import { Application, TSConfigReader } from "typedoc";
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
    sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
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
}
