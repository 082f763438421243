// A web server that reads pictures, by POST /. The model runs in a worker of its own, so the server answers others meanwhile.
import { createServer } from "node:http";
import { readPgm } from "./pgm.js";
import { look, openModel } from "./model.js";

const model = await openModel();
const port = Number(process.env.PORT ?? 8080);

const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  if (request.method !== "POST") return answer(405, { error: "POST a picture" });
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    if ((bytes += part.length) <= 20e6) parts.push(part);
  }
  if (bytes > 20e6) return answer(413, { error: "a picture has at most 20 MB here" });
  try {
    answer(200, await look(model, readPgm(Buffer.concat(parts))));
  } catch (error) {
    answer(400, { error: error.message });
  }
});
server.listen(port, () => console.log(`http://localhost:${port}/ with ${model.report().threads.used} threads`));
