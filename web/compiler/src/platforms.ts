/** A kind of machine that has a native tool, in a package of its own: `sconce-compiler-NAME`. */
export interface Platform {
  readonly name: string;
  readonly os: "linux" | "darwin" | "win32";
  readonly cpu: "x64" | "arm64";
  /** The C library that the tool is linked with, where a system may have another. */
  readonly libc?: "glibc";
}

/** Read by `.ci/pack` too, which makes their packages. */
export const platforms: readonly Platform[] = [
  { name: "linux-x64", os: "linux", cpu: "x64", libc: "glibc" },
  { name: "linux-arm64", os: "linux", cpu: "arm64", libc: "glibc" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64" },
  { name: "darwin-x64", os: "darwin", cpu: "x64" },
  { name: "win32-x64", os: "win32", cpu: "x64" },
];

export const packageOf = ({ name }: Platform) => `sconce-compiler-${name}`;

/** The tool's path within a platform's package. */
export const toolOf = ({ os }: Platform) => `tool/sconce${os === "win32" ? ".exe" : ""}`;
