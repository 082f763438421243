import type { Awaitable } from "../awaitable.js";
import { NNError } from "../errors.js";

/** A compiled model's file. A string is a URL, relative to the page or worker; in Node it may be a path. */
export type GraphSource = string | URL | Uint8Array | ArrayBuffer | Blob | Response;

/** Finds a graph that is not known yet by its name. */
export type Resolve = (name: string) => GraphSource | undefined | Promise<GraphSource | undefined>;

/**
 * Graphs by name: a map, whose files are loaded before the guest runs; or a URL with `{name}` in it; or the URL of a manifest. The two latter
 * are fetched when a guest asks for them.
 */
export type Graphs = Readonly<Record<string, GraphSource>> | string | URL;

/** The JSON of a manifest of graphs. Addresses are relative to it. */
export interface GraphManifest {
  readonly graphs: Readonly<Record<string, GraphEntry>>;
}

export interface GraphEntry {
  readonly url: string;
  /** SHA-256 of the PyTorch file from which it was compiled, in hexadecimal: a guest that loads that file's bytes gets this graph. */
  readonly source?: string;
}

/** All that a host knows of its graphs before a guest asks. */
export interface Catalogue {
  /** To be loaded before the guest runs. */
  readonly ahead: ReadonlyMap<string, GraphSource>;
  /** Names by the digests of what they were compiled from. */
  readonly digests: ReadonlyMap<string, string>;
  find(name: string): Awaitable<GraphSource | undefined>;
}

const placeholder = "{name}";

export async function openCatalogue(graphs: Graphs | undefined, resolve: Resolve | undefined): Promise<Catalogue> {
  const find = (name: string) => resolve?.(name);
  if (graphs === undefined) return { ahead: new Map(), digests: new Map(), find };
  if (typeof graphs !== "string" && !(graphs instanceof URL)) return { ahead: new Map(Object.entries(graphs)), digests: new Map(), find };
  const address = decodeURI(String(graphs));
  if (address.includes(placeholder)) {
    // A name that would lead elsewhere is none.
    const safe = (name: string) => name.length > 0 && !/[/\\]|^\.+$/.test(name);
    return { ahead: new Map(), digests: new Map(), find: (name) => (safe(name) ? address.replaceAll(placeholder, encodeURIComponent(name)) : find(name)) };
  }
  const { entries, base } = await fetchManifest(graphs);
  const digests = new Map<string, string>();
  for (const [name, { source }] of entries) if (source !== undefined) digests.set(source.toLowerCase(), name);
  const known = new Map(entries.map(([name, { url }]) => [name, new URL(url, base)]));
  return { ahead: new Map(), digests, find: (name) => known.get(name) ?? find(name) };
}

async function fetchManifest(address: string | URL): Promise<{ entries: [string, GraphEntry][]; base: URL }> {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  const page = document?.baseURI ?? location?.href;
  const base = page === undefined ? process.getBuiltinModule("node:url").pathToFileURL(String(address)) : new URL(address, page);
  const url = address instanceof URL || /^[a-z]+:/i.test(String(address)) ? new URL(address) : base;
  let text: string;
  if (url.protocol === "file:") {
    text = await process.getBuiltinModule("node:fs/promises").readFile(url, "utf8").catch((error: Error) => {
      throw new NNError("not-found", `the manifest of graphs cannot be read: ${error.message}`);
    });
  } else {
    const response = await fetch(url);
    if (!response.ok) throw new NNError("not-found", `the manifest of graphs ${url.href} cannot be fetched: the server answers ${response.status}`);
    text = await response.text();
  }
  return { entries: parseManifest(text, url.href), base: url };
}

function parseManifest(text: string, where: string): [string, GraphEntry][] {
  const wrong = (what: string) => new NNError("invalid-argument", `the manifest of graphs ${where} ${what}; expected { "graphs": { NAME: { "url": …, "source": … } } }`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong("is not JSON");
  }
  const { graphs } = (json ?? {}) as { graphs?: unknown };
  if (typeof graphs !== "object" || graphs === null || Array.isArray(graphs)) throw wrong("has no object graphs");
  return Object.entries(graphs).map(([name, entry]) => {
    const { url, source } = (entry ?? {}) as { url?: unknown; source?: unknown };
    if (typeof url !== "string") throw wrong(`gives ${JSON.stringify(name)} no url`);
    if (source !== undefined && !(typeof source === "string" && /^[0-9a-f]{64}$/i.test(source))) throw wrong(`gives ${JSON.stringify(name)} a source that is no SHA-256`);
    return [name, source === undefined ? { url } : { url, source }];
  });
}
