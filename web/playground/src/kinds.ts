/** What a visitor's file is for. */
export type FileKind = "guest" | "model" | "component" | "file";

const magic = [0x00, 0x61, 0x73, 0x6d];
/** The name of a compiled model's first section, after preamble and two lengths. */
const manifest = "sconce.manifest";
const headBytes = 40;

/** What a file is, by its first bytes. */
export function kindOf(bytes: Uint8Array): FileKind {
  if (!magic.every((byte, i) => bytes[i] === byte)) return "file";
  if (bytes[6] === 1) return "component";
  return String.fromCharCode(...bytes.subarray(0, headBytes)).includes(manifest) ? "model" : "guest";
}

/** The name under which guests ask for a model: its file's, without folder and ending. */
export function graphName(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/(?<=.)\.[^.]*$/, "");
}
