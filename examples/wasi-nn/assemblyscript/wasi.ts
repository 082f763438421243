// As much of WASI preview 1 as this program needs: its arguments, files of the first folder that it is given, and printing.
@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(count: usize, size: usize): u32;
@external("wasi_snapshot_preview1", "args_get")
declare function args_get(list: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "path_open")
declare function path_open(folder: u32, lookup: u32, path: usize, length: usize, create: u32, rights: u64, inheriting: u64, flags: u32, file: usize): u32;
@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(file: u32, parts: usize, count: usize, read: usize): u32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(file: u32, parts: usize, count: usize, written: usize): u32;
@external("wasi_snapshot_preview1", "fd_close")
declare function fd_close(file: u32): u32;
@external("wasi_snapshot_preview1", "proc_exit")
export declare function exit(code: u32): void;

/** Where the folders that a guest is given begin: after the three standard streams. */
const FOLDER: u32 = 3;
const RIGHT_TO_READ: u64 = 2;
const PIECE: i32 = 1 << 16;

/** A pair of address and length, and room for a result. */
const part = memory.data(8);
const result = memory.data(4);

/** The arguments, the program's own name first. */
export function args(): string[] {
  args_sizes_get(part, part + 4);
  const count = load<u32>(part);
  const size = load<u32>(part, 4);
  const list = heap.alloc(4 * count);
  args_get(list, heap.alloc(size));
  const found = new Array<string>();
  // Each ends with a zero, at the latest where all of them end.
  for (let i: u32 = 0; i < count; i++) found.push(String.UTF8.decodeUnsafe(load<u32>(list + 4 * i), size, true));
  return found;
}

/** All bytes of a file, or null where it cannot be read. */
export function readFile(path: string): Uint8Array | null {
  const name = String.UTF8.encode(path);
  if (path_open(FOLDER, 1, changetype<usize>(name), name.byteLength, 0, RIGHT_TO_READ, 0, 0, result) != 0) return null;
  const file = load<u32>(result);
  let bytes = new Uint8Array(PIECE);
  let length = 0;
  for (;;) {
    if (length == bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(bytes);
      bytes = larger;
    }
    store<usize>(part, bytes.dataStart + length);
    store<u32>(part, bytes.length - length, 4);
    if (fd_read(file, part, 1, result) != 0) return null;
    const read = load<u32>(result);
    if (read == 0) break;
    length += read;
  }
  fd_close(file);
  return bytes.subarray(0, length);
}

/** Writes a line to standard output (1) or standard error (2). */
export function print(line: string, stream: u32 = 1): void {
  const text = String.UTF8.encode(line + "\n");
  store<usize>(part, changetype<usize>(text));
  store<u32>(part, text.byteLength, 4);
  fd_write(stream, part, 1, result);
}
