// What becomes of Markdown that was written for the repository when it becomes a page of the site.
import { posix } from "node:path";

/** As GitHub makes them, so that a link to a heading leads there in both places. */
export const slug = (heading) => heading.trim().toLowerCase().replace(/<[^>]*>/g, "").replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");

/** Runs `change` over what is no code. */
function outsideCode(text, change) {
  return text.split(/(^ *```[^]*?^ *```|`[^`\n]*`)/m).map((part, index) => (index % 2 === 0 ? change(part) : part)).join("");
}

/** The sections with these headings, each heading one level up, beneath `title`. */
export function takeSections(text, headings, title) {
  const parts = headings.map((heading) => {
    const start = text.indexOf(`\n## ${heading}\n`);
    if (start === -1) throw new Error(`there is no section "${heading}"`);
    const rest = text.slice(start + 1);
    const end = rest.slice(3).search(/^## /m);
    return end === -1 ? rest : rest.slice(0, end + 3);
  });
  // What would be the only section is the page.
  const body = headings.length === 1 ? parts[0].replace(/^## .*\n/, "") : parts.join("\n");
  const raised = headings.length === 1 ? body.split(/(^ *```[^]*?^ *```)/m).map((part, index) => (index % 2 === 0 ? part.replace(/^##(#+) /gm, "#$1 ") : part)).join("") : body;
  return `# ${title}\n\n${raised}`;
}

/**
 * Links from one file of the repository to another become links between pages; where a file has no page, to the repository.
 * @param target (path in the repository, fragment) the page's address, or undefined
 * @param picture (path in the repository) the address of a picture, which it puts there
 */
export function rewriteLinks(text, { from, target, picture, repository }) {
  return outsideCode(text, (part) => part.replace(/\]\(([^)\s]+)\)/g, (whole, link, at, all) => {
    if (/^[a-z]+:/.test(link) || link.startsWith("#") || link.startsWith("/")) return whole;
    const [path, fragment] = link.split("#");
    const file = posix.normalize(posix.join(posix.dirname(from), decodeURIComponent(path))).replace(/\/$/, "");
    const hash = fragment === undefined ? "" : `#${fragment}`;
    const isPicture = /!\[[^\]]*$/.test(all.slice(0, at));
    return `](${isPicture ? picture(file) : target(file, fragment) ?? `${repository}/blob/main/${file}${hash}`})`;
  }));
}

/** Comments for the tests, and braces that Vue would take for its own. */
export function forVue(text) {
  return outsideCode(text.replace(/^ *<!-- [a-z]+(?: \S+)? -->\n/gm, ""), (part) => part.replaceAll("{{", "&#123;&#123;"));
}
