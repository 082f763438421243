/** What a file is, by its first bytes: neither its name nor what a guest calls it counts. */
export type FileKind = "wasm" | "pytorch" | undefined;

const kinds: readonly (readonly [FileKind, readonly number[]])[] = [
  // An artifact, a guest.
  ["wasm", [0x00, 0x61, 0x73, 0x6d]],
  // A zip, as torch.export.save and torch.jit.save write them.
  ["pytorch", [0x50, 0x4b, 0x03, 0x04]],
];

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
/** A comment, which a zip may end with, is no longer. */
const longestEnd = 22 + 0xffff;

/** Whether a zip is TorchScript (torch.jit.save), by the names of what it holds: such a file says nothing of its inputs' dtypes and shapes. */
export function isTorchScript(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - longestEnd && view.getUint32(end, true) !== endOfDirectory) end--;
  if (end < 0 || view.getUint32(end, true) !== endOfDirectory) return false;
  const names: string[] = [];
  for (let at = view.getUint32(end + 16, true); at + 46 <= end && view.getUint32(at, true) === directoryEntry; ) {
    const length = view.getUint16(at + 28, true);
    names.push(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length)));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names.some((name) => /(^|\/)constants\.pkl$/.test(name)) && names.some((name) => /(^|\/)code\/.*\.py$/.test(name));
}

export function kindOf(bytes: Uint8Array): FileKind {
  return kinds.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0];
}
