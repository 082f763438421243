/** What a file is, by its first bytes: neither its name nor what a guest calls it counts. */
export type FileKind = "wasm" | "pytorch" | undefined;

const kinds: readonly (readonly [FileKind, readonly number[]])[] = [
  // An artifact, a guest.
  ["wasm", [0x00, 0x61, 0x73, 0x6d]],
  // A zip, as torch.export.save and torch.jit.save write them.
  ["pytorch", [0x50, 0x4b, 0x03, 0x04]],
];

export function kindOf(bytes: Uint8Array): FileKind {
  return kinds.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0];
}
