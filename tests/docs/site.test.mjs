// The site, as .ci/site builds it: its links lead somewhere, a strict policy is kept, it is read at two widths, its search and what was seen are there without a network, and
// what pages give to be copied works: the first page, the service worker for hosts without headers, and the server.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium, openChromium } from "../browser/chromium.mjs";
import { blocks, root } from "./markdown.mjs";
import { serve } from "./serve.mjs";

const dist = join(root, "artifacts", "site", "dist");
const html = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".html") && !name.startsWith("playground")).map((name) => name.replaceAll("\\", "/"));
const text = (name) => readFileSync(join(dist, name), "utf8");

test("every document is a page", async () => {
  const { pages, sourceOf } = await import(join(root, "site", "pages.mjs"));
  const sources = new Set(pages.map(sourceOf));
  const left = readdirSync(join(root, "docs"), { recursive: true }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name.replaceAll("\\", "/")}`).filter((name) => !sources.has(name));
  assert.deepEqual(left, [], "site/pages.mjs lists the pages");
  for (const { path } of pages) assert.ok(html.includes(`${path}.html`), path);
});

test("the reference has every command and every module", () => {
  const help = spawnSync("bash", [join(root, "sconce"), "--help"], { encoding: "utf8", timeout: 120_000 }).stdout;
  const commands = [...help.split("Commands:")[1].matchAll(/^  ([a-z]+) /gm)].map(([, name]) => name);
  assert.ok(commands.length > 8);
  for (const name of commands) assert.ok(text("reference/commands.html").includes(`id="${name}"`), name);
  assert.match(text("reference/api/sconce.html"), /id="load"/);
});

test("links lead somewhere", () => {
  const ids = new Map(html.map((name) => [name, new Set([...text(name).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))]));
  const dead = [];
  for (const name of html) {
    for (const [, link] of text(name).matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, fragment] = link.replace(/\?.*?(?=#|$)/, "").split("#");
      const target = path === "" ? name : posix.join(path.startsWith("/") ? "" : posix.dirname(name), path.replace(/^\//, "")).replace(/(^|\/)$/, "$1index.html").replace(/^\.\//, "");
      if (!existsSync(join(dist, target))) dead.push(`${name}: ${link}`);
      else if (fragment !== undefined && ids.has(target) && !ids.get(target).has(decodeURIComponent(fragment))) dead.push(`${name}: ${link}: no such heading`);
    }
    for (const [, source] of text(name).matchAll(/<img [^>]*?src="([^"]*)"/g)) if (!/^(data|https?):/.test(source) && !existsSync(join(dist, source))) dead.push(`${name}: ${source}`);
  }
  assert.deepEqual(dead, []);
});

test("llms.txt lists pages that are there", () => {
  const listed = [...text("llms.txt").matchAll(/\]\(\/([^)]*)\)/g)].map(([, path]) => path);
  assert.ok(listed.length > 20);
  for (const path of listed) assert.ok(existsSync(join(dist, path)), path);
});

test("each page has a policy, and nothing that it forbids", () => {
  for (const name of html) {
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(text(name)) ?? [];
    assert.ok(policy !== undefined && !/unsafe|https?:|\*/.test(policy), `${name}: ${policy}`);
    assert.doesNotMatch(text(name), / style="/, name);
  }
});

describe("in Chromium", { skip: chromium === undefined ? "Chromium is not installed here" : false }, () => {
  let browser;
  let server;
  before(async () => {
    server = await serve(dist);
    browser = await openChromium({ patience: 60 });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const [width, dark, chosen] of [[375, true, html.filter((name) => !/^(reference\/api\/.*\/|decisions\/0)/.test(name))], [1280, false, ["index.html", "start.html", "export.html", "deploy.html", "operators.html", "reference/api/sconce.html"]]]) {
    test(`pages at ${width} pixels`, async () => {
      const left = [...chosen];
      const wrong = [];
      const visit = async () => {
        const page = await browser.sized({ width, dark });
        for (let name; (name = left.pop()) !== undefined; ) {
          await page.visit(server.address + name);
          // Once its scripts have taken over.
          await page.until(`document.querySelector("#app")?.__vue_app__ !== undefined`);
          const found = await page.evaluate(`({ wide: document.documentElement.scrollWidth - innerWidth, dark: document.documentElement.classList.contains("dark"), headings: document.querySelectorAll("h1").length })`);
          if (found.wide > 0 || found.dark !== dark || found.headings !== 1) wrong.push(`${name}: ${JSON.stringify(found)}`);
          wrong.push(...page.errors.splice(0).filter((said) => name !== "404.html" || !said.includes("404")).map((said) => `${name}: ${said}`));
        }
        await page.close();
      };
      await Promise.all([visit(), visit()]);
      assert.deepEqual(wrong, []);
    });
  }

  test("the search, and what was seen, without a network", async () => {
    const page = await browser.sized({ width: 1280 });
    await page.visit(`${server.address}deploy.html`);
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    // By the service worker, which keeps what it gives.
    await page.visit(`${server.address}deploy.html`);
    await page.until(`document.querySelector("#app")?.__vue_app__ !== undefined`);
    await page.ask("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
    await page.evaluate(`document.querySelector(".VPNavBarSearch button").click()`);
    await page.until(`document.querySelector("input.search-input") !== null`);
    await page.evaluate(`(() => { const field = document.querySelector("input.search-input"); field.value = "letterbox"; field.dispatchEvent(new Event("input", { bubbles: true })); })()`);
    const results = await page.until(`[...document.querySelectorAll(".VPLocalSearchBox .result")].map((result) => result.getAttribute("href")).join(" ")`);
    assert.match(results, /pictures/);
    assert.deepEqual(page.errors.splice(0).filter((said) => /policy/i.test(said)), []);
    await page.visit(`${server.address}deploy.html`);
    assert.match(await page.evaluate(`document.querySelector("h1").textContent`), /Deploy/);
    await page.close();
  });

  test("from page to page, and to the playground", async () => {
    const page = await browser.sized({ width: 1280 });
    await page.visit(`${server.address}start.html`);
    await page.until(`document.querySelector("#app")?.__vue_app__ !== undefined`);
    await page.evaluate(`[...document.querySelectorAll(".VPSidebar a")].find((link) => link.textContent.includes("Quantised") || link.getAttribute("href").includes("quantisation")).click()`);
    await page.until(`document.querySelector("h1")?.textContent.includes("Fewer bits")`);
    assert.deepEqual(page.errors.splice(0), []);
    await page.evaluate(`[...document.querySelectorAll(".VPNavBarMenu a")].find((link) => link.textContent.includes("Playground")).click()`);
    await page.until(`location.pathname.startsWith("/playground/") && document.readyState === "complete"`);
    await page.evaluate(`document.querySelector("#sample").click()`);
    await page.until(`document.querySelector("#terminal")?.textContent.includes("this is a")`);
    assert.deepEqual(page.errors.splice(0), []);
    await page.close();
  });

  test("the first page, as Start gives it", async () => {
    const page = await browser.sized({ width: 1280 });
    const [{ text: first }] = blocks("docs/start.md").filter(({ mark }) => mark === "page");
    await inFolder({ "index.html": first }, async (folder) => {
      compile(join(root, "tests", "docs", "models", "scores.pt2"), join(folder, "scores.wasm"));
      const own = await serve(folder);
      await page.visit(own.address);
      assert.match(await page.until(`document.querySelector("#answer").textContent.length > 3 && document.querySelector("#answer").textContent`), /^0\.\d+ 0\.\d+ 0\.\d+$/);
      await own.close();
    });
    await page.close();
  });

  test("threads on a host that sends no headers, as Deploy gives it", async () => {
    const [worker, start] = ["isolate", "isolating"].map((word) => blocks("docs/deploy.md").find(({ mark }) => mark === word).text);
    await inFolder({ "isolate.js": worker, "main.js": `${start}\nimport { load } from "./sconce/index.js";\nconst model = await load("digits.wasm", { threads: 2 });\ndocument.title = model.report().threads.used + " threads";\n`,
      "index.html": '<!doctype html><html lang="en"><title>…</title><script type="module" src="main.js"></script></html>' }, async (folder) => {
      compile(join(root, "examples", "digits", "digits.pt2"), join(folder, "digits.wasm"));
      const own = await serve(folder);
      const page = await browser.sized({ width: 1280 });
      await page.visit(own.address);
      await page.until(`crossOriginIsolated && document.title === "2 threads"`);
      await page.close();
      await own.close();
    });
  });
});

test("the server of one's own, as Deploy gives it", async () => {
  const { text: script } = blocks("docs/deploy.md").find(({ mark }) => mark === "server");
  await inFolder({ "server.mjs": script, "index.html": "<!doctype html>" }, async (folder) => {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const child = spawn(process.execPath, ["server.mjs"], { cwd: folder, env: { ...process.env, PORT: String(port) }, stdio: "ignore" });
    try {
      const answer = await answering(`http://localhost:${port}/`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("cross-origin-embedder-policy"), "require-corp");
      assert.equal(answer.headers.get("cross-origin-opener-policy"), "same-origin");
      assert.equal((await fetch(`http://localhost:${port}/..%2f..%2fetc/passwd`)).status, 404);
    } finally {
      child.kill();
    }
  });
});

async function answering(url) {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A folder with these files, and the loader as it is copied beside a page. */
async function inFolder(files, use) {
  const folder = mkdtempSync(join(tmpdir(), "sconce-page-"));
  try {
    cpSync(join(root, "web", "runtime", "dist"), join(folder, "sconce"), { recursive: true });
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), contents);
    }
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(model, to) {
  const { status, stderr } = spawnSync("bash", [join(root, "sconce"), "compile", model, "-o", to], { encoding: "utf8", timeout: 120_000 });
  assert.equal(status, 0, stderr);
}
