import { appendFileSync } from "node:fs";
import { type Connect, type Plugin, defineConfig } from "vite";
import sconce from "vite-plugin-sconce";

/** What the page posts becomes a line of a file. */
const take: Connect.NextHandleFunction = (request, response, next) => {
  if (request.url !== "/result") return next();
  let text = "";
  request.on("data", (part: Buffer) => (text += part.toString())).on("end", () => {
    appendFileSync("results.jsonl", `${text}\n`);
    response.end();
  });
};

const results: Plugin = {
  name: "results",
  configureServer: ({ middlewares }) => void middlewares.use(take),
  configurePreviewServer: ({ middlewares }) => void middlewares.use(take),
};

export default defineConfig({ plugins: [sconce(), results] });
