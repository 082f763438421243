// A web server that asks the model, by POST / with its inputs as JSON. The model runs in a worker of its own, so the server answers others meanwhile.
import { createServer } from "node:http";
import { fill } from "./fill.js";
import { answer, fields, openModel } from "./model.js";

const model = await openModel();
const port = Number(process.env.PORT ?? 8080);

const server = createServer(async (request, response) => {
  const reply = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  if (request.method !== "POST") return reply(405, { error: `POST JSON with ${fields.map(({ name }) => name).join(", ")}` });
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    if ((bytes += part.length) <= 20e6) parts.push(part);
  }
  if (bytes > 20e6) return reply(413, { error: "a request has at most 20 MB here" });
  try {
    const given = JSON.parse(Buffer.concat(parts).toString());
    reply(200, await answer(model, Object.fromEntries(fields.map((field) => [field.name, fill(field, given[field.name])]))));
  } catch (error) {
    reply(400, { error: error.message });
  }
});
server.listen(port, () => console.log(`http://localhost:${port}/ with ${model.report().threads.used} threads`));
