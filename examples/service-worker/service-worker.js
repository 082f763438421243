// Keeps the page and its model, and answers what the page asks of the model. There is no Worker here, so the model runs in place, on one thread.
import { look, openModel } from "./model.js";

const [kept, files] = ["page-1", ["./", "main.js", "style.css"]];

// The model is kept by the runtime, and asked for anew when the server has another.
let model;
const opened = () => (model ??= openModel({ cache: true, threads: 1 }));

addEventListener("install", (event) => event.waitUntil(Promise.all([caches.open(kept).then((cache) => cache.addAll(files)), opened()]).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname.endsWith("/look")) event.respondWith(answer(event.request));
  else if (method === "GET") event.respondWith(fromNetwork(event.request));
});

/** The newest where there is a network, else what is kept. */
async function fromNetwork(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { cacheName: kept })) ?? Response.error();
  }
}

async function answer(request) {
  try {
    return Response.json(await look(await opened(), await request.blob()));
  } catch (error) {
    return Response.json({ error: error.message }, { status: 400 });
  }
}
