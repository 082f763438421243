// A registry with our packages alone, as npm will find them once they are published. Prints its address, and ends with its standard input.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { packages, version } from "./folder.mjs";

const tarballs = readdirSync(packages).filter((file) => file.endsWith(`-${version}.tgz`));
const known = new Map(tarballs.map((file) => {
  const manifest = JSON.parse(execFileSync("tar", ["xzfO", join(packages, file), "package/package.json"], { encoding: "utf8" }));
  return [manifest.name, { file, manifest, integrity: `sha512-${createHash("sha512").update(readFileSync(join(packages, file))).digest("base64")}` }];
}));

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, address).pathname.slice(1));
  if (tarballs.includes(path)) return void response.end(readFileSync(join(packages, path)));
  const found = known.get(path);
  if (found === undefined) return void response.writeHead(404, { "Content-Type": "application/json" }).end('{"error":"not found"}');
  const { file, manifest, integrity } = found;
  const published = { ...manifest, dist: { tarball: `${address}${file}`, integrity } };
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ name: path, "dist-tags": { latest: version }, versions: { [version]: published } }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/`;
console.log(address);
process.stdin.resume().on("end", () => process.exit());
