/** What a visitor's file is for. */
export type FileKind = "guest" | "model" | "component" | "pytorch" | "file";

const magic = [0x00, 0x61, 0x73, 0x6d];
const zip = [0x50, 0x4b, 0x03, 0x04];
/** The name of a compiled model's first section, after preamble and two lengths. */
const manifest = "sconce.manifest";
const headBytes = 40;

/** What a file is, by its first bytes; PyTorch's own files by their names too, for they are archives like others. */
export function kindOf(bytes: Uint8Array, path = ""): FileKind {
  if (zip.every((byte, i) => bytes[i] === byte) && /\.(pt2|pt|pth)$/i.test(path)) return "pytorch";
  if (!magic.every((byte, i) => bytes[i] === byte)) return "file";
  if (bytes[6] === 1) return "component";
  return String.fromCharCode(...bytes.subarray(0, headBytes)).includes(manifest) ? "model" : "guest";
}

/** The name under which guests ask for a model: its file's, without folder and ending. */
export function graphName(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/(?<=.)\.[^.]*$/, "");
}
