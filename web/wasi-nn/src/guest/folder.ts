import { Directory, File, type Inode } from "@bjorn3/browser_wasi_shim";

type Contents = Map<string, Inode>;

/** The virtual folder of a guest: files by their paths, such as "a/b.txt", which no file outside can be reached from. */
export class Folder {
  readonly contents: Contents = new Map();
  readonly #given: ReadonlyMap<string, Uint8Array>;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#given = new Map([...files].map(([path, bytes]) => [partsOf(path).join("/"), bytes]));
    for (const [path, bytes] of this.#given) this.#add(path, bytes);
  }

  /** Files that were not given, or are not as they were given. */
  changed(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    const look = (contents: Contents, prefix: string) => {
      for (const [name, entry] of contents) {
        const path = prefix + name;
        if (entry instanceof Directory) look(entry.contents, `${path}/`);
        else if (entry instanceof File && !same(entry.data, this.#given.get(path))) found.set(path, entry.data);
      }
    };
    look(this.contents, "");
    return found;
  }

  #add(path: string, bytes: Uint8Array): void {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let contents = this.contents;
    for (const part of parts) {
      const known = contents.get(part);
      if (known instanceof File) throw new TypeError(`${JSON.stringify(path)} lies in ${JSON.stringify(part)}, which is a file`);
      const folder = known instanceof Directory ? known : new Directory(new Map());
      contents.set(part, folder);
      contents = folder.contents;
    }
    if (contents.has(name)) throw new TypeError(`${JSON.stringify(path)} is there twice, or is a folder of other files`);
    contents.set(name, new File(bytes));
  }
}

function partsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..")) throw new TypeError(`${JSON.stringify(path)} is no path of a file in the guest's folder`);
  return parts;
}

function same(bytes: Uint8Array, given: Uint8Array | undefined): boolean {
  return given !== undefined && bytes.length === given.length && bytes.every((byte, i) => byte === given[i]);
}
