/** What a file that is dropped beside a model is for. */
export type Companion =
  | { readonly kind: "labels"; readonly labels: readonly string[] }
  | { readonly kind: "tokenizer"; readonly json: object }
  | { readonly kind: "arrays"; readonly file: File }
  | InputFile;

/** What one input may be. */
export interface InputFile {
  readonly kind: "array" | "picture" | "sound";
  readonly file: File;
}

const pictures = /\.(png|jpe?g|gif|webp|avif|bmp|pgm|svg)$/i;
const sounds = /\.(wav|mp3|ogg|oga|opus|flac|m4a|aac|webm)$/i;

/** Undefined where nobody knows what to do with it. */
export async function companionOf(path: string, blob: Blob): Promise<Companion | undefined> {
  const name = path.split("/").at(-1) ?? path;
  const file = blob instanceof File ? blob : new File([blob], name, { type: blob.type });
  if (/\.npz$/i.test(name)) return { kind: "arrays", file };
  if (/\.npy$/i.test(name)) return { kind: "array", file };
  if (pictures.test(name) || file.type.startsWith("image/")) return { kind: "picture", file };
  if (sounds.test(name) || file.type.startsWith("audio/")) return { kind: "sound", file };
  if (/\.json$/i.test(name)) return ofJson(JSON.parse(await file.text()) as unknown);
  if (/\.(txt|csv|names|labels)$/i.test(name)) return { kind: "labels", labels: lines(await file.text()) };
  return undefined;
}

/** Labels, one a line; the last line may end or not. */
export const lines = (text: string): string[] => text.replace(/\r?\n$/, "").split(/\r?\n/);

/** A tokenizer; a list of labels, or labels by their number (ImageNet's have [id, name]), as `id2label` of a config.json has them too. */
export function ofJson(json: unknown): Companion | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  if ("model" in json && typeof json.model === "object" && "added_tokens" in json) return { kind: "tokenizer", json };
  if ("id2label" in json) return ofJson(json.id2label);
  const entries = Array.isArray(json) ? [...json.entries()].map(([i, value]) => [String(i), value as unknown] as const) : Object.entries(json);
  if (entries.length === 0 || !entries.every(([key]) => /^\d+$/.test(key))) return undefined;
  const labels: string[] = [];
  for (const [key, value] of entries) {
    const name = Array.isArray(value) ? (value.at(-1) as unknown) : value;
    if (typeof name !== "string") return undefined;
    labels[Number(key)] = name;
  }
  return labels.length === entries.length ? { kind: "labels", labels } : undefined;
}
