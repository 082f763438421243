// One visit of one browser to one page: each of the page's cases becomes a test.
import assert from "node:assert/strict";

/** Above what a page allows each of its cases, so that the page itself tells which one hangs. */
const usualMs = 600_000;

/**
 * @param {import("node:test").TestContext} context the test whose parts the page's cases are
 * @param options url: where the page is, if not on the server that takes the results; switches: of the browser; timeoutMs: for a page of many long cases
 */
export async function runPage(context, { browser, server, mode, page, url, switches, timeoutMs = usualMs }) {
  const run = `${browser.name}-${mode}-${page}`;
  const posted = server.result(run);
  const visit = await browser.visit(`${url ?? `${server.origin}/${mode}/page/${page}.html`}?run=${run}`, switches);
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no result within ${timeoutMs / 1000} s`)), timeoutMs)));
  try {
    const { engine, results } = await Promise.race([posted, late]);
    context.diagnostic(Object.entries(engine).map(([fact, value]) => `${fact}: ${value}`).join("; "));
    assert.ok(results.length > 0);
    for (const { name, error } of results) await context.test(`${run}: ${name}`, () => assert.equal(error ?? "", ""));
  } finally {
    clearTimeout(timer);
    await visit.close();
  }
}
