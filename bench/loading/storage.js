// On a page: writes so many megabytes into the Cache API and into the origin's private file system, in pieces, and reads them back.
const parameters = new URLSearchParams(location.search);
const pieceBytes = 4 << 20;
const pieces = Number(parameters.get("megabytes")) / 4;
const piece = new Uint8Array(pieceBytes);
for (let at = 0; at < pieceBytes; at += 65536) crypto.getRandomValues(piece.subarray(at, at + 65536));

const kinds = {
  async cache() {
    const cache = await caches.open("bench");
    const key = (n) => `https://bench.invalid/${n}`;
    return {
      write: (n) => cache.put(key(n), new Response(piece)),
      read: async (n) => (await (await cache.match(key(n))).arrayBuffer()).byteLength,
      clear: () => caches.delete("bench"),
    };
  },
  async opfs() {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("bench", { create: true });
    return {
      async write(n) {
        const file = await folder.getFileHandle(`${n}`, { create: true });
        const stream = await file.createWritable();
        await stream.write(piece);
        await stream.close();
      },
      read: async (n) => (await (await (await folder.getFileHandle(`${n}`)).getFile()).arrayBuffer()).byteLength,
      clear: () => root.removeEntry("bench", { recursive: true }),
    };
  },
};

const results = [];
for (const [name, make] of Object.entries(kinds)) {
  const result = { name };
  results.push(result);
  try {
    const { write, read, clear } = await make();
    let started = performance.now();
    for (let n = 0; n < pieces; n++) {
      piece[0] = n;
      await write(n);
      result.written = (n + 1) * 4;
    }
    result.writeMs = Math.round(performance.now() - started);
    started = performance.now();
    let bytes = 0;
    for (let n = 0; n < pieces; n++) bytes += await read(n);
    result.readMs = Math.round(performance.now() - started);
    result.read = bytes >> 20;
    result.estimate = await navigator.storage?.estimate?.().then(({ usage, quota }) => ({ usage: usage >> 20, quota: Math.round(quota / 2 ** 20) }));
    started = performance.now();
    await clear();
    result.clearMs = Math.round(performance.now() - started);
  } catch (error) {
    result.error = `${error?.name}: ${error?.message}`;
  }
}
await fetch(parameters.get("to"), { method: "POST", body: JSON.stringify(results) });
