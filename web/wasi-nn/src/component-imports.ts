import type { NNComponent } from "./component.js";

const interfaces = ["tensor", "errors", "inference", "graph"] as const;

/** The versions of `wasi:nn` that guests are written against. */
const versions = ["0.2.0-rc-2024-06-25", "0.2.0-rc-2024-08-19", "0.2.0-rc-2024-10-28"] as const;

type Interface = (typeof interfaces)[number];

/**
 * The interfaces by the names in a component's import object. The code that jco writes asks for `wasi:nn/graph`, its types for
 * `wasi:nn/graph@0.2.0-rc-2024-10-28`: both are there.
 */
export type NNComponentImports = { readonly [I in Interface as `wasi:nn/${I}` | `wasi:nn/${I}@${(typeof versions)[number]}`]: NNComponent[I] };

export function importsOf(component: NNComponent): NNComponentImports {
  const names = (name: Interface) => [`wasi:nn/${name}`, ...versions.map((version) => `wasi:nn/${name}@${version}`)];
  return Object.fromEntries(interfaces.flatMap((name) => names(name).map((key) => [key, component[name]]))) as NNComponentImports;
}
