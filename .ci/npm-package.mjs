// Packs an npm package as it is published: node npm-package.mjs FOLDER OUT (a package of web/), or node npm-package.mjs --native TOOL OUT (the native tool of
// this platform). Beside what the package itself lists comes the licence; what only a checkout can use (scripts, development's packages) stays away.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const { packageOf, platforms, toolOf } = await import("../web/compiler/dist/platforms.js");

const [first, second, third] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "sconce-npm-"));
try {
  if (first === "--native") pack(third, native(second));
  else pack(second, published(join(root, first)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack(out, manifest) {
  const staged = join(folder, "package");
  cpSync(join(root, "LICENSE"), join(staged, "LICENSE"));
  writeFileSync(join(staged, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  mkdirSync(out, { recursive: true });
  npmPack(staged, out);
}

/** A package of web/, as far as it lists its files. */
function published(source) {
  npmPack(source, folder);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  execFileSync("tar", ["xzf", tarball], { cwd: folder });
  const { scripts, devDependencies, ...manifest } = json(join(folder, "package", "package.json"));
  if (manifest.name !== "sconce-compiler") return manifest;
  return { ...manifest, optionalDependencies: Object.fromEntries(platforms.map((platform) => [packageOf(platform), manifest.version])) };
}

/** The package of this platform's tool, which says on what it runs: npm installs it nowhere else. */
function native(tool) {
  const platform = platforms.find(({ os, cpu }) => os === process.platform && cpu === process.arch);
  if (platform === undefined) throw new Error(`web/compiler/src/platforms.ts does not know ${process.platform}-${process.arch}`);
  const { version, license, homepage, bugs, repository, engines } = json(join(root, "web", "compiler", "package.json"));
  const program = toolOf(platform);
  cpSync(tool, join(folder, "package", "tool"), { recursive: true, filter: (path) => !/\.(dbg|pdb|dSYM)$/.test(path) });
  writeFileSync(join(folder, "package", "README.md"), `# ${packageOf(platform)}\n\nThe native tool of [sconce-compiler](${homepage}) for ${platform.name}, which installs it by itself.\n`);
  return {
    name: packageOf(platform), version, description: `The native tool of sconce-compiler for ${platform.name}`, license, homepage, bugs, repository, engines,
    os: [platform.os], cpu: [platform.cpu], ...(platform.libc && { libc: [platform.libc], [platform.libc]: newestSymbol(join(folder, "package", program)) }),
    preferUnplugged: true, files: ["tool"],
  };
}

/** The newest version of glibc that a program was linked with: an older one does not run it. */
function newestSymbol(program) {
  const versions = [...readFileSync(program, "latin1").matchAll(/GLIBC_(2\.\d+)/g)].map(([, version]) => version);
  return versions.reduce((newest, version) => (Number(version.slice(2)) > Number(newest.slice(2)) ? version : newest));
}

function npmPack(from, to) {
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", to], { cwd: from, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
}
