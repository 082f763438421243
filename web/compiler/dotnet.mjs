// Puts what `dotnet publish src/Sconce.Browser` writes beside the worker's script, in five files: node dotnet.mjs PUBLISHED OUT. The assemblies become one
// (a list's length, the list of names and sizes, then their bytes): one request, which compresses better than twenty.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [published, out] = process.argv.slice(2);
const runtime = ["dotnet.js", "dotnet.runtime.js", "dotnet.native.js", "dotnet.native.wasm"];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const name of runtime) copyFileSync(join(published, name), join(out, name));

const names = readdirSync(published).filter((name) => name.endsWith(".wasm") && !runtime.includes(name)).sort();
const assemblies = names.map((name) => readFileSync(join(published, name)));
const list = Buffer.from(JSON.stringify(names.map((name, i) => [name, assemblies[i].length])));
const length = Buffer.alloc(4);
length.writeUInt32LE(list.length);
writeFileSync(join(out, "assemblies.bin"), Buffer.concat([length, list, ...assemblies]));
