// This machine's folders as a file system of Emscripten's, which .NET's WebAssembly runtime has for its files: each call becomes one of node:fs.
import fs from "node:fs";
import { join } from "node:path";

/** A file or folder, as Emscripten keeps it. */
interface FsNode {
  name: string;
  mode: number;
  parent: FsNode;
  mount: { readonly opts: { readonly root: string }; readonly mountpoint: string };
  node_ops: typeof nodeOperations;
  stream_ops: ReturnType<typeof streamOperations>;
}

interface FsStream {
  readonly node: FsNode;
  readonly flags: number;
  position: number;
  nfd: number;
}

interface Attributes {
  readonly mode?: number;
  readonly size?: number;
  readonly timestamp?: number;
}

/** What is used of Emscripten's `FS`. */
export interface EmscriptenFs {
  readonly streams: readonly { stream_ops: object }[];
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode;
  mount(type: { mount(mount: FsNode["mount"]): FsNode }, options: FsNode["mount"]["opts"], place: string): void;
  mkdir(path: string): void;
  chdir(path: string): void;
  readonly ErrnoError: new (code: number) => Error;
}

/** Errors by their numbers in WASI, which Emscripten uses. */
const numbers: Readonly<Record<string, number>> = {
  EACCES: 2, EBADF: 8, EBUSY: 10, EEXIST: 20, EFBIG: 22, EINVAL: 28, EIO: 29, EISDIR: 31, ELOOP: 32, EMFILE: 33, EMLINK: 34, ENAMETOOLONG: 37, ENOENT: 44, ENOSPC: 51, ENOTDIR: 54,
  ENOTEMPTY: 55, EPERM: 63, EPIPE: 64, EROFS: 69, EXDEV: 75,
};

const seekFrom = { start: 0, position: 1, end: 2 };

let module: EmscriptenFs;

/** Shows a folder of this machine under its own name. */
export function mountFolder(files: EmscriptenFs, folder: string): void {
  module = files;
  try {
    files.mkdir(folder);
  } catch {
    // It has some of its own, such as /tmp.
  }
  files.mount({ mount: (mount) => made(null, "/", fs.statSync(mount.opts.root).mode, mount) }, { root: folder }, folder);
}

/** What goes to a stream of the process goes there at once, and not line by line through a console. */
export function writeThrough(files: EmscriptenFs, descriptor: number): void {
  const stream = files.streams[descriptor];
  if (stream === undefined) return;
  stream.stream_ops = { ...stream.stream_ops, write: (_: FsStream, bytes: Int8Array, offset: number, length: number) => writeAll(descriptor, bytes, offset, length) };
}

/** A pipe that is full says so, and is asked again. */
function writeAll(descriptor: number, bytes: Int8Array, offset: number, length: number): number {
  for (let done = 0; done < length;) {
    try {
      done += fs.writeSync(descriptor, bytes, offset + done, length - done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw numbered(error);
    }
  }
  return length;
}

function made(parent: FsNode | null, name: string, mode: number, mount?: FsNode["mount"]): FsNode {
  const node = module.createNode(parent, name, mode, 0);
  if (mount !== undefined) node.mount = mount;
  [node.node_ops, node.stream_ops] = [nodeOperations, streamOperations()];
  return node;
}

function pathOf(node: FsNode): string {
  const names: string[] = [];
  let at = node;
  for (; at.parent !== at; at = at.parent) names.unshift(at.name);
  return join(at.mount.opts.root, ...names);
}

function numbered(error: unknown): Error {
  return new module.ErrnoError(numbers[(error as NodeJS.ErrnoException).code ?? ""] ?? 29);
}

function tried<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw numbered(error);
  }
}

const nodeOperations = {
  getattr: (node: FsNode) => tried(() => {
    const { dev, ino, mode, nlink, uid, gid, rdev, size, atime, mtime, ctime } = fs.lstatSync(pathOf(node));
    return { dev, ino, mode, nlink, uid, gid, rdev, size, atime, mtime, ctime, blksize: 4096, blocks: Math.ceil(size / 512) };
  }),
  setattr: (node: FsNode, { mode, size, timestamp }: Attributes) => tried(() => {
    const path = pathOf(node);
    if (mode !== undefined) {
      fs.chmodSync(path, mode & 0o7777);
      node.mode = mode;
    }
    if (timestamp !== undefined) fs.utimesSync(path, new Date(timestamp), new Date(timestamp));
    if (size !== undefined) fs.truncateSync(path, size);
  }),
  lookup: (parent: FsNode, name: string) => made(parent, name, tried(() => fs.lstatSync(join(pathOf(parent), name)).mode)),
  mknod: (parent: FsNode, name: string, mode: number) => tried(() => {
    const path = join(pathOf(parent), name);
    if ((mode & fs.constants.S_IFMT) === fs.constants.S_IFDIR) fs.mkdirSync(path, mode & 0o7777);
    else fs.writeFileSync(path, "", { mode: mode & 0o7777, flag: "wx" });
    return made(parent, name, mode);
  }),
  rename: (node: FsNode, folder: FsNode, name: string) => tried(() => {
    fs.renameSync(pathOf(node), join(pathOf(folder), name));
    node.name = name;
  }),
  unlink: (parent: FsNode, name: string) => tried(() => fs.unlinkSync(join(pathOf(parent), name))),
  rmdir: (parent: FsNode, name: string) => tried(() => fs.rmdirSync(join(pathOf(parent), name))),
  readdir: (node: FsNode) => tried(() => [".", "..", ...fs.readdirSync(pathOf(node))]),
  symlink: (parent: FsNode, name: string, target: string) => tried(() => fs.symlinkSync(target, join(pathOf(parent), name))),
  readlink: (node: FsNode) => tried(() => fs.readlinkSync(pathOf(node))),
};

/** Emscripten's flags are Linux's. */
const flagsOf = (flags: number) =>
  (flags & 3) | ((flags & 0o100) && fs.constants.O_CREAT) | ((flags & 0o200) && fs.constants.O_EXCL) | ((flags & 0o1000) && fs.constants.O_TRUNC) | ((flags & 0o2000) && fs.constants.O_APPEND);

function streamOperations() {
  return {
    open: (stream: FsStream) => tried(() => {
      // The file is there by now: who asked for a new one has made it.
      if ((stream.node.mode & fs.constants.S_IFMT) === fs.constants.S_IFREG) stream.nfd = fs.openSync(pathOf(stream.node), flagsOf(stream.flags & ~0o300));
    }),
    close: (stream: FsStream) => tried(() => {
      if (stream.nfd !== undefined) fs.closeSync(stream.nfd);
    }),
    read: (stream: FsStream, bytes: Int8Array, offset: number, length: number, position: number) => tried(() => (length === 0 ? 0 : fs.readSync(stream.nfd, bytes, offset, length, position))),
    write: (stream: FsStream, bytes: Int8Array, offset: number, length: number, position: number) => tried(() => fs.writeSync(stream.nfd, bytes, offset, length, position)),
    llseek: (stream: FsStream, offset: number, whence: number) => tried(() => {
      const from = whence === seekFrom.position ? stream.position : whence === seekFrom.end ? fs.fstatSync(stream.nfd).size : 0;
      if (from + offset < 0) throw Object.assign(new Error(), { code: "EINVAL" });
      return from + offset;
    }),
  };
}
