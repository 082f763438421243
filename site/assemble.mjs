// Writes the pages of the site, as Markdown, into artifacts/site/pages: from docs/, from other files of the repository, from the types and from the tool's own help.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { writeApi } from "./api.mjs";
import { commandReference } from "./commands.mjs";
import { forVue, rewriteLinks, slug, takeSections } from "./markdown.mjs";
import { base, decisions, groups, pages, root, sourceOf } from "./pages.mjs";

const to = `${root}artifacts/site/pages/`;
const read = (path) => readFileSync(`${root}${path}`, "utf8");
const repository = /<RepositoryUrl>(.*)<\/RepositoryUrl>/.exec(read("Directory.Build.props"))[1];

const addressOf = (path) => `/${path.replace(/(^|\/)index$/, "$1")}`;

const sectionPages = pages.filter(({ sections }) => sections !== undefined);
const headingsIn = (page) => new Set([...takeSections(read(page.from), page.sections, page.title).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading)));

/** Where a file of the repository, or a section of it, is on the site. */
function target(file, fragment) {
  const hash = fragment === undefined ? "" : `#${fragment}`;
  if (file === "docs") return "/start";
  if (file === "web/playground") return "/playground/index.html";
  if (file === "docs/decisions") return "/decisions/";
  const part = sectionPages.find((page) => page.from === file && fragment !== undefined
    && (page.sections.some((section) => slug(section) === fragment) || headingsIn(page).has(fragment)));
  if (part !== undefined) return addressOf(part.path) + (headingsIn(part).has(fragment) ? hash : "");
  const page = pages.find((candidate) => candidate.sections === undefined && (sourceOf(candidate) === file || sourceOf(candidate) === `${file}/README.md`));
  return page === undefined ? undefined : addressOf(page.path) + hash;
}

function write(path, text) {
  mkdirSync(dirname(`${to}${path}`), { recursive: true });
  writeFileSync(`${to}${path}`, text);
}

/** A picture of the repository, put beside the pages. */
function picture(file) {
  cpSync(`${root}${file}`, `${to}public/images/${basename(file)}`);
  return `/images/${basename(file)}`;
}

function writePage(page) {
  const from = sourceOf(page);
  if (from === undefined) return;
  const text = page.sections === undefined ? read(from) : takeSections(read(from), page.sections, page.title);
  const front = `---\ntitle: ${JSON.stringify(page.title)}\ndescription: ${JSON.stringify(page.about)}\nsource: ${from}\n---\n\n`;
  write(`${page.path}.md`, front + forVue(rewriteLinks(text, { from, target, picture, repository })));
}

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const page of pages) writePage(page);
write("decisions/index.md", `# Decisions\n\nA decision that others would question has a page: what was asked, what was chosen, what was measured.\n\n${decisions.map(({ path, title }) => `- [${title.replace(/^\d+\. /, "")}](/${path})`).join("\n")}\n`);
write("reference/commands.md", forVue(commandReference()));
await writeApi(`${to}reference/api`, repository);
write("index.md", read("site/index.md"));

cpSync(`${root}web/demo/public/icon.svg`, `${to}public/icon.svg`);

// For assistants: the list of pages, each of which is there as Markdown too; and all of them in one file.
const intro = "# Sconce\n\n> Compiles PyTorch models (.pt2 of torch.export, .pt of TorchScript) to one WebAssembly file each, which runs in browsers and Node on the CPU, with SIMD and threads. The npm package `sconce` loads it; `sconce-compiler` compiles.\n";
write("public/llms.txt", `${intro}\nEvery page is there as Markdown: put \`.md\` behind its address.\n${groups.map(({ title, pages: inside }) =>
  `\n## ${title}\n\n${inside.map((page) => `- [${page.title}](${base}${page.path}.md): ${page.about}`).join("\n")}\n`).join("")}`);
for (const { path } of pages) cpSync(`${to}${path}.md`, `${to}public/${path}.md`, { recursive: true });
