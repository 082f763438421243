// What the tests need to know of Markdown: fenced blocks, links, headings.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const notOurs = new Set(["node_modules", "bin", "obj", "dist", "artifacts"]);

/** Every Markdown file of the repository, by its path from the root. */
export function documents(folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notOurs.has(entry.name) || entry.name.startsWith(".") ? [] : documents(path);
    return entry.name.endsWith(".md") ? [relative(root, path)] : [];
  });
}

export const read = (document) => readFileSync(join(root, document), "utf8");

/**
 * Fenced blocks: language, text, line, and the word of a comment before them: `<!-- run -->`, `<!-- exact -->`, `<!-- from FILE -->` (which has these lines) and others that
 * single tests know. A block may be indented, within a list.
 */
export function blocks(document) {
  const found = [];
  let open;
  let mark;
  for (const [index, line] of read(document).split("\n").entries()) {
    if (open === undefined) {
      const fence = /^( *)```(\w*)/.exec(line);
      if (fence !== null) open = { indent: fence[1], language: fence[2], lines: [], line: index + 1, ...mark };
      if (line.trim() !== "") {
        const [, word, argument] = /^<!-- ([a-z]+)(?: (\S+))? -->$/.exec(line.trim()) ?? [];
        mark = { mark: word, argument };
      }
    } else if (line.startsWith(`${open.indent}\`\`\``)) {
      found.push({ ...open, text: open.lines.join("\n") });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: a fenced block has no end`);
  return found;
}

const withoutCode = (text) => text.replace(/^ *```[^]*?^ *```/gm, "").replace(/`[^`\n]*`/g, "code");

/** Targets of links and pictures. */
export function links(document) {
  return [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
}

/** The fragments that a link may end with, made from headings as GitHub does. */
export function anchors(document) {
  return new Set([...read(document).replace(/^ *```[^]*?^ *```/gm, "").matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-")));
}
