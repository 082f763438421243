// The site's service worker: pages that were seen, and the search, are there without a network. It also sends the two headers that the playground's threads need, for hosts that do not.
const kept = "site";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll(/* search */ [])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(answer(request).then(isolated));
});

/** From the network, for pages change; without one from what is kept. Files with a hash in their name never change. */
async function answer(request) {
  const cache = await caches.open(kept);
  const old = await cache.match(request, { ignoreSearch: true });
  if (old !== undefined && request.url.includes("/assets/")) return old;
  try {
    const response = await fetch(request);
    if (response.ok && !request.url.includes("/playground/")) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    if (old !== undefined) return old;
    throw error;
  }
}

function isolated(response) {
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
