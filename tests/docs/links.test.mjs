// Every link from one of our documents to a file or heading of the repository leads somewhere.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { anchors, documents, links, root } from "./markdown.mjs";

test("the documents are found", () => {
  assert.ok(documents().includes("README.md") && documents().includes(join("docs", "architecture.md")));
});

for (const document of documents()) {
  test(`links of ${document}`, () => {
    for (const link of links(document)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, fragment] = link.split("#");
      const target = path === "" ? document : normalize(join(dirname(document), decodeURIComponent(path)));
      assert.ok(!target.startsWith(".."), `${link} leaves the repository`);
      assert.ok(existsSync(join(root, target)), `${link}: there is no ${target}`);
      if (fragment !== undefined && target.endsWith(".md")) assert.ok(anchors(target).has(fragment), `${link}: ${target} has no such heading`);
    }
  });
}
