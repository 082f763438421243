// A page of an example as people see it: at a desk and on a phone, by day and by night.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { folder } from "../bundlers/folder.mjs";
import { serve } from "../bundlers/serve.mjs";

const shots = join(folder, "screenshots");

/** Serves a project's folder, uses its page, and looks at it: nothing sticks out, and the browser has nothing to complain of. It leaves screenshots. */
export async function visited(browser, project, use) {
  mkdirSync(shots, { recursive: true });
  const { port, stop } = await serve(() => ["serve.mjs"], project);
  const page = await browser.sized({ width: 1000 });
  try {
    await page.visit(`http://localhost:${port}/`);
    await use(page);
    for (const { width, dark } of [{ width: 1000, dark: false }, { width: 375, dark: true }]) {
      await page.resize(width, 800, width < 600);
      await page.scheme(dark);
      assert.ok(await page.fits(), `nothing sticks out at ${width} pixels`);
      await page.screenshot(join(shots, `${basename(project)}-${width}.png`));
    }
    assert.deepEqual([page.problems, page.errors], [[], []]);
  } finally {
    await page.close();
    await stop();
  }
}
