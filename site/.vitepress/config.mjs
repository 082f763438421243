import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { transformerStyleToClass } from "@shikijs/transformers";
import { defineConfig } from "vitepress";
import { slug } from "../markdown.mjs";
import { base, groups, root } from "../pages.mjs";

const repository = /<RepositoryUrl>(.*)<\/RepositoryUrl>/.exec(readFileSync(`${root}Directory.Build.props`, "utf8"))[1];

// Colours of code as classes: a strict policy allows no style attributes.
const classes = transformerStyleToClass({ classPrefix: "c-" });

/** Alignment in tables as classes, for the same reason. */
function alignByClass(md) {
  md.core.ruler.push("align-by-class", ({ tokens }) => {
    for (const token of tokens) {
      const side = /^text-align:(\w+)$/.exec(token.attrGet("style") ?? "")?.[1];
      if (side === undefined) continue;
      token.attrs = token.attrs.filter(([name]) => name !== "style");
      token.attrJoin("class", `align-${side}`);
    }
  });
}

/** A wide table scrolls by itself, by keyboard too. */
function scrollTables(md) {
  md.renderer.rules.table_open = () => '<div class="table" tabindex="0" role="region" aria-label="Table"><table>\n';
  md.renderer.rules.table_close = () => "</table></div>\n";
}

/** The playground is no page of VitePress's: its links load it. */
function loadPlayground(md) {
  md.core.ruler.push("load-playground", ({ tokens }) => {
    for (const { children } of tokens) for (const token of children ?? []) if (token.type === "link_open" && token.attrGet("href").includes("/playground/index.html")) token.attrSet("target", "_self");
  });
}

/** Code that is indented, without a fence. */
function plainCode(md) {
  md.renderer.rules.code_block = (tokens, index) => `<pre class="plain" tabindex="0" v-pre><code>${md.utils.escapeHtml(tokens[index].content)}</code></pre>\n`;
}

const digest = (script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`;

/** The strictest policy under which this page works. */
function policy(html) {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(([, script]) => digest(script));
  return `default-src 'none'; script-src 'self' ${scripts.join(" ")}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'`;
}

const link = (path) => `/${path.replace(/index$/, "")}`;

export default defineConfig({
  title: "Sconce",
  description: "Compiles PyTorch models to one WebAssembly file each, which runs in browsers and Node",
  lang: "en",
  base,
  srcDir: "../artifacts/site/pages",
  srcExclude: ["public/**"],
  outDir: "../artifacts/site/dist",
  cacheDir: "../artifacts/site/cache",
  cleanUrls: false,
  metaChunk: true,
  ignoreDeadLinks: [/^\/playground\/index/],
  // A style element that turns transitions off for a moment is against the policy.
  appearance: { disableTransition: false },
  head: [
    ["link", { rel: "icon", href: `${base}icon.svg`, type: "image/svg+xml" }],
    ["link", { rel: "stylesheet", href: `${base}highlight.css` }],
    ["meta", { name: "theme-color", content: "#b85c00" }],
  ],
  markdown: {
    anchor: { slugify: slug },
    toc: { slugify: slug },
    headers: { slugify: slug },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    codeTransformers: [classes],
    languageAlias: { console: "shellsession", wat: "wasm" },
    config(md) {
      md.use(alignByClass);
      md.use(scrollTables);
      md.use(plainCode);
      md.use(loadPlayground);
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 }, resolve: { preserveSymlinks: false } },
  themeConfig: {
    logo: { src: "/icon.svg", alt: "" },
    siteTitle: "Sconce",
    search: { provider: "local" },
    nav: [
      { text: "Start", link: "/start" },
      { text: "Reference", link: "/reference/sconce" },
      { text: "When something is wrong", link: "/troubleshooting" },
      { text: "Playground", link: `/playground/index.html`, target: "_self" },
    ],
    sidebar: groups.map(({ title, pages }) => ({ text: title, items: pages.map((page) => ({ text: page.title, link: link(page.path) })) })),
    outline: { level: [2, 3], label: "On this page" },
    externalLinkIcon: true,
    socialLinks: [{ icon: "github", link: repository, ariaLabel: "The repository" }],
    footer: { message: `MIT licence. <a href="${base}llms.txt">llms.txt</a>` },
  },
  // The policy is the page's own: it holds on any host. What a host can say beside it is in _headers.
  transformHtml(html) {
    // Attributes that a policy would refuse; the theme's own sheet, or its scripts, say the same.
    const plain = html.replace(/ style="(--vp-vh:0px;?|position:relative;|)"/g, "")
      // The first page of the theme has no landmark of its own.
      .replace(/<div class="VPHome/, '<div role="main" class="VPHome');
    return plain.replace(/(<meta charset="utf-8">)/, `$1\n    <meta http-equiv="Content-Security-Policy" content="${policy(plain)}">`);
  },
  buildEnd({ outDir }) {
    writeFileSync(`${outDir}/highlight.css`, classes.getCSS());
    writeFileSync(`${outDir}/.nojekyll`, "");
    const search = readdirSync(`${outDir}/assets/chunks`).filter((name) => /localSearchIndex|VPLocalSearchBox/.test(name)).map((name) => `${base}assets/chunks/${name}`);
    if (search.length < 2) throw new Error("the search's files are not where they were");
    writeFileSync(`${outDir}/offline.js`, readFileSync(`${root}site/offline.js`, "utf8").replace("/* search */ []", JSON.stringify(search)));
    // Netlify and Cloudflare Pages read this file; docs/deploy.md has the others.
    writeFileSync(`${outDir}/_headers`, [
      `${base}*`, "  Cross-Origin-Opener-Policy: same-origin", "  Cross-Origin-Embedder-Policy: require-corp", "  X-Content-Type-Options: nosniff",
      `${base}assets/*`, "  Cache-Control: public, max-age=31536000, immutable", "",
    ].join("\n"));
  },
});
